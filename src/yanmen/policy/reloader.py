"""Reloads policy files when they change; a bad file is refused and the policy that was in force stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from yanmen.core.clock import Clock, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.policy.modes import Mode, files_in
from yanmen.policy.policy import Policy
from yanmen.policy.standing import Said
from yanmen.policy.trials import checked, checked_modes

Sign = tuple[tuple[int, int, int], ...]
"""Change time in nanoseconds, size and inode of each file; -1 where there is none."""


class Reloader:
    """Holds the policy in force. One thread calls ``poll`` (cheap: a stat of each file); any thread reads ``policy``."""

    def __init__(
        self,
        files: Sequence[Path] = (),
        on_event: Callable[[Event], object] = lambda _: None,
        clock: Clock = now,
        modes: Path | None = None,
    ) -> None:
        """Load the files and run the tests inside them; raises YanmenError with ``file:line``: there is no policy to keep.

        ``modes``: a folder of mode files, beside the built-in modes. ``on_event`` is told ``policy.loaded`` (now,
        after every change, and when what was refused is mended) and ``policy.refused``.
        """
        self._files = tuple(files)
        self._on_event = on_event
        self._clock = clock
        self._folder = modes
        self._sign = sign_of((*self._files, *files_in(modes)))
        self.policy = checked(self._files)
        """The policy in force, without what a mode lays over it."""
        self.modes = checked_modes(self.policy, files_in(modes))
        """The modes that can be put over it, by name, the strictest last."""
        self.refused: YanmenError | None = None
        """Why the files as they are now are not in force; nothing when they are."""
        self._tell("policy.loaded", {"revision": self.policy.revision, "files": self._names()})

    def poll(self) -> bool:
        """Look whether a file changed and take the new policy, or refuse it. Answers whether the policy in force changed."""
        more = files_in(self._folder)
        sign = sign_of((*self._files, *more))
        if sign == self._sign:
            return False
        self._sign = sign
        try:
            policy = checked(self._files)
            modes = checked_modes(policy, more)
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
        known, self.modes = self.modes, modes
        changed = policy.revision != before or _digests(known) != _digests(modes)
        if changed or mended:
            self._tell(
                "policy.loaded", {"revision": policy.revision, "before": before, "files": self._names()}
            )
        return changed

    def in_mode(self, said: Said | None) -> Policy:
        """The policy in force while a mode stands; None: while none does.

        A mode that is not known here is taken for the next stricter one that is, or else the strictest.
        """
        if said is None or not self.modes:
            return self.policy
        mode = self.modes.get(said.name)
        if mode is None:
            stricter = [one for one in self.modes.values() if one.level >= said.level]
            mode = stricter[0] if stricter else list(self.modes.values())[-1]
        return self.policy.under(mode)

    def _names(self) -> list[str]:
        return [str(file) for file in (*self._files, *files_in(self._folder))] or ["built-in"]

    def _tell(self, kind: str, data: dict[str, object]) -> None:
        subject = Ref(kind="policy", id=self.policy.revision)
        self._on_event(Event(id=new_id("evt"), at=self._clock(), kind=kind, subject=subject, data=data))


def _digests(modes: Mapping[str, Mode]) -> dict[str, str]:
    return {name: mode.digest for name, mode in modes.items()}


def sign_of(files: Sequence[Path]) -> Sign:
    """By which a change of some files is seen."""
    return tuple(_one(file) for file in files)


def _one(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (-1, -1, -1)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
