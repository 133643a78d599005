"""``yanmen content``: erase kept prompts and answers, for good; the log still verifies."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import click

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages
from yanmen.core.nouns import Ref
from yanmen.core.redaction import visible

_MESSAGES = Messages(Path(__file__).parent / "messages" / "content")


@click.group(
    "content",
    help=tongue("Kept prompts and answers, of tenants that chose it.", "租户选择留存的提示与回答。"),
)
def command() -> None:
    """Nothing of its own."""


@command.command("erase", help=tongue("Erase what is kept, for good.", "永久删除留存内容。"))
@click.option("--tenant", help=tongue("All that is kept of a tenant.", "某租户的全部留存内容。"))
@click.option("--event", help=tongue("What is kept of one event.", "某一事件的留存内容。"))
@click.option("--reason", default="", help=tongue("Why; it is kept.", "原因，会留档。"))
@click.option("--yes", is_flag=True, help=tongue("Do not ask.", "不再询问。"))
@data_option
@json_option
def erase(
    tenant: str | None, event: str | None, reason: str, data: Path, *, yes: bool, as_json: bool
) -> None:
    """Durable, and recorded, before it is said."""
    from yanmen.store import Store

    if bool(tenant) == bool(event):
        raise YanmenError(_MESSAGES.phrase("which"), hint=_MESSAGES.phrase("one"))
    if not Store.exists(data):
        raise YanmenError(_MESSAGES.phrase("no-store", data=data), hint=_MESSAGES.phrase("where"))
    what = visible(f"tenant:{tenant}" if tenant else f"event:{event}")
    if not yes:
        click.confirm(_MESSAGES.say("sure", what=what), abort=True, err=True)
    with Store.open(data) as store:
        who = Ref(kind="user", id=getpass.getuser())
        count = store.content.erase(tenant=tenant or None, event_id=event or None, actor=who, reason=reason)
    if as_json:
        click.echo(json.dumps({"erased": count}))
    else:
        click.echo(_MESSAGES.say("erased" if count else "nothing", count=count, what=what))
