"""One growing text: what may leave of it."""

from __future__ import annotations

from yanmen.core.nouns import Text, Verdict
from yanmen.gateway.channels import Channel
from yanmen.guard import Guard
from yanmen.llm.wire.places import Cut
from yanmen.llm.wire.unescaped import Unescaped

SECRET = "sk-proj-x9Kd82hFz0qLmN4vB7tYw3RsXcE5uGaJ1oPiDlQ6"
MARK = "[redacted:secret.openai-key]"


def channel(guard: Guard, verdict: Verdict, *, json: bool = False) -> Channel:
    """A channel whose findings all get this verdict."""
    place = Text(text="", role="assistant", trust="untrusted")
    return Channel("/x", "/x", guard.stream(place, lambda _: verdict), Unescaped() if json else None)


def test_offsets_are_of_the_text_as_it_was_sent(guard: Guard) -> None:
    """Also where it is judged without its escapes."""
    one = channel(guard, Verdict.REDACT, json=True)
    spelt = "".join(f"\\u{ord(character):04x}" for character in SECRET)
    one.take('{"k": "')
    one.take(spelt)
    one.take('"}')

    assert not one.look()
    assert not one.finish()
    assert one.cuts == [Cut(7, 7 + len(spelt), MARK)]
    assert one.released == one.total


def test_a_cut_is_told_to_each_event_in_its_own_offsets(guard: Guard) -> None:
    """The mark stands where the cut begins; what follows leaves nothing."""
    one = channel(guard, Verdict.REDACT)
    one.take(f"ab {SECRET} cd")
    one.finish() if not one.look() else None

    assert one.cut(0, 10) == [Cut(3, 10, MARK)]
    assert one.cut(10, 20) == [Cut(0, 10, "")]
    assert one.cut(53, 55) == []


def test_a_stop_releases_only_what_stands_before(guard: Guard) -> None:
    """And says that the text must end."""
    one = channel(guard, Verdict.BLOCK)
    one.take(f"ab {SECRET} cd")

    assert one.look()
    assert one.released == 3
