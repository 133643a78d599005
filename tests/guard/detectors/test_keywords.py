"""Words of banks, in whole texts and in streams."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core import config
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Text, Verdict
from yanmen.guard import Guard
from yanmen.guard.detectors.keywords import BUILTIN, KeywordBanks
from yanmen.guard.keywords import read


def test_the_built_in_bank_names_every_risk_that_is_not_measured() -> None:
    """And claims little: nothing in it is more than medium."""
    terms = list(read(BUILTIN))

    assert {"A1-a", "A3-c", "A5-b"} <= {term.risk for term in terms}
    assert {term.level for term in terms} <= {"medium", "low"}


def test_a_bank_of_the_configuration_redacts_in_streams(tmp_path: Path) -> None:
    """Its term never leaves, wherever the stream is cut."""
    path = tmp_path / "mine.tsv"
    path.write_text("项目麒麟\tA3-c\thigh\n", "utf-8")
    guard = Guard(config.Guard(keyword_banks=(str(path),)))
    place = Text(text="", role="assistant", trust="untrusted", part="/a")
    text = "我们正在做项 目麒麟，请保密。"
    for step in (1, 3, 50):
        stream = guard.stream(
            place,
            lambda one: Verdict.REDACT if one.rule.id == "content.keyword-commercial" else Verdict.ALLOW,
        )
        segments = [
            segment
            for start in range(0, len(text), step)
            for segment in stream.feed(text[start : start + step])
        ] + stream.finish()
        left = "".join(
            text[one.start : one.end] if one.replacement is None else one.replacement for one in segments
        )

        assert left == "我们正在做[redacted:content.keyword-commercial]，请保密。"


def test_a_bank_that_is_wrong_is_refused(tmp_path: Path) -> None:
    """At the start, with its line."""
    path = tmp_path / "mine.tsv"
    path.write_text("词\n", "utf-8")

    with pytest.raises(YanmenError) as caught:
        KeywordBanks((str(path),))

    assert caught.value.where == f"{path}:1"
