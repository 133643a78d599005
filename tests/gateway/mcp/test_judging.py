"""Of messages that were judged: what leaves, and what of it no longer does."""

from __future__ import annotations

from yanmen.core.nouns import Finding, Ref, Unexamined, Where
from yanmen.gateway.mcp.detectors.tools import CHANGED
from yanmen.gateway.mcp.judging import Seen, offer
from yanmen.llm.wire.mcp import Tool as Offered
from yanmen.store import Tool


def finding(part: str) -> Finding:
    """Something found at a place."""
    return Finding(
        rule=CHANGED, subject=Ref(kind="text", id="t"), confidence=1, evidence="", where=Where(part=part)
    )


def test_what_was_found_belongs_to_the_place_that_it_stands_below() -> None:
    """And to no other whose name only begins alike; what has no place belongs to all."""
    parts = ["/result/tools/1/description", "/result/tools/10/name", "/result/tools/1#", "/result/x", ""]
    unexamined = Unexamined(
        subject=Ref(kind="media", id="m"), reason="unsupported", where=Where(part="/result/tools/1/icons")
    )
    seen = Seen([finding(part) for part in parts], [unexamined])
    tool = seen.below("/result/tools/1")
    rest = seen.below("").beside(["/result/tools/1"])

    assert [one.where.part for one in tool.findings] == ["/result/tools/1/description", "/result/tools/1#"]
    assert tool.unexamined == [unexamined]
    assert [one.where.part for one in rest.findings] == ["/result/tools/10/name", "/result/x", ""]
    assert not rest.unexamined
    assert [one.where.part for one in seen.beside(["/0", "/1", "/result"]).findings] == [""]


def test_an_offer_knows_what_was_and_who_else_there_is() -> None:
    """By server and name."""
    was = Tool(server="calc", name="add", digest="a1", latest="a2", first=1, changed=2)
    known = {("calc", "add"): was, ("files", "add"): was, ("files", "sub"): was}
    found = offer("calc", Offered("add", "a3", "/result/tools/0"), known)
    fresh = offer("new", Offered("mul", "m1", "/result/tools/0"), known)

    assert (found.trusted, found.digest, found.others) == ("a1", "a3", ("files",))
    assert (fresh.trusted, fresh.others) == ("", ())
