"""Texts that are read together."""

from __future__ import annotations

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Text, Where
from yanmen.guard import conversation

RULE = Rule(
    id="a.b",
    title=Phrase(en="a", zh="一"),
    severity=Severity.LOW,
    fix=Phrase(en="a", zh="一"),
    tags=("cwe:1",),
)


def user(text: str, message: int, part: int | None = None) -> Text:
    """One text of a user."""
    place = f"/messages/{message}/content" + (f"/{part}/text" if part is not None else "")
    return Text(text=text, role="user", trust="user", part=place)


def found(start: int, end: int) -> Finding:
    """A finding in joined texts."""
    return Finding(
        rule=RULE,
        subject=Ref(kind="t", id="t"),
        confidence=1,
        evidence="e",
        where=Where(start=start, end=end),
    )


def test_the_parts_of_a_message_are_put_together() -> None:
    """Without anything between them, and by lines; messages of one part are not."""
    texts = [user("sk-", 0, 0), user("proj", 0, 1), user("alone", 1)]

    assert [joined.text for joined in conversation.messages(texts)] == ["sk-proj", "sk-\nproj"]


def test_a_finding_over_an_edge_is_in_each_text_it_reaches_into() -> None:
    """One within a single text is not said again."""
    (joined, _) = conversation.messages([user("abc", 0, 0), user("def", 0, 1), user("ghi", 0, 2)])
    spread = [one.where for one in joined.spread(found(1, 7))]

    assert spread == [
        Where(part="/messages/0/content/0/text", start=1, end=3),
        Where(part="/messages/0/content/1/text", start=0, end=3),
        Where(part="/messages/0/content/2/text", start=0, end=1),
    ]
    assert not list(joined.spread(found(3, 6)))


def test_only_the_latest_turns_of_the_user_are_read_together() -> None:
    """Nobody else's, no more than so many characters, and places stay right."""
    texts = [
        user("a" * conversation.LONGEST, 0),
        Text(text="answer", role="assistant", trust="untrusted", part="/messages/1/content"),
        user("bbb", 2),
        Text(text="field", role="field", trust="untrusted", part="/model"),
    ]
    joined = conversation.turns(texts)

    assert joined is not None
    assert len(joined.text) == conversation.LONGEST
    assert joined.text.endswith("a\nbbb")
    (first, last) = joined.spread(found(len(joined.text) - 5, len(joined.text)))
    assert (first.where.start, first.where.end) == (conversation.LONGEST - 1, conversation.LONGEST)
    assert (last.where.start, last.where.end) == (0, 3)
    assert conversation.turns(texts[:2]) is None


def test_windows_begin_with_each_of_the_latest_turns() -> None:
    """And reach into others; what is far back is left out."""
    joined = conversation.turns([user(f"turn {number}", number) for number in range(20)])

    assert joined is not None
    pieces = [joined.text[start:end] for start, end in conversation.windows(joined)]
    assert len(pieces) == conversation.WINDOWS
    assert pieces[0] == "turn 18\nturn 19"
    assert pieces[-1].startswith("turn 11\n")
