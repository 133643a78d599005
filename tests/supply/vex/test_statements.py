"""All statements together."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.clock import DAY
from yanmen.core.errors import YanmenError
from yanmen.supply.vex import Product, Statement, Statements, openvex
from yanmen.supply.vex.statement import STATUSES
from yanmen.supply.vex.statements import FILE, add

NOW = 1_000 * DAY


def _one(
    status: str = "not_affected",
    *,
    at: int = NOW - DAY,
    author: str = "a",
    purl: str = "pkg:pypi/x@1",
    **fields: object,
) -> Statement:
    known: dict[str, object] = {
        "vulnerability": "CVE-1",
        "products": (Product(purl=purl),),
        "impact": "why",
        "where": "f#1",
    }
    return Statement(status=status, at=at, author=author, **(known | fields))  # type: ignore[arg-type]


def _judged(*several: Statement, products: tuple[str, ...] = ()) -> str:
    found = Statements(several, products=products).judge("pkg:pypi/x@1", ["cve-1"], NOW)
    return found.status if found else ""


def test_one_that_stands_is_found_by_any_id() -> None:
    """Of its component only."""
    known = Statements([_one(aliases=("GHSA-1",))])

    assert known.judge("pkg:pypi/x@1", ["GHSA-1"], NOW) is not None
    assert known.judge("pkg:pypi/x@2", ["GHSA-1"], NOW) is None
    assert known.judge("pkg:pypi/x@1", ["CVE-2"], NOW) is None


def test_of_two_people_the_stricter_wins() -> None:
    """Whoever spoke last."""
    assert _judged(_one("affected", at=NOW - 9 * DAY), _one(author="b")) == "affected"
    assert _judged(_one("under_investigation", author="b"), _one("fixed")) == "under_investigation"


def test_of_one_person_the_last_word_counts() -> None:
    """Stricter or not."""
    assert _judged(_one("affected", at=NOW - 9 * DAY), _one()) == "not_affected"
    assert _judged(_one("affected"), _one(at=NOW - 9 * DAY)) == "affected"


def test_what_is_over_takes_nothing_away_and_is_said() -> None:
    """By its own end, or by the usual days; what its author said before is not taken up again."""
    old, over = _one(at=NOW - 100 * DAY), _one(expires=NOW)

    assert _judged(old) == _judged(over) == _judged(_one(at=NOW - 50 * DAY), over) == ""
    assert [one.why.en for one in Statements([old, over]).idle(NOW)] == [
        "expired on 1972-09-17",
        "expired on 1972-09-27",
    ]
    assert Statements([old], days=365).judge("pkg:pypi/x@1", ["CVE-1"], NOW) == old


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (_one(impact=""), "gives no reason"),
        (_one("fixed", purl="pkg:pypi/x"), "says fixed without a version"),
        (_one(at=NOW + 30 * DAY), "dated in the future"),
        (_one(products=(Product(purl="pkg:pypi/x@1", within="pkg:oci/app"),)), "part of another product"),
    ],
)
def test_what_may_not_take_a_finding_away_does_not(one: Statement, why: str) -> None:
    """And says why."""
    assert _judged(one) == ""
    (idle,) = Statements([one]).idle(NOW)
    assert why in idle.why.en


def test_a_part_counts_within_its_product() -> None:
    """When that is what is looked at; what warns counts always."""
    part = (Product(purl="pkg:pypi/x@1", within="pkg:oci/app"),)

    assert _judged(_one(products=part), products=("pkg:oci/app",)) == "not_affected"
    assert _judged(_one("affected", products=part)) == "affected"


@given(
    st.lists(st.tuples(st.sampled_from(STATUSES), st.integers(1, 200), st.sampled_from("abc")), max_size=8),
    st.sampled_from(STATUSES),
)
def test_another_persons_word_never_loosens(said: list[tuple[str, int, str]], status: str) -> None:
    """Whatever a new author adds, what takes findings away is never preferred to what stood."""
    known = [_one(word, at=NOW - age * DAY, author=author) for word, age, author in said]
    before, after = Statements(known), Statements([*known, _one(status, author="new")])
    first, second = (one.judge("pkg:pypi/x@1", ["CVE-1"], NOW) for one in (before, after))

    assert first is None or (second is not None and second.strictness >= first.strictness)


def test_a_file_is_read_by_what_it_is(tmp_path: Path) -> None:
    """What is none of the formats, no JSON, or not there, is unexamined; so is one statement of a file that is broken."""
    files = {
        "a.json": openvex.written([_one()], name="urn:a", at=NOW),
        "b.json": json.dumps(
            {"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "x", "analysis": {"state": "resolved"}}]}
        ),
        "c.json": "{",
        "d.json": "{}",
        "e.json": "[" * 100_000,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    os.mkfifo(tmp_path / "pipe")
    known = Statements.read([*(tmp_path / name for name in files), tmp_path / "pipe", tmp_path / "absent"])

    assert len(known.statements) == 1
    assert [(Path(one.subject.id).name, one.reason) for one in known.unexamined] == [
        ("b.json#1", "malformed"),
        ("c.json", "malformed"),
        ("d.json", "unsupported"),
        ("e.json", "too-large"),
        ("pipe", "unreadable"),
        ("absent", "unreadable"),
    ]


def test_a_statement_is_added_after_those_that_stand_there(tmp_path: Path) -> None:
    """Fields of others stay as they are; the version rises; the file is a change of few lines."""
    add(tmp_path, _one(), NOW)
    path = tmp_path / FILE
    document = json.loads(path.read_text("utf-8"))
    document["statements"][0]["last_updated"] = "kept"
    path.write_text(json.dumps(document), "utf-8")
    add(tmp_path, _one("affected", vulnerability="CVE-2"), NOW)
    again = json.loads(path.read_text("utf-8"))

    assert again["version"] == 2
    assert again["statements"][0]["last_updated"] == "kept"
    assert [one.vulnerability for one in Statements.of_project(tmp_path).statements] == ["CVE-1", "CVE-2"]


@pytest.mark.parametrize("text", ["{", "{}", "[]"])
def test_a_file_that_is_not_ours_is_not_written_over(tmp_path: Path, text: str) -> None:
    """It is an error that the user can mend."""
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(YanmenError):
        add(tmp_path, _one(), NOW)

    assert (tmp_path / FILE).read_text("utf-8") == text
