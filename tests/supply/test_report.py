"""Verdicts: found beats could not judge, and nothing unjudged is clean."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Unexamined, Where
from yanmen.supply.report import EXIT, Accepted, Report, Result, Tally

RULE = Rule(
    id="pickle.calls-os",
    title=Phrase(en="t", zh="t"),
    severity=Severity.HIGH,
    fix=Phrase(en="f", zh="f"),
    tags=("cwe:502",),
)
UNREAD = Unexamined(subject=Ref.parse("pkg:deb/debian/zlib1g@1.2"), reason="not-checked")


def found(severity: Severity = Severity.HIGH, evidence: str = "os.system") -> Finding:
    """A finding."""
    return Finding(
        rule=msgspec.structs.replace(RULE, severity=severity),
        subject=Ref(kind="file", id="a.pkl"),
        confidence=1,
        evidence=evidence,
        where=Where(part="a.pkl"),
    )


def report(*results: Result, **more: object) -> Report:
    """A report."""
    return Report(**{"at": 0, "version": "0", "threshold": Severity.HIGH, "targets": results, **more})  # type: ignore[arg-type]


def test_found_beats_could_not_judge() -> None:
    """In one target and over several."""
    both = Result(path="a", kind="project", findings=(found(),), unexamined=(UNREAD,))
    unread = Result(path="b", kind="project", unexamined=(UNREAD,))
    clean = Result(path="c", kind="model", proof="proven_safe")

    assert report(both, unread, clean).verdict == "found"
    assert report(unread, clean).verdict == "could_not_judge"
    assert report(clean).verdict == "clean"
    assert [EXIT[report(one).verdict] for one in (clean, both, unread)] == [0, 1, 2]
    assert report(both).reason_of(both) == "pickle.calls-os"
    assert report(unread).reason_of(unread) == "not-checked"


def test_a_scan_of_nothing_could_not_judge() -> None:
    """Nor is a model clean of which nothing is proven."""
    unknown = Result(path="m", kind="model", proof="unknown")

    assert report().verdict == "could_not_judge"
    assert report(unknown).verdict == "could_not_judge"


def test_what_is_below_the_threshold_is_shown_and_not_found() -> None:
    """The threshold is the caller's."""
    low = Result(path="a", kind="project", findings=(found(Severity.MEDIUM),))

    assert report(low).verdict == "clean"
    assert report(low, threshold=Severity.MEDIUM).verdict == "found"
    assert [one.rule.severity for _, one in report(low).findings()] == [Severity.MEDIUM]


def test_what_a_site_accepts_unchecked_is_no_longer_open() -> None:
    """Until its day; and only that."""
    result = Result(path="b", kind="image", unexamined=(UNREAD,))
    accepted = Accepted(what="pkg:deb", by="platform", until="2027-01-01")

    assert report(result, accepted=(accepted,)).verdict == "clean"
    for other in ("pkg:de", "pkg:deb/ubuntu", "pkg:rpm"):
        assert not msgspec.structs.replace(accepted, what=other).covers(UNREAD)
    lapsed = msgspec.structs.replace(accepted, lapsed=True)
    assert report(result, accepted=(lapsed,)).verdict == "could_not_judge"


def test_a_baseline_leaves_only_what_is_new() -> None:
    """By the finding's fingerprint."""
    result = Result(path="a", kind="project", findings=(found(evidence="old"), found(evidence="new")))
    compared = report(result, known=frozenset({found(evidence="old").fingerprint}), compared=True)

    assert [one.evidence for one in compared.fresh(result)] == ["new"]
    assert report(result, known=frozenset(one.fingerprint for one in result.findings)).verdict == "clean"


@given(st.lists(st.sampled_from(list(Severity))), st.sampled_from(list(Severity)), st.booleans())
def test_more_findings_never_make_a_verdict_better(
    severities: list[Severity], threshold: Severity, unread: bool
) -> None:
    """Nor does more that could not be judged make anything clean."""
    findings = tuple(found(one, str(index)) for index, one in enumerate(severities))
    rest = (UNREAD,) if unread else ()
    order = {"clean": 0, "could_not_judge": 1, "found": 2}
    words = [
        report(
            Result(path="a", kind="project", findings=findings[:count], unexamined=rest), threshold=threshold
        ).verdict
        for count in range(len(findings) + 1)
    ]

    assert [order[word] for word in words] == sorted(order[word] for word in words)
    assert not unread or "clean" not in words
    assert sum(Tally.of(findings)) == len(findings)
