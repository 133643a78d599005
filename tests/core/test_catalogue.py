"""Plug-ins are found, not listed."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from yanmen.core import catalogue
from yanmen.core.nouns import Exchange, Finding, Phrase, Rule, Severity, Text, Unexamined
from yanmen.core.plugins import Act, Attack, Detector, Source


def _rule(title: str = "A thing") -> Rule:
    return Rule(
        id="test.thing",
        title=Phrase(en=title, zh="某物"),
        severity=Severity.LOW,
        fix=Phrase(en="Mend it.", zh="修复。"),
        tags=("test",),
    )


class _Looks(Detector[Text]):
    rules = (_rule(),)

    def detect(self, target: Text) -> Iterator[Finding | Unexamined]:
        yield from ()


class _LooksToo(_Looks):
    rules = (_rule("Another thing"),)


class _Fetches(Source[Exchange]):
    def targets(self, where: str) -> Iterator[Exchange | Unexamined]:
        yield from ()


def _module(name: str, *classes: type) -> ModuleType:
    module = ModuleType(name)
    for found in classes:
        setattr(module, found.__name__, found)
    return module


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A catalogue that is asked anew."""
    catalogue.rules.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    catalogue.rules.cache_clear()
    catalogue.modules.cache_clear()


def test_the_target_is_read_from_the_declaration() -> None:
    """Of the class itself or of a parent."""
    assert catalogue.target_of(_Looks) is Text
    assert catalogue.target_of(_LooksToo) is Text
    assert catalogue.target_of(_Fetches) is Exchange
    assert catalogue.target_of(str) is None


def test_a_class_counts_where_it_is_written_not_where_it_is_imported(only: pytest.MonkeyPatch) -> None:
    """Otherwise each import would be another plug-in."""
    here, elsewhere = _module(__name__, _Looks, Detector), _module("elsewhere", _Looks)
    only.setattr(catalogue, "modules", lambda *_: (here, elsewhere))

    assert catalogue.detectors(Text) == (_Looks,)
    assert catalogue.detectors(Exchange) == ()


def test_kinds_do_not_mix(only: pytest.MonkeyPatch) -> None:
    """A source is no detector."""
    only.setattr(catalogue, "modules", lambda *_: (_module(__name__, _Looks, _Fetches),))

    assert catalogue.plugins(Source) == (_Fetches,)  # type: ignore[type-abstract]
    assert catalogue.plugins(Attack) == ()  # type: ignore[type-abstract]
    assert catalogue.plugins(Act) == ()  # type: ignore[type-abstract]


def test_two_rules_of_one_name_are_an_error(only: pytest.MonkeyPatch) -> None:
    """Ids are public and must mean one thing."""
    only.setattr(catalogue, "modules", lambda *_: (_module(__name__, _Looks, _LooksToo),))

    with pytest.raises(ValueError, match=r"two rules are called test\.thing"):
        catalogue.rules()


def test_a_third_partys_plugin_is_found_by_its_entry_point(only: pytest.MonkeyPatch) -> None:
    """After our own, in order of the modules' names."""
    theirs = _module("their_plugin", _Looks)
    only.setitem(sys.modules, "their_plugin", theirs)
    entry = importlib.metadata.EntryPoint(name="x", value="their_plugin", group=catalogue.ENTRY_POINTS)
    only.setattr(importlib.metadata, "entry_points", lambda group: [entry] if group == entry.group else [])
    catalogue.modules.cache_clear()

    assert catalogue.modules()[-1] is theirs


def test_our_own_plugins_come_sorted() -> None:
    """The walk gives one order on every machine."""
    names = [module.__name__ for module in catalogue.modules() if module.__name__.startswith("yanmen.")]

    assert names
    assert names == sorted(names)
    assert all(catalogue.FOLDERS & set(name.split(".")) for name in names)


def test_a_kind_is_looked_for_in_its_own_folders_only() -> None:
    """Acts are found without loading what detectors look for."""
    names = [
        module.__name__ for module in catalogue.modules("actions") if module.__name__.startswith("yanmen.")
    ]

    assert names
    assert all("actions" in name.split(".") for name in names)


def test_a_target_is_looked_for_where_it_is_declared_only() -> None:
    """Texts are judged without loading what reads packages, nor the rooms that hold it."""
    script = (
        "import sys; from yanmen.core import catalogue; from yanmen.core.nouns import Text; "
        "assert catalogue.detectors(Text); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "yanmen.guard.detectors.hidden" in loaded.stdout.split()
    assert not [name for name in loaded.stdout.split() if name.startswith(("yanmen.supply", "yanmen.soc"))]


def test_every_rule_is_known_by_its_id() -> None:
    """Sorted, and each says its own id."""
    known = catalogue.rules()

    assert list(known) == sorted(known)
    assert all(rule.id == name for name, rule in known.items())
