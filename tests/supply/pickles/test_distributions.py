"""SciPy's distributions carry a template that is run."""

from __future__ import annotations

import pytest
from tests.supply.pickles.assembly import BUILD, NEWOBJ, name, pickled, text
from tests.supply.pickles.reading import proof

_OWN = """
def _parse_args(self, a, b,  loc=0, scale=1):
    return (a, b, ), loc, scale

def _parse_args_rvs(self, a, b,  loc=0, scale=1, size=None):
    return self._argcheck_rvs(a, b,  loc, scale, size=size)

def _parse_args_stats(self, a, b,  loc=0, scale=1, moments='mv'):
    return (a, b, ), loc, scale, moments
"""
"""As SciPy 1.17 writes it for two shapes."""


def _proof(template: str) -> str:
    state = b"}" + text("_parse_arg_template") + text(template) + b"s"
    return proof(pickled(name("scipy.stats._continuous_distns", "beta_gen") + b")" + NEWOBJ + state + BUILD))


def test_the_template_of_the_library_s_own_is_harmless() -> None:
    """Names are put into it, and nothing else."""
    assert _proof(_OWN) == "proven_safe"
    assert _proof(_OWN.replace("a, b, ", "")) == "proven_safe"


@pytest.mark.parametrize(
    "template",
    [
        "import os\nos.system('id')",
        _OWN + "\nimport os",
        _OWN.replace("scale=1):", "scale=print(1)):", 1),
        _OWN.replace("a, b, ", "a, b=print(1), "),
        _OWN.replace("(a, b, ), loc, scale\n", "(a, b, ), loc, scale; import os\n", 1),
    ],
)
def test_any_other_template_is_code(template: str) -> None:
    """However much of it is the library's."""
    assert _proof(template) == "unknown"
