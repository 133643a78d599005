"""Who signs the log now, of the secrets on this machine: also while a new key is being put in place, and after a kill in the midst.

A rotation writes the new seed beside the old one, then commits the event that names it (that commit is signed with the new key),
then puts the new seed in the old one's place. Whoever opens the log goes by the newest checkpoint: it says which of the two holds.
"""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path

from yanmen.store.checkpoints import PublicKey, Signer, read, verified
from yanmen.store.database import Database
from yanmen.store.secret_files import SIGNING_KEY, secret, sync_folder

NEXT = f"{SIGNING_KEY}.next"
"""Name of a seed that is being put in place."""
LOCK = "log-key.lock"
"""Held by whoever rotates or copies: a backup has the seed that fits its log."""


class Signing:
    """The signing secrets of a folder."""

    def __init__(self, secrets: Path) -> None:
        """Nothing is read yet."""
        self.secrets = secrets
        self._signer: Signer | None = None
        self._mark = ""

    @property
    def present(self) -> bool:
        """Whether there is any."""
        return (self.secrets / SIGNING_KEY).exists() or (self.secrets / NEXT).exists()

    def first(self) -> Signer:
        """The signer of a log that has no checkpoint yet; its secret is made where there is none."""
        return self._known(Signer(secret(self.secrets, SIGNING_KEY)))

    def current(self, db: Database) -> Signer | None:
        """Who signed the newest checkpoint, inside a transaction or not; None where that secret is not on this machine."""
        (note,) = db.execute("SELECT note FROM head").fetchone()
        return self.of(note)

    def of(self, note: str) -> Signer | None:
        """Who signed a checkpoint. As cheap as looking for a few letters, while nobody has rotated."""
        if self._signer is None or self._mark not in note:
            found = self._look(note)
            return self._known(found) if found is not None else None
        return self._signer

    def put_in_place(self) -> None:
        """End a rotation: the new seed stands in the place of the old one, which is gone. Harmless when done twice."""
        with contextlib.suppress(FileNotFoundError):
            (self.secrets / NEXT).replace(self.secrets / SIGNING_KEY)
            sync_folder(self.secrets)

    def settle(self, signer: Signer) -> None:
        """End a rotation that was cut off behind its commit: ``signer`` is the one in force. Under the rotation's lock only."""
        path = self.secrets / NEXT
        if (
            path.exists()
            and Signer(secret(self.secrets, NEXT), signer.public.name).public.raw == signer.public.raw
        ):
            self.put_in_place()

    def draft(self) -> bytes:
        """A new seed, durable beside the one in force; what was left of a rotation that never came to its commit goes."""
        (self.secrets / NEXT).unlink(missing_ok=True)
        return secret(self.secrets, NEXT)

    def _known(self, signer: Signer) -> Signer:
        self._signer, self._mark = signer, mark(signer.public)
        return signer

    def _look(self, note: str) -> Signer | None:
        origin = read(note)[0].origin
        for name in (
            SIGNING_KEY,
            NEXT,
            SIGNING_KEY,
        ):  # once more: another process may just have put it in place
            if (self.secrets / name).exists():
                with contextlib.suppress(FileNotFoundError):
                    signer = Signer(secret(self.secrets, name), origin)
                    if verified(note, signer.public) is not None:
                        return signer
        return None


def mark(key: PublicKey) -> str:
    """The letters with which each signature line of a key begins."""
    return f"\n\u2014 {key.name} {base64.b64encode(key.hint[:3]).decode()}"
