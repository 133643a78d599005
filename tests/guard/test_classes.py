"""The classes of attacks."""

from __future__ import annotations

from yanmen.core import catalogue
from yanmen.core.nouns import Phrase, Rule, Severity
from yanmen.guard.classes import LEARNED, class_of, rule_of


def test_every_class_has_its_rule() -> None:
    """In the catalogue, with its tag."""
    assert set(LEARNED) == {
        "override", "jailbreak", "extraction", "exfiltration", "tool-hijack", "encoded", "many-shot", "suffix", "indirect", "other",
    }  # fmt: skip
    for word, rule in LEARNED.items():
        assert rule_of(word) is rule
        assert class_of(rule) == word
        assert catalogue.rules()[rule.id] is rule


def test_a_class_that_nobody_knows_is_other() -> None:
    """A newer model may have one."""
    assert rule_of("quantum") is LEARNED["other"]


def test_every_rule_of_prompts_has_a_known_class() -> None:
    """Those of the packs too; a rule without one is called by its room."""
    rules = [rule for rule in catalogue.rules().values() if rule.id.startswith("prompt.")]
    text = Phrase(en="a", zh="一")

    assert {class_of(rule) for rule in rules} <= set(LEARNED)
    assert (
        class_of(Rule(id="secret.x", title=text, severity=Severity.LOW, fix=text, tags=("cwe:1",)))
        == "secret"
    )
