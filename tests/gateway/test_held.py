"""Events that wait, and runs of them."""

from __future__ import annotations

from yanmen.core.nouns import Text, Verdict
from yanmen.gateway.channels import Channel, Span
from yanmen.gateway.held import Held, Run
from yanmen.guard import Guard


def channel(guard: Guard) -> Channel:
    """A growing text."""
    place = Text(text="", role="assistant", trust="untrusted")
    return Channel("/x", "/x", guard.stream(place, lambda _: Verdict.ALLOW), None)


def test_a_run_comes_apart_into_its_events_with_their_places(guard: Guard) -> None:
    """In order, without a gap."""
    text = channel(guard)
    pieces = [b'"one"', b'""', b'"two"']
    run = Held(b"", (Span(text, "/p", 4, 10),), text.groups, Run(b"<", b">", pieces, ["one", "", "two"]))

    apart = run.apart()

    assert [one.raw for one in apart] == [b'<"one">', b'<"">', b'<"two">']
    assert [(one.spans[0].start, one.spans[0].end) for one in apart] == [(4, 7), (7, 7), (7, 10)]
    assert all(one.groups == text.groups for one in apart)


def test_one_event_is_itself(guard: Guard) -> None:
    """Nothing to take apart."""
    one = Held(b"a", (Span(channel(guard), "/p", 0, 3),), None)

    assert one.apart() == [one]


def test_it_has_begun_when_some_of_its_text_may_leave(guard: Guard) -> None:
    """One character is enough."""
    text = channel(guard)
    one = Held(b"a", (Span(text, "/p", 2, 5),), None)
    text.released = 2
    assert not one.begun()

    text.released = 3
    assert one.begun()
