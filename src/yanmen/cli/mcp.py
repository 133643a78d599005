"""``yanmen mcp``: the tools that MCP servers offer; approve what has changed; forget what is gone."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages
from yanmen.core.nouns import Event, Ref

if TYPE_CHECKING:
    from yanmen.store import Store, Tool

_MESSAGES = Messages(Path(__file__).parent / "messages" / "mcp")
_SHOWN = 12
"""Digits of a digest that are shown."""


@click.group(
    "mcp",
    help=tongue(
        "Tools of MCP servers, and which descriptions are trusted.", "MCP 服务器的工具及受信任的描述。"
    ),
)
def command() -> None:
    """Nothing of its own."""


@command.command(
    "list",
    help=tongue(
        "Every tool that was seen; those that have changed first.", "列出见过的全部工具，有变化的在前。"
    ),
)
@click.option(
    "--changed", is_flag=True, help=tongue("Only those that wait for approval.", "只列出待批准的工具。")
)
@data_option
@json_option
def listed(data: Path, *, changed: bool, as_json: bool) -> None:
    """One line a tool: its server and name, whether it is trusted, since when, and by whose word."""
    from yanmen.store import Store

    with Store.open(data) as store:
        found = [tool for tool in store.tools.list() if not (changed and tool.trusted)]
    found.sort(key=lambda tool: tool.trusted)
    if as_json:
        told = [{**msgspec.to_builtins(tool), "trusted": tool.trusted} for tool in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for tool in found:
        click.echo(_line(tool))
    if not found:
        click.echo(_MESSAGES.say("none"))


@command.command("approve", help=tongue("Trust a tool's present description.", "信任工具的现行描述。"))
@click.argument("server")
@click.argument("tool")
@click.option("--reason", required=True, help=tongue("Why; it is kept.", "原因，会留档。"))
@click.option(
    "--digest",
    default="",
    help=tongue(
        "Only if its digest begins so: the one that you have read.",
        "仅当摘要以此开头时批准，即您审阅过的那一版。",
    ),
)
@data_option
def approve(server: str, tool: str, reason: str, digest: str, data: Path) -> None:
    """Durable before it is said; the door takes it up at its next look."""
    from yanmen.store import Store

    with Store.open(data) as store:
        known = _known(store, server, tool)
        if not known.latest.startswith(digest):
            raise YanmenError(
                _MESSAGES.phrase("other", digest=known.latest[:_SHOWN]), hint=_MESSAGES.phrase("read")
            )
        if known.trusted and known.approved:
            click.echo(_MESSAGES.say("already", tool=_name(known)))
            return
        _record(store, "mcp.tool-approved", known, digest=known.latest, reason=reason)
        after = _known(store, server, tool)
    if not after.trusted:
        raise YanmenError(
            _MESSAGES.phrase("other", digest=after.latest[:_SHOWN]), hint=_MESSAGES.phrase("read")
        )
    click.echo(_MESSAGES.say("approved", tool=_name(known), digest=known.latest[:_SHOWN]))


@command.command(
    "forget",
    help=tongue("Forget a tool: it is new when it is next seen.", "忘记某个工具：下次出现时按新工具处理。"),
)
@click.argument("server")
@click.argument("tool")
@data_option
def forget(server: str, tool: str, data: Path) -> None:
    """For tools that are gone, and for those that are to be looked at anew."""
    from yanmen.store import Store

    with Store.open(data) as store:
        known = _known(store, server, tool)
        _record(store, "mcp.tool-forgotten", known)
    click.echo(_MESSAGES.say("forgotten", tool=_name(known)))


def _known(store: Store, server: str, tool: str) -> Tool:
    found = store.tools.get(server, tool)
    if found is None:
        raise YanmenError(
            _MESSAGES.phrase("unknown", tool=_shown(f"{server}/{tool}")), hint=_MESSAGES.phrase("list")
        )
    return found


def _record(store: Store, kind: str, tool: Tool, **more: Any) -> None:
    from yanmen.core.clock import now
    from yanmen.core.ids import new_id

    event = Event(
        id=new_id("evt"),
        at=now(),
        kind=kind,
        actor=Ref(kind="user", id=getpass.getuser()),
        subject=Ref(kind="tool", id=f"{tool.server}/{tool.name}"),
        data={"server": tool.server, "tool": tool.name, **more},
    )
    store.append(event).result(30)


def _line(tool: Tool) -> str:
    from yanmen.soc.wording import minute

    state = _MESSAGES.say("trusted" if tool.trusted else "changed")
    digests = tool.digest[:_SHOWN] if tool.trusted else f"{tool.digest[:_SHOWN]} -> {tool.latest[:_SHOWN]}"
    who = _shown(tool.approved) if tool.approved else _MESSAGES.say("first")
    return f"{_name(tool)}  {state}  {digests}  {minute(tool.changed)}  {who}"


def _name(tool: Tool) -> str:
    return _shown(f"{tool.server}/{tool.name}")


def _shown(text: str) -> str:
    from yanmen.soc.wording import whole

    return whole(text)
