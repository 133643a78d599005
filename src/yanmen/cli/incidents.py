"""``yanmen incidents``: what happened, what was done about it, and how to take it back."""

from __future__ import annotations

import getpass
import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Incident, Ref

if TYPE_CHECKING:
    from yanmen.soc import Done, Run
    from yanmen.store import Store

_MESSAGES = Messages(Path(__file__).parent / "messages" / "incidents")


@click.group(
    "incidents", help=tongue("What happened and what was done about it.", "安全事件：发生了什么、做了什么。")
)
def command() -> None:
    """Nothing of its own."""


@command.command("list", help=tongue("List incidents, the newest first.", "列出安全事件，新的在前。"))
@click.option(
    "--status",
    type=click.Choice(["open", "contained", "closed"]),
    help=tongue("Only these.", "只列出该状态。"),
)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help=tongue("At most.", "最多条数。"),
)
@data_option
@json_option
def listed(status: str | None, limit: int, data: Path, *, as_json: bool) -> None:
    """One line an incident: id, severity, status, when, title."""
    from yanmen.soc.wording import minute, whole
    from yanmen.store import Store

    with Store.open(data) as store:
        found = store.incidents.list(status=status, limit=limit)
    if as_json:
        click.echo(_json([msgspec.to_builtins(one) for one in found]))
        return
    for one in found:
        severity, state = _standing(one)
        click.echo(
            f"{one.id}  {severity:<8}  {state:<9}  {minute(one.opened)}  {whole(one.title.say(language()))}"
        )
    if not found:
        click.echo(_MESSAGES.say("none"))


@command.command(
    "show", help=tongue("Show one incident: what happened, what was done.", "查看一个安全事件的经过与处置。")
)
@click.argument("incident")
@data_option
@json_option
def show(incident: str, data: Path, *, as_json: bool) -> None:
    """Everything about one incident, named by its id or the beginning of it."""
    from yanmen import soc
    from yanmen.store import Store

    with Store.open(data) as store:
        found = soc.find(store, incident)
        runs = soc.runs(store, found.id)
        alone = _by_hand(store, found)
    if as_json:
        done = {"runs": msgspec.to_builtins(runs), "actions": msgspec.to_builtins(alone)}
        click.echo(_json({**msgspec.to_builtins(found), **done}))
    else:
        click.echo("\n".join(_page(found, runs, alone)))


@command.command(
    "close", help=tongue("Close an incident; what was done stands.", "关闭事件；已做的处置仍然有效。")
)
@click.argument("incident")
@click.option("--note", default="", help=tongue("Why.", "原因。"))
@data_option
def close(incident: str, note: str, data: Path) -> None:
    """Close it; say how to take back what was done."""
    from yanmen import soc
    from yanmen.store import Store

    with Store.open(data) as store:
        closed = soc.close(store, soc.find(store, incident).id, actor=_person(), note=note)
    click.echo(_MESSAGES.say("closed", id=closed.id))


@command.command("assign", help=tongue("Give an incident to a person.", "把事件指派给某人。"))
@click.argument("incident")
@click.argument("owner")
@data_option
def assign(incident: str, owner: str, data: Path) -> None:
    """An empty name gives it to nobody."""
    from yanmen import soc
    from yanmen.soc.wording import whole
    from yanmen.store import Store

    with Store.open(data) as store:
        given = soc.assign(store, soc.find(store, incident).id, owner, actor=_person())
    click.echo(_MESSAGES.say("assigned", id=given.id, owner=whole(given.owner) or _MESSAGES.say("nobody")))


def _page(incident: Incident, runs: list[Run], alone: list[Done]) -> list[str]:
    """An incident as an analyst reads it in a minute; lines alike are one, with the last one's proof."""
    from yanmen.soc import facts_of
    from yanmen.soc.wording import minute, whole

    tongue_ = language()
    owner = whole(incident.owner) or _MESSAGES.say("nobody")
    severity, status = _standing(incident)
    lines = [
        whole(incident.title.say(tongue_)),
        f"{incident.id}  {severity}  {status}",
        _MESSAGES.say("opened", at=minute(incident.opened), owner=owner),
        "",
        whole(incident.summary.say(tongue_)),
        "",
        _MESSAGES.say("happened"),
    ]
    for said, alike in groupby(
        sorted(incident.timeline, key=lambda one: one.at), lambda one: one.text.say(tongue_)
    ):
        moments = list(alike)
        times = f" ×{len(moments)}" if len(moments) > 1 else ""
        lines.append(f"  {minute(moments[0].at)[:19]}  {whole(said)}{times}  [{whole(moments[-1].event)}]")
    lines += ["", _MESSAGES.say("done")]
    steps = [(f"{run.playbook}/{step.step}", step) for run in runs for step in run.steps]
    steps += [(step.act, step) for step in alone]
    for name, step in steps:
        said = whole(step.said.say(tongue_))
        lines.append(f"  {_MESSAGES.say(f'step_{step.state}'):<8} {name:<24} {said}".rstrip())
    if not steps:
        lines.append("  " + _MESSAGES.say("nothing"))
    for book in facts_of(incident).waiting:
        lines.append("  " + _MESSAGES.say("waiting", book=book, id=incident.id))
    if any(step.state == "done" for _, step in steps):
        lines += ["", _MESSAGES.say("undo", id=incident.id)]
    return lines


def _standing(incident: Incident) -> tuple[str, str]:
    """Severity and status in the reader's language."""
    return _MESSAGES.say(f"severity_{incident.severity.word}"), _MESSAGES.say(f"status_{incident.status}")


def _by_hand(store: Store, incident: Incident) -> list[Done]:
    """What people did in the course of an incident, outside of playbooks."""
    from yanmen.soc.response import told

    return [told(action) for action in store.actions.of(incident.id) if not action.playbook]


def _person() -> Ref:
    return Ref(kind="user", id=getpass.getuser())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
