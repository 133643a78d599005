"""The processes that hold the encoder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from yanmen.guard.examination import Opinion, Passage
from yanmen.guard.processes import Pool, Work, serve

BATCH = 8
"""Passages that a process is given at once."""
WAITING = 512
"""Passages that may wait; past them the answer is at once that it could not be judged."""
HUNG = 20.0
"""Seconds after which a process that does not answer is ended."""


class Workers(Pool[Passage, Opinion]):
    """A pool of encoder processes. Safe to use from any thread."""

    def __init__(self, processes: int = 1, folder: Path | None = None, *, batch: int = BATCH) -> None:
        """Nothing is started until ``start`` or the first question. ``folder``: the model; None: the shipped one."""
        arguments = (str(folder),) if folder else ()
        super().__init__(processes, Work("yanmen.guard.workers", arguments, Opinion, batch, WAITING, HUNG))


def _load() -> Callable[[list[Passage]], list[Opinion]]:
    from yanmen.guard.cascade import Cascade  # noqa: PLC0415  # heavy, and for the process only

    cascade = Cascade(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    cascade.read([Passage("warm", "user")])
    return cascade.read


if __name__ == "__main__":
    serve(_load, Passage)
