"""What is seen, and what that proves."""

from __future__ import annotations

from yanmen.supply.pickles import rules
from yanmen.supply.pickles.journal import KEPT, Journal


def test_a_call_takes_the_place_of_its_name() -> None:
    """One thing is said once, as far as it was seen."""
    journal = Journal()
    journal.find(rules.CALLS_OS, "os.system", "names os.system", 0)
    journal.find(rules.CALLS_OS, "os.system", "os.system('id')", 9)
    assert [seen.evidence for seen in journal.findings.values()] == ["os.system('id')"]


def test_what_cannot_be_judged_is_never_proven() -> None:
    """Nothing seen: proven. Anything missed: unknown. A high finding: unsafe."""
    journal = Journal()
    proofs = [journal.proof]
    journal.find(rules.NAMES_UNKNOWN, "a.b", "names a.b", 0)
    proofs.append(journal.proof)
    journal.find(rules.READS_FILES, "io.open", "io.open('x')", 0)
    assert [*proofs, journal.proof] == ["proven_safe", "unknown", "unsafe"]
    assert journal.misses


def test_it_does_not_grow_without_end() -> None:
    """A stream of a million dangerous names fills no memory; the proof holds."""
    journal = Journal()
    for number in range(1000):
        journal.find(rules.CALLS_UNKNOWN, str(number), "x", number)
        journal.miss("malformed", str(number), number)
        journal.step(str(number), "why")
    assert len(journal.findings) == len(journal.misses) == len(journal.steps) == KEPT
