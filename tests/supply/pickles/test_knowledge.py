"""The packs, by the tests that they carry."""

from __future__ import annotations

import pytest
from tests.supply.pickles.assembly import expression
from tests.supply.pickles.reading import proof, read

from yanmen.supply.pickles import rules
from yanmen.supply.pickles.knowledge import files, knowledge

_SAFE = [(pack, text) for pack, file in files().items() for text in file.tests.safe]
_OTHER = [(pack, text) for pack, file in files().items() for text in file.tests.other]


@pytest.mark.parametrize(("pack", "text"), _SAFE)
def test_what_a_pack_calls_safe_is_proven_safe(pack: str, text: str) -> None:
    """Its own tests."""
    journal, _ = read(expression(text))
    assert journal.proof == "proven_safe", (journal.findings, journal.misses)


@pytest.mark.parametrize(("pack", "text"), _OTHER)
def test_another_use_of_the_same_names_is_not(pack: str, text: str) -> None:
    """Its own tests."""
    assert proof(expression(text)) != "proven_safe"


def test_every_dangerous_name_has_a_rule_that_exists() -> None:
    """No typing error turns a danger into nothing."""
    assert set(knowledge()._rules.values()) <= set(rules.BY_ID)


def test_every_kind_that_a_use_gives_is_described_or_takes_no_state() -> None:
    """No typing error turns a kind into another."""
    tables = knowledge()
    given = {entry.gives for entry in tables._exact.values()}
    given |= {entry.gives for several in tables._under.values() for _, entry in several}
    bare = {"", "parameter", "torch-constant", "tensor-function"}
    assert given - set(tables.kinds) <= bare


def test_nothing_harmless_is_dangerous_when_it_is_called_as_harm_is_done() -> None:
    """The tables of harmless uses name nothing of the modules whose every function acts on the system."""
    acting = {
        "os",
        "posix",
        "nt",
        "subprocess",
        "socket",
        "ctypes",
        "runpy",
        "code",
        "pickle",
        "importlib",
        "shutil",
        "io",
    }
    listed = [
        (module, entry)
        for (module, _), entry in knowledge()._exact.items()
        if module.partition(".")[0] in acting
    ]
    assert {module for module, entry in listed if entry.fold != "loads"} == set()
    assert {module for module, _ in listed} == {"pickle"}
