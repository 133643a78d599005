"""``yanmen backup``: copy the store while it is in use, and put it back, verified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from yanmen.cli.options import data_option, tongue
from yanmen.core.language import Messages

if TYPE_CHECKING:
    from yanmen.store.audit import Report

_MESSAGES = Messages(Path(__file__).parent / "messages" / "backup")


@click.group("backup", help=tongue("Copies of the store, and putting them back.", "备份与恢复记录数据库。"))
def command() -> None:
    """Nothing of its own."""


@command.command(
    "create",
    help=tongue(
        "Copy the store into a new folder, while it is in use, and verify the copy. It holds the secrets too: guard it as them.",
        "在运行中将数据库复制到新目录并校验副本。副本包含密钥，请按密钥的要求保管。",
    ),
)
@click.argument("to", type=click.Path(path_type=Path, file_okay=False))
@data_option
def create(to: Path, data: Path) -> None:
    """Exit code as of ``audit verify``."""
    from yanmen.store.address import address_of
    from yanmen.store.backups import create as created

    report = created(data, to)
    click.echo(
        _MESSAGES.say("dump" if address_of(data) else "created", to=str(to), records=f"{report.records:,}")
    )
    _end(report)


@command.command(
    "restore",
    help=tongue(
        "Put a backup where no store is yet, and verify it there.",
        "将备份恢复到尚无数据库的目录，并在恢复后校验。",
    ),
)
@click.argument("backup", type=click.Path(path_type=Path, file_okay=False, exists=True))
@data_option
def restore(backup: Path, data: Path) -> None:
    """Exit code as of ``audit verify``."""
    from yanmen.store.backups import restore as restored

    report = restored(backup, data)
    click.echo(_MESSAGES.say("restored", data=str(data), records=f"{report.records:,}"))
    _end(report)


def _end(report: Report) -> None:
    click.echo(_MESSAGES.say(report.word))
    raise SystemExit(report.exit_code)
