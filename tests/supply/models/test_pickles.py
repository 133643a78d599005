"""Plain pickle files, as a report says them."""

from __future__ import annotations

from tests.supply.pickles.assembly import expression, pickled

from yanmen.core.nouns import Ref
from yanmen.supply.models import pickles
from yanmen.supply.models.bounds import Bounds
from yanmen.supply.targets import Artifact, Examined


def _examined(data: bytes) -> Examined:
    def never(artifact: Artifact, bounds: Bounds) -> Examined:
        raise AssertionError(artifact, bounds)

    return pickles.read(Artifact.held("m.pkl", data), Bounds(Ref(kind="model", id="sha256/0"), never))


def test_a_proof_lists_its_steps() -> None:
    """Each call, and why it is harmless."""
    examined = _examined(expression("collections.OrderedDict([('a', 1)])"))
    assert examined.proof == "proven_safe"
    assert examined.steps == ("collections.OrderedDict: a dict",)
    assert _examined(pickled(b"N")).steps == ("no call: the stream holds plain data",)


def test_a_finding_names_the_call_and_its_place() -> None:
    """As Python would write it."""
    examined = _examined(expression("os.system('id')"))
    assert examined.proof == "unsafe"
    assert [(found.rule.id, found.evidence) for found in examined.findings] == [
        ("pickle.calls-os", "os.system('id')")
    ]
    assert examined.findings[0].where.part == "m.pkl#30"
    assert str(examined.findings[0].subject) == "model:sha256/0"


def test_what_could_not_be_judged_is_said() -> None:
    """A broken stream and an unknown class are no proof."""
    assert [each.reason for each in _examined(b"\x80\x04N").unexamined] == ["malformed"]
    examined = _examined(expression("acme.Model.__new__()"))
    assert examined.proof == "unknown"
    assert {each.reason for each in examined.unexamined} == {"not-checked"}
