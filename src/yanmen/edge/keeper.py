"""Keeps the wall equal to the store for as long as it runs: one thread that looks, applies, and gives a sign of life.

The sign of life is given only while the store can be read and the kernel obeys. It is an element with an end in the kernel, so
whatever ends this process (kill -9, a hung disk, a debugger that was forgotten) ends the wall's effect too, without any helper.
A process that ends leaves the table to the next one.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from threading import Event as Flag
from typing import Any

from yanmen.core import foreign
from yanmen.core.clock import SECOND, Clock, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.edge.drops import Counters, Drops
from yanmen.edge.following import Following
from yanmen.edge.site import Site
from yanmen.edge.wall import Wall
from yanmen.store import Store, StoreError

LOOK_SECONDS = 0.02
"""How often the store is asked whether anything was decided."""
CHECK_SECONDS = 0.25
"""How often the store is asked whether it is still there, and the kernel whether anybody else changed its ruleset."""
DEEP_SECONDS = 300.0
"""At most so often all that is in the sets is compared, after somebody else changed something in the kernel's ruleset."""
BEAT_SECONDS = 10.0
"""How often a sign of life is given."""
SAY_SECONDS = 5.0
"""What was applied is recorded at most so often."""
AGAIN_SECONDS = 60.0
"""A failure that lasts is told of so often."""
RETRY_SECONDS = 1.0
DROPS_SECONDS = 60.0
"""How often counters are read."""
JUMP = 5 * SECOND
"""Microseconds by which the clock may leave the machine's steady one before all ends are set anew."""
PROCESS = Ref(kind="process", id="edge")

Say = Callable[[str, dict[str, Any]], None]
"""Told of what a person at the terminal should see: the event's kind without its room, and its data."""


class Keeper:
    """A wall and the store that it follows."""

    def __init__(
        self,
        reopen: Callable[[], Store | None],
        walls: tuple[Wall, Wall],
        site: Site,
        say: Say,
        clock: Clock = now,
    ) -> None:
        """Nothing is read or changed yet.

        ``reopen`` opens the store, or answers None while it is not there. Two walls, each with a netlink socket of its own: one
        acts, the other reads counters, which takes long.
        """
        self._reopen = reopen
        self._store: Store | None = None
        self._wall = walls[0]
        self._site, self._say, self._clock = site, say, clock
        self._following = Following(site, clock)
        self._counters = Counters(walls[1], site)
        self._steps: Iterator[Drops | None] = iter(())
        self._due: dict[str, float] = {}
        self._offset = 0
        self._stale = "started"
        self._suspect = False
        self._since: float | None = None
        self._pending: dict[str, Any] = {}

    def start(self) -> None:
        """Lay the wall, or take over the one that stands. YanmenError or OSError where that cannot be done."""
        at = time.monotonic()
        self._due = {"deep": at + DEEP_SECONDS, "prune": at + DROPS_SECONDS, "drops": at + DROPS_SECONDS}
        store = self._present(at)
        self._lay(store)
        edge = self._site.edge
        data = {
            "ports": list(self._site.ports),
            "interfaces": list(edge.interfaces),
            "families": list(edge.families),
        }
        self._tell(
            "started", {**data, "dead_man_minutes": edge.dead_man_minutes, "proxied": self._site.proxied}
        )
        self._report(at)

    def run(self, stop: Flag) -> None:
        """Look until told to stop. YanmenError where the kernel has not obeyed for as long as the dead man is given."""
        while not stop.wait(LOOK_SECONDS):
            self.turn()

    def close(self) -> None:
        """Let go of the store. The wall stands on, for as long as its last sign of life lasts."""
        if self._store is not None:
            self._store.close()

    def turn(self) -> None:
        """One look at everything that is due. YanmenError as ``run``."""
        at = time.monotonic()
        if at < self._due.get("retry", 0):
            return
        try:
            self._obey(self._present(at), at)
        except StoreError as error:
            self._fail("store", error, at)
        except OSError as error:
            self._fail("kernel", error, at)
        else:
            if self._since is not None:
                self._tell("restored", {"seconds": round(at - self._since, 1)})
                self._since = None
            self._report(at)

    def _present(self, at: float) -> Store:
        """The store, opened anew where another lies in its place; StoreError while there is none."""
        if (
            self._store is not None
            and self._is_due("present", at, CHECK_SECONDS)
            and not self._store.present()
        ):
            self._store.close()
            self._store = None
        if self._store is None:
            self._store = self._reopen()
            self._stale = self._stale or "store"
        if self._store is None:
            raise StoreError(
                Phrase(en="the store is gone", zh="数据库不见了"),
                hint=Phrase(
                    en="Restore the data folder, or name it with --data.",
                    zh="请恢复数据目录，或用 --data 指定。",
                ),
            )
        return self._store

    def _obey(self, store: Store, at: float) -> None:
        """Make the kernel equal to the store, and give a sign of life."""
        offset = self._clock() - int(at * SECOND)
        if abs(offset - self._offset) > JUMP:
            self._stale = self._stale or "clock"
        if not self._stale and self._is_due("check", at, CHECK_SECONDS):
            self._check(at)
        if self._stale:
            self._lay(store)
        elif self._following.moved(store):
            self._follow(store)
        if self._is_due("beat", at, BEAT_SECONDS):
            self._wall.beat()
        if self._is_due("prune", at, DROPS_SECONDS):
            self._following.prune()
            self._wall.prune(self._clock())

    def _lay(self, store: Store) -> None:
        """Read everything and make the kernel equal to it."""
        self._following.begin(store)
        laid = self._wall.lay(self._following.wanted())
        put_right = laid.difference
        self._counters.forget([*put_right.missing, *put_right.ends])
        self._count("added", len(put_right.missing))
        self._count("removed", len(put_right.extra))
        self._count("renewed", len(put_right.ends))
        self._pending |= {"cause": self._stale, "replaced": laid.replaced}
        self._offset = self._clock() - int(time.monotonic() * SECOND)
        self._stale, self._suspect = "", False

    def _follow(self, store: Store) -> None:
        """Take up what was decided and lifted since the last look."""
        ends = self._following.follow(store)
        wall = self._wall
        changed = wall.become(self._following.wanted()) if ends is None else wall.change(ends)
        self._counters.forget(ends or ())
        for name, number in changed._asdict().items():
            self._count(name, number)

    def _check(self, at: float) -> None:
        """Whether somebody else changed our program; what is in its sets is compared at leisure."""
        if self._wall.touched():
            self._suspect = True
            if not self._wall.intact():
                self._stale = "changed"
                return
        if self._suspect and self._is_due("deep", at, DEEP_SECONDS):
            self._suspect = False
            if self._wall.difference(self._following.wanted()):
                self._stale = "changed"

    def _fail(self, what: str, error: OSError, at: float) -> None:
        """Say it, try again soon; what is in the kernel is not trusted until it was laid anew."""
        if self._since is None:
            self._since = at
            self._due["again"] = 0
        self._stale = self._stale or what
        self._due["retry"] = at + RETRY_SECONDS
        why = error.message if isinstance(error, YanmenError) else foreign.system(error)
        if self._is_due("again", at, AGAIN_SECONDS):
            self._tell("failed", {"what": what, "error": why.en, "seconds": round(at - self._since, 1)}, why)
        if what == "kernel" and at - self._since > 60 * self._site.edge.dead_man_minutes:
            raise refused(error)

    def _report(self, at: float) -> None:
        """Record what was applied and what was dropped, each at most so often."""
        if self._pending and self._is_due("say", at, SAY_SECONDS):
            counts = self._following.counts
            data = {"added": 0, "removed": 0, "renewed": 0} | self._pending
            kept = {"bans": len(self._wall), "seq": self._following.seq}
            left_out = {
                name: getattr(counts, name) for name in ("allowed", "unguarded", "beyond", "unreadable")
            }
            self._pending = {}
            self._tell("applied", data | kept | left_out)
        if self._is_due("drops", at, DROPS_SECONDS):
            self._steps = self._counters.steps()
        drops = next(self._steps, None)
        if drops is not None and (drops.banned or drops.metered):
            self._tell("dropped", {"seconds": int(DROPS_SECONDS), **drops.data})

    def _tell(self, kind: str, data: dict[str, Any], why: Phrase | None = None) -> None:
        """To the terminal at once, and to the record where there is one."""
        self._say(kind, data if why is None else {**data, "why": why})
        if self._store is not None:
            self._store.append(
                Event(id=new_id("evt"), at=self._clock(), kind=f"edge.{kind}", actor=PROCESS, data=data)
            )

    def _count(self, name: str, number: int) -> None:
        if number:
            self._pending[name] = self._pending.get(name, 0) + number

    def _is_due(self, name: str, at: float, seconds: float) -> bool:
        if at < self._due.get(name, 0):
            return False
        self._due[name] = at + seconds
        return True


def refused(error: OSError) -> YanmenError:
    """What the kernel refused, and what may be done about it."""
    why = foreign.system(error)
    lacks = error.errno in {errno.EPERM, errno.EACCES}
    hint = Phrase(
        en="Run it as root or with CAP_NET_ADMIN; see the systemd unit in deploy/.",
        zh="请以 root 身份运行，或授予 CAP_NET_ADMIN；可参考 deploy/ 中的 systemd 单元。",
    )
    if not lacks:
        hint = Phrase(
            en="nf_tables of Linux 5.12 or later is needed; look at the system's log.",
            zh="需要 Linux 5.12 及以上版本的 nf_tables；请查看系统日志。",
        )
    return YanmenError(
        Phrase(en=f"the kernel refuses the wall: {why.en}", zh=f"内核拒绝了防护墙的设置：{why.zh}"), hint=hint
    )
