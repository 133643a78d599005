"""Every plug-in and every rule is whole: said in both languages, mended, tagged, tested."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from yanmen.core import catalogue, declarations
from yanmen.core.nouns import Rule
from yanmen.core.plugins import Act, Attack, Detector, Source

ROOT = Path(__file__).parents[2]
HAN = re.compile(r"[\u4e00-\u9fff]")
RULE_ID = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")
TAG = re.compile(r"[a-z][a-z0-9-]*(:[A-Za-z0-9][A-Za-z0-9._-]*)?")
KINDS: tuple[Any, ...] = (Source, Detector, Attack, Act)
PLUGINS = [plugin for kind in KINDS for plugin in catalogue.plugins(kind)]
RULES = list(catalogue.rules().values())
PACKS = sorted((ROOT / "src/yanmen").glob("*/packs/**/*.yaml"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_whole(rule: Rule) -> None:
    """A stable id, a title and a fix in both languages, tags that name a field's own references."""
    assert RULE_ID.fullmatch(rule.id)
    assert rule.title.en.strip()
    assert rule.fix.en.strip()
    assert not HAN.search(rule.title.en + rule.fix.en)
    assert HAN.search(rule.title.zh)
    assert HAN.search(rule.fix.zh)
    assert rule.tags
    assert all(TAG.fullmatch(tag) for tag in rule.tags), rule.tags


def test_there_are_rules() -> None:
    """So that an empty catalogue does not pass for a whole one."""
    assert RULES
    assert PLUGINS


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.__qualname__)
def test_a_plugin_has_its_test_file(plugin: type) -> None:
    """And says in a docstring what it does."""
    file = Path(sys.modules[plugin.__module__].__file__ or "")
    inside = file.relative_to(ROOT / "src/yanmen")

    assert (ROOT / "tests" / inside.with_name(f"test_{inside.name}")).is_file()
    assert plugin.__doc__


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.__qualname__)
def test_what_a_plugin_looks_at_stands_in_its_text(plugin: type) -> None:
    """What is read without loading (``core.declarations``) is what the class says: else nobody would find it."""
    target = catalogue.target_of(plugin)
    if target is not None:
        assert target.__name__ in declarations.targets(plugin.__module__, ROOT / "src/yanmen")


def _pack_rules(path: Path) -> list[dict[str, Any]]:
    loaded = yaml.safe_load(path.read_text("utf-8"))
    found = loaded.get("rules", []) if isinstance(loaded, dict) else loaded
    return [each for each in found if isinstance(each, dict)]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_every_rule_of_a_pack_carries_its_own_tests(path: Path) -> None:
    """What it finds, and what it must leave alone."""
    rules = _pack_rules(path)

    assert rules
    for rule in rules:
        tests = rule.get("tests") or {}

        assert tests.get("finds"), f"{rule.get('id')} says nothing that it finds"
        assert tests.get("ignores"), f"{rule.get('id')} says nothing that it ignores"
