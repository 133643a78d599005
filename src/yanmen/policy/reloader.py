"""Reloads policy files when they change; a bad file is refused and the policy that was in force stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from yanmen.core.clock import Clock, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.policy.trials import checked

Sign = tuple[tuple[int, int, int], ...]
"""Change time in nanoseconds, size and inode of each file; -1 where there is none."""


class Reloader:
    """Holds the policy in force. One thread calls ``poll`` (cheap: a stat of each file); any thread reads ``policy``."""

    def __init__(
        self,
        files: Sequence[Path] = (),
        on_event: Callable[[Event], object] = lambda _: None,
        clock: Clock = now,
    ) -> None:
        """Load the files and run the tests inside them; raises YanmenError with ``file:line``: there is no policy to keep.

        ``on_event`` is told ``policy.loaded`` (now, after every change, and when what was refused is mended) and
        ``policy.refused``.
        """
        self._files = tuple(files)
        self._on_event = on_event
        self._clock = clock
        self._sign = _sign(self._files)
        self.policy = checked(self._files)
        """The policy in force."""
        self.refused: YanmenError | None = None
        """Why the files as they are now are not in force; nothing when they are."""
        self._tell("policy.loaded", {"revision": self.policy.revision, "files": self._names()})

    def poll(self) -> bool:
        """Look whether a file changed and take the new policy, or refuse it. Answers whether the policy in force changed."""
        sign = _sign(self._files)
        if sign == self._sign:
            return False
        self._sign = sign
        try:
            policy = checked(self._files)
        except YanmenError as error:
            self.refused = error
            self._tell(
                "policy.refused",
                {
                    "kept": self.policy.revision,
                    "where": error.where,
                    "message": {"en": error.message.en, "zh": error.message.zh},
                    "files": self._names(),
                },
            )
            return False
        mended, self.refused = self.refused is not None, None
        before, self.policy = self.policy.revision, policy
        changed = policy.revision != before
        if changed or mended:
            self._tell(
                "policy.loaded", {"revision": policy.revision, "before": before, "files": self._names()}
            )
        return changed

    def _names(self) -> list[str]:
        return [str(file) for file in self._files] or ["built-in"]

    def _tell(self, kind: str, data: dict[str, object]) -> None:
        subject = Ref(kind="policy", id=self.policy.revision)
        self._on_event(Event(id=new_id("evt"), at=self._clock(), kind=kind, subject=subject, data=data))


def _sign(files: Sequence[Path]) -> Sign:
    return tuple(_sign_of(file) for file in files)


def _sign_of(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (-1, -1, -1)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
