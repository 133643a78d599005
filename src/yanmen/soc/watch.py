"""The watch: reads the log as it grows, brings findings of one cause together, and answers them with playbooks.

It may be killed at any moment. Its place in the log moves only when what it read stands in the store; incidents, actions and
bans have ids that follow from what caused them, so what is read twice is done once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from yanmen.core import foreign
from yanmen.core.clock import SECOND, Clock, now
from yanmen.core.config import Soc as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Incident, Phrase
from yanmen.soc import playbook as playbooks
from yanmen.soc.abuse.callers import KINDS as LABELS
from yanmen.soc.abuse.callers import Watched
from yanmen.soc.campaigns import CLUSTERS, JOINT, Campaigns, event_of
from yanmen.soc.correlate import Correlator
from yanmen.soc.desk import SOC, WAIT_SECONDS, change, record, with_moment
from yanmen.soc.facts import facts_data, facts_of
from yanmen.soc.intake import Intake
from yanmen.soc.modes.watch import KINDS as COUNTED
from yanmen.soc.modes.watch import Emergencies
from yanmen.soc.notices import Courier
from yanmen.soc.playbook import Playbook
from yanmen.soc.response import Run, run, runs
from yanmen.soc.signs import KINDS
from yanmen.store import Store

PAUSE_SECONDS = 0.05
"""Between two looks at the store's version."""
STOP_SECONDS = 3.0
"""How long a notice on its way may hold up the end; one cut off is sent again at the next start."""
READ = 1_000
"""Events read at a time."""
TRIES = 5
"""How often a run with a failed step is tried again by itself, after 1, 2, 4 … seconds; then a person must."""
PLACE, WINDOWS = "soc", "soc.windows"
"""Names of the kept places: what is counted, and from where the ten minutes before must be read again."""
_KEEP_PLACE = 1 * SECOND
_OPEN = 10_000
_END = 1 << 62

_log = logging.getLogger(__name__)


class Soc:
    """One watch over one store. Of several, in one process or in many, one works and the others wait for its end."""

    def __init__(
        self,
        store: Store,
        settings: Settings | None = None,
        *,
        books: Sequence[Playbook] = (),
        shadow_until: int = 0,
        clock: Clock = now,
    ) -> None:
        """Take the store and the playbooks (by default those of the store's folder).

        Until ``shadow_until`` (microseconds) no playbook runs by itself: people are asked instead.
        """
        self._store, self._settings, self._clock = store, settings or Settings(), clock
        self._books = tuple(books) or playbooks.in_force(store.folder)
        self._shadow_until = shadow_until
        self._secret = secret_of(self._settings)
        self._leader = store.lock("soc")
        self._version = -1
        self._correlator: Correlator | None = None
        self._campaigns = Campaigns()
        self._intake: Intake | None = None
        self._callers: Watched | None = None
        self._emergencies: Emergencies | None = None
        self._position = 0
        self._kept = (0, 0)
        self._kept_at = 0
        self._again: dict[tuple[str, str], tuple[int, int]] = {}

    def run(self, stop: threading.Event) -> None:
        """Watch until told to stop. Blocks: give it a thread of its own."""
        couriers: list[threading.Thread] = []
        try:
            while not stop.is_set():
                if self._leader.take() and not couriers:
                    couriers = self._couriers(stop)
                self._turn(stop)
                stop.wait(PAUSE_SECONDS)
        finally:
            for thread in couriers:
                thread.join(STOP_SECONDS)
            self.close()

    def step(self) -> int:
        """Read what is new, write what is due, answer it; the number of events read. Nothing while another watch works."""
        if not self._leader.take():
            return 0
        version = self._store.version()
        if self._correlator is None:
            self._begin()
        elif version == self._version:
            self._write()
            return 0
        handled = 0
        while count := self._read():
            handled += count
        self._version = version
        self._write()
        return handled

    def flush(self) -> None:
        """Write all that waits, whether or not it is due."""
        if self._correlator is not None:
            self._write(everything=True)

    def close(self) -> None:
        """Write what waits and let another watch begin."""
        if self._leader.take():
            self.flush()
        self._leader.free()
        self._correlator = None

    def _turn(self, stop: threading.Event) -> None:
        try:
            self.step()
        except Exception:  # noqa: BLE001  # the job loop: the watch goes on; what was not written is read again
            _log.exception("the watch stumbled; reading again from its kept place")
            self._correlator = None
            stop.wait(1)

    def _couriers(self, stop: threading.Event) -> list[threading.Thread]:
        """A thread for each address that is told of incidents."""
        threads = [
            threading.Thread(
                target=Courier(self._store, address, self._secret).run,
                args=(stop,),
                name="yanmen-courier",
                daemon=True,
            )
            for address in dict.fromkeys(self._settings.webhooks)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _begin(self) -> None:
        """Know the incidents there are, and where to read on; finish what a crash interrupted."""
        store = self._store
        correlator = Correlator(store.keys.by_hash)
        place = store.cursors.get(PLACE)
        start = min(place, store.cursors.get(WINDOWS))
        self._position, self._kept = start, (place, start)
        standing = [
            one
            for status in ("open", "contained")
            for one in store.incidents.list(status=status, limit=_OPEN)
        ]
        for incident in standing:
            correlator.learn(incident)
        position = start
        while read := store.events.after(position, limit=READ, kinds=("incident.",)):
            for recorded in read:
                correlator.learn(_snapshot(recorded.event.data), settled_only=True)
            position = read[-1].seq
        self._campaigns = Campaigns(store.campaigns.list(limit=CLUSTERS))
        self._intake, self._callers = Intake(store), Watched(store)
        self._emergencies = Emergencies(store, automatic=self._settings.automatic)
        self._correlator = correlator
        for incident in standing:
            self._answer(incident)

    def _read(self) -> int:
        """Take the next events, at most READ; how many there were."""
        correlator, intake, store = self._correlator, self._intake, self._store
        emergencies, callers = self._emergencies, self._callers
        if correlator is None or intake is None or emergencies is None or callers is None:
            return 0
        last = store.events.last_seq()
        read = store.events.after(self._position, limit=READ, kinds=(*KINDS, *COUNTED, *LABELS, "incident."))
        for recorded in read:
            emergencies.take(recorded)
            callers.take(recorded)
            if recorded.event.kind.startswith("incident."):
                correlator.learn(_snapshot(recorded.event.data))
            elif recorded.event.kind.startswith(KINDS):
                correlator.take(recorded)
                intake.take(recorded)
                for sign in self._campaigns.take(recorded):
                    correlator.add(sign)
        seen = read[-1].seq if read else self._position
        self._position = seen if len(read) == READ else max(last, seen)
        if read:
            self._write()
        return len(read)

    def _write(self, *, everything: bool = False) -> None:
        """Write what is due, answer each incident that changed, and move the kept place."""
        correlator, at = self._correlator, self._clock()
        if correlator is None:
            return
        for batch in correlator.ready(_END if everything else at):
            incident = record(self._store, batch, self._position)
            correlator.written(batch, self._position, at)
            if batch.cause.startswith(JOINT):
                self._campaigns.opened(batch.signs[0].subject.id, incident.id)
            self._answer(incident)
        for (name, book), (tries, due) in list(self._again.items()):
            found = self._store.incidents.get(name) if at >= due and tries < TRIES else None
            if found is not None:
                self._run(playbooks.named(self._books, book), found)
        for campaign in self._campaigns.due(at, everything=everything):
            self._store.append(event_of(campaign, SOC, at)).result(WAIT_SECONDS)
            self._campaigns.written(campaign, at)
        if self._intake is not None:
            self._intake.write(at, now_too=everything)
        if self._callers is not None:
            self._callers.write(at, now_too=everything)
        if self._emergencies is not None:
            self._emergencies.step(at)
        self._keep_place(at, now_too=everything)

    def _answer(self, incident: Incident) -> None:
        """Run the playbooks that are for an incident, or ask a person."""
        if incident.status == "closed":
            return
        for book in self._books:
            answer = book.answer(incident)
            if answer == "nothing" or any(
                one.state in {"done", "undone"} for one in self._runs(incident, book)
            ):
                continue
            if answer == "automatic" and self._settings.automatic and self._clock() >= self._shadow_until:
                if (incident.id, book.playbook) not in self._again:
                    self._run(book, incident)
            elif book.playbook not in facts_of(incident).waiting:
                self._ask(incident, book)

    def _runs(self, incident: Incident, book: Playbook) -> list[Run]:
        return runs(self._store, incident.id, (book,))

    def _run(self, book: Playbook, incident: Incident) -> None:
        key = (incident.id, book.playbook)
        tries, _ = self._again.pop(key, (0, 0))
        done = run(self._store, book.playbook, incident.id, books=self._books)
        if done.state != "done":
            self._again[key] = (tries + 1, self._clock() + (SECOND << tries))

    def _ask(self, incident: Incident, book: Playbook) -> None:
        """Write into an incident that a playbook waits for a person's word."""

        def edit(found: Incident, event: str) -> Incident:
            facts = facts_of(found)
            if book.playbook in facts.waiting:
                return found
            facts = msgspec.structs.replace(facts, waiting=(*facts.waiting, book.playbook))
            asked = f"yanmen playbook run {book.playbook} --incident {found.id}"
            said = Phrase(
                en=f"Playbook {book.playbook} waits for your word: {asked}",
                zh=f"剧本 {book.playbook} 等待确认：{asked}",
            )
            return with_moment(msgspec.structs.replace(found, facts=facts_data(facts)), event, said)

        change(self._store, incident.id, edit, SOC)

    def _keep_place(self, at: int, *, now_too: bool) -> None:
        """Keep the place in the store, at most once a second: what is read twice does no harm."""
        if self._correlator is None or not (now_too or at >= self._kept_at + _KEEP_PLACE):
            return
        place = self._correlator.read_through(self._position)
        windows = self._correlator.windows_from(place)
        if (place, windows) != self._kept:
            self._store.cursors.set(WINDOWS, windows)
            self._store.cursors.set(PLACE, place)
            self._kept = (place, windows)
        self._kept_at = at


def secret_of(settings: Settings) -> bytes:
    """The secret that signs notices, or nothing; YanmenError when its file cannot be read or is empty."""
    if not settings.webhook_secret_file:
        return b""
    file = Path(settings.webhook_secret_file)
    try:
        secret = file.read_bytes().strip()
    except OSError as error:
        why = foreign.system(error)
        raise YanmenError(
            Phrase(en=f"cannot read {file}: {why.en}", zh=f"无法读取 {file}：{why.zh}"),
            where="soc.webhook_secret_file",
            hint=Phrase(en="Name a file with the secret.", zh="请指定存放签名密钥的文件。"),
        ) from error
    if not secret:
        raise YanmenError(
            Phrase(en=f"{file} is empty", zh=f"{file} 是空文件"),
            where="soc.webhook_secret_file",
            hint=Phrase(en="Write the secret into it.", zh="请把签名密钥写入该文件。"),
        )
    return secret


def _snapshot(data: dict[str, Any]) -> Incident:
    return msgspec.convert(data["incident"], Incident)
