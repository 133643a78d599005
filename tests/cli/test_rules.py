"""``yanmen rules``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from yanmen.cli.rules import command
from yanmen.core.catalogue import rules
from yanmen.core.errors import YanmenError


def test_the_catalogue_is_listed() -> None:
    """Every rule, one line each."""
    said = CliRunner().invoke(command, [], catch_exceptions=False)

    assert said.exit_code == 0
    assert all(name in said.output for name in rules())
    assert f"{len(rules())} rules" in said.output


def test_the_catalogue_is_listed_as_json_in_both_languages() -> None:
    """With severity as a word."""
    said = CliRunner().invoke(command, ["--json"], catch_exceptions=False)

    listed = json.loads(said.output)
    assert [rule["id"] for rule in listed] == list(rules())
    assert all(rule["title"]["en"] and rule["title"]["zh"] and rule["fix"]["zh"] for rule in listed)
    assert {rule["severity"] for rule in listed} <= {"info", "low", "medium", "high", "critical"}


def test_one_rule_is_shown_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever language the reader has."""
    rule = rules()["yanmen.detector-failed"]
    for tongue in ("en", "zh"):
        monkeypatch.setenv("YANMEN_LANG", tongue)

        said = CliRunner().invoke(command, ["show", rule.id], catch_exceptions=False)

        for expected in (
            rule.id,
            rule.severity.say(tongue),
            rule.title.en,
            rule.title.zh,
            rule.fix.en,
            rule.fix.zh,
            *rule.tags,
        ):
            assert expected in said.output
    shown = json.loads(CliRunner().invoke(command, ["show", rule.id, "--json"]).output)
    assert shown["id"] == rule.id


def test_an_unknown_rule_is_told() -> None:
    """With what to do."""
    with pytest.raises(YanmenError, match="no rule nonsense") as wrong:
        CliRunner().invoke(command, ["show", "nonsense"], catch_exceptions=False)

    assert wrong.value.hint.en
