"""Writes ``released/NNNN``, a store of the present schema, for the tests of later migrations: run it once at a release.

python tests/store/make_released.py
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import msgspec

from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Action, Decision, Event, Incident, Phrase, Ref, Severity, Verdict
from yanmen.store import Campaign, Key, Store, schema
from yanmen.store.database import FILE

MODEL = "mdl_0123456789abcdef"


def events() -> list[Event]:
    """Something for every projection."""
    subject = Ref(kind="key", id="key_released")
    key = Key(
        id="key_released", hash=key_hash(new_key()), name="of a released version", created=now(), team="red"
    )
    ban = Decision(id=new_id("dec"), at=now(), subject=subject, verdict=Verdict.BLOCK, lasts=3_600)
    title = Phrase(en="A leak", zh="泄露")
    incident = Incident(
        id="inc_released",
        opened=now(),
        status="open",
        severity=Severity.HIGH,
        cause="key.leaked/x",
        title=title,
    )
    action = Action(id="act_released", at=now(), name="ban", incident=incident.id)
    campaign = msgspec.to_builtins(
        Campaign(
            id="cmp_released", first=1, last=2, through=3, seen=3, stopped=3, passed=0, sketch="", latest=""
        )
    )
    found = {"rule": "key.leaked", "severity": 4, "subject": "a:b", "evidence": "ym_…", "fingerprint": "f"}
    told: list[tuple[str, dict[str, object]]] = [
        ("key.created", {"key": msgspec.to_builtins(key)}),
        ("decision.made", {"decision": msgspec.to_builtins(ban)}),
        ("incident.opened", {"incident": msgspec.to_builtins(incident)}),
        ("action.done", {"action": msgspec.to_builtins(action)}),
        ("account.created", {"account": {"name": "ada", "role": "admin", "hash": "$argon2"}}),
        ("model.registered", {"model": {"version": MODEL, "files": {"card.json": "0" * 64}}}),
        ("model.promoted", {"model": MODEL, "before": "shipped", "reason": "", "forced": False}),
        (
            "review.queued",
            {"review": {"id": "rev_released", "at": 1, "source": "reported", "actor": "account:ada"}},
        ),
        ("review.labelled", {"review": "rev_released", "label": "attack", "class": "override"}),
        ("campaign.changed", {"campaign": campaign}),
        ("call.allowed", {"verdict": "allow", "model": "m", "tokens_in": 3, "usage": {"at": 1, "in": 3}}),
        ("call.refused", {"verdict": "block", "findings": [found]}),
    ]
    return [Event(id=new_id("evt"), at=now(), kind=kind, subject=subject, data=data) for kind, data in told]


def main() -> None:
    """Write the folder."""
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "data"
        with Store.open(data) as store:
            kept = Event(id=new_id("evt"), at=now(), kind="call.refused", data={"tenant": "t"})
            kept.data["content"] = {"prompt": store.content.put(kept.id, "t", "prompt", b"text", days=3_650)}
            store.append(*events(), kept).result(30)
            store.masks.put("t", "key_released", {"YM_PHONE_AAAAAAAAAA": "13812345678"})
            checkpoint = store.checkpoint()
        secrets = {path.name: path.read_bytes().hex() for path in sorted((data / "secrets").iterdir())}
        with closing(sqlite3.connect(data / FILE)) as db:
            number = schema.version(db)
            lines = [
                *db.iterdump(),
                f"PRAGMA user_version = {number};",
                f"PRAGMA application_id = {schema.APPLICATION};",
            ]
    folder = Path(__file__).parent / "released" / f"{number:04d}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "yanmen.sql").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "checkpoint").write_text(checkpoint, "utf-8")
    (folder / "secrets.json").write_text(json.dumps(secrets, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
