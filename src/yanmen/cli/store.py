"""``yanmen store``: where the record is, whether it can be written, its schema, and moving it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages

_MESSAGES = Messages(Path(__file__).parent / "messages" / "store")


@click.group("store", help=tongue("Where the record is, and moving it.", "记录数据库的位置与迁移。"))
def command() -> None:
    """Nothing of its own."""


@command.command(
    "status",
    help=tongue(
        "Where the record is, its schema, and how long it takes to write. Exit code 2: it cannot be written.",
        "显示记录的位置、结构版本与写入耗时。退出码 2：无法写入。",
    ),
)
@data_option
@json_option
def status(data: Path, *, as_json: bool) -> None:
    """Opens the store and waits for one commit that changes nothing."""
    from yanmen.store import Store
    from yanmen.store.address import address_of, shown

    if not Store.exists(data):
        raise YanmenError(_MESSAGES.phrase("no-store", data=data), hint=_MESSAGES.phrase("where"))
    address = address_of(data)
    with Store.open(data) as store:
        begun = time.perf_counter()
        store.flush()
        took = round((time.perf_counter() - begun) * 1_000, 1)
        said = {
            "where": shown(address) if address else str(data),
            "engine": "postgresql" if address else "sqlite",
            "schema": store.schema,
            "records": store.events.last_seq(),
            "milliseconds": took,
        }
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        click.echo(_MESSAGES.say("status", **{name: str(value) for name, value in said.items()}))


@command.command(
    "migrate",
    help=tongue(
        "Bring the tables up to this version. Every start does so; this does it before.",
        "将表结构升级到当前版本。每次启动都会自动升级，此命令可提前执行。",
    ),
)
@data_option
def migrate(data: Path) -> None:
    """Harmless when there is nothing to do."""
    from yanmen.store import Store

    with Store.open(data) as store:
        click.echo(_MESSAGES.say("migrated", schema=str(store.schema)))


@command.command(
    "move",
    help=tongue(
        "Move the record to PostgreSQL, and compare the roots of its log. Stop everything first.",
        "将记录迁移到 PostgreSQL，并核对日志的树根。请先停止所有进程。",
    ),
)
@click.option(
    "--to",
    "url",
    required=True,
    metavar="postgresql://…",
    help=tongue("An empty database.", "一个空数据库。"),
)
@data_option
@json_option
def move(url: str, data: Path, *, as_json: bool) -> None:
    """The file stays as ``yanmen.db.moved``; the folder remembers the new place."""
    from yanmen.store.audit import verify
    from yanmen.store.moving import move as moved

    before = verify(data)
    if before.exit_code == 1:
        raise YanmenError(_MESSAGES.phrase("altered"), hint=_MESSAGES.phrase("verify-first"))
    done = moved(data, url)
    after = verify(data)
    if as_json:
        whole = {"records": done.records, "rows": done.rows, "root": done.root, "result": after.word}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        click.echo(_MESSAGES.say("moved", records=f"{done.records:,}", rows=f"{done.rows:,}", root=done.root))
        click.echo(_MESSAGES.say("after" if after.word == "ok" else "not-after"))
    raise SystemExit(after.exit_code)
