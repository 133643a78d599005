"""SciPy's distributions: their ``__setstate__`` runs a template that the state carries, so it must be the one that SciPy writes."""

from __future__ import annotations

import re
from typing import Any

from yanmen.supply.pickles.values import Mapped

_SHAPES = re.compile(
    r"\ndef _parse_args\(self, ((?:[A-Za-z_][A-Za-z0-9_]{0,40}, ){0,12}) (loc=0(?:, scale=1)?)\):\n"
)
_TEMPLATE = """
def _parse_args(self, {shapes} {given}):
    return ({shapes}), {taken}

def _parse_args_rvs(self, {shapes} {given}, size=None):
    return self._argcheck_rvs({shapes} {taken}, size=size)

def _parse_args_stats(self, {shapes} {given}, moments='mv'):
    return ({shapes}), {taken}, moments
"""
_TAKEN = {"loc=0, scale=1": "loc, scale", "loc=0": "loc, 1"}


def is_state(value: Any) -> bool:
    """Whether the template that would be run is SciPy's own with names put in, and nothing else of it is run."""
    if not isinstance(value, Mapped) or value.lost or not all(type(key) is str for key, _ in value.pairs):
        return False
    texts = [text for key, text in value.pairs if key == "_parse_arg_template"]
    return all(isinstance(text, str) and _is_own(text) for text in texts)


def _is_own(text: str) -> bool:
    found = _SHAPES.match(text)
    return found is not None and text == _TEMPLATE.format(
        shapes=found[1], given=found[2], taken=_TAKEN[found[2]]
    )
