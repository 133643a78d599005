"""What was found clean is remembered, within bounds."""

from __future__ import annotations

from threading import Thread

from yanmen.guard.memory import Memory


def test_a_clean_text_is_known_by_its_channel() -> None:
    """A user's words are not data's."""
    memory = Memory()
    memory.keep(memory.digest("hello", "user"), 0.25)

    assert memory.score(memory.digest("hello", "user")) == 0.25
    assert memory.score(memory.digest("hello", "data")) is None
    assert memory.score(memory.digest("hello", "user", "untrusted")) is None
    assert memory.score(memory.digest("hello\ud800", "user")) is None


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    """No more than so many are kept."""
    memory = Memory(4)
    digests = [memory.digest(str(number), "user") for number in range(6)]
    for digest in digests[:4]:
        memory.keep(digest, 0.0)
    assert memory.score(digests[0]) == 0.0
    for digest in digests[4:]:
        memory.keep(digest, 0.0)

    assert [memory.score(digest) is not None for digest in digests] == [True, False, False, True, True, True]


def test_nobody_outside_can_know_the_digests() -> None:
    """Each memory has its own key."""
    assert Memory().digest("a", "user") != Memory().digest("a", "user")


def test_many_threads_may_keep_at_once() -> None:
    """And the bound holds."""
    memory = Memory(50)

    def fill(name: str) -> None:
        for number in range(2_000):
            memory.keep(memory.digest(f"{name}{number}", "user"), 0.0)
            memory.score(memory.digest(f"{name}{number}", "user"))

    threads = [Thread(target=fill, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(memory._scores) == 50
