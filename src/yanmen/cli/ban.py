"""``yanmen ban``: refuse a key, an address, a user or a tenant at every door; see what stands; lift it."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages
from yanmen.core.nouns import FOREVER, Decision, Ref

if TYPE_CHECKING:
    from yanmen.store import Store

_MESSAGES = Messages(Path(__file__).parent / "messages" / "ban")


@click.group("ban", help=tongue("Bans, obeyed by every door.", "封禁：各入口一律执行。"))
def command() -> None:
    """Nothing of its own."""


@command.command(
    "add",
    help=tongue(
        "Ban key:ID, ip:203.0.113.0/24, user:NAME, tenant:NAME, country:DE, asn:AS64496 or network:LIST;"
        " a key also by its whole text.",
        "封禁 key:编号、ip:203.0.113.0/24、user:名称、tenant:名称、country:DE、asn:AS64496 或 network:名单；密钥也可写全文。",
    ),
)
@click.argument("subject")
@click.option(
    "--for",
    "lasts",
    default="1h",
    show_default=True,
    help=tongue("90s, 30m, 2h, 7d, 2w or forever.", "时长。"),
)
@click.option("--reason", required=True, help=tongue("Why; it is kept.", "原因，会留档。"))
@click.option(
    "--challenge",
    is_flag=True,
    help=tongue("Let it in where it proves some work.", "完成工作量证明后予以放行。"),
)
@click.option("--incident", default="", help=tongue("In the course of this incident.", "归入该安全事件。"))
@click.option(
    "--yes", is_flag=True, help=tongue("Even if it may shut me out.", "即使可能把自己挡在外面也执行。")
)
@data_option
@json_option
def add(
    subject: str,
    lasts: str,
    reason: str,
    incident: str,
    data: Path,
    *,
    challenge: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Durable before it is said; doors obey within a tenth of a second."""
    from yanmen import soc
    from yanmen.store import Store

    with Store.open(data) as store:
        ref = soc.subject_of(store, subject)
        if incident:
            name = soc.find(store, incident).id
            done = soc.ban_in(store, name, ref, reason=reason, lasts=lasts, actor=_person(), force=yes)
            decision = _decision(store, done.action)
        else:
            decision = soc.ban(
                store,
                ref,
                reason=reason,
                lasts=soc.seconds(lasts),
                actor=_person(),
                force=yes,
                challenge=challenge,
            )
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(decision), ensure_ascii=False, indent=2))
        return
    click.echo(
        _MESSAGES.say("banned", subject=_shown(str(decision.subject)), until=_until(decision), id=decision.id)
    )


@command.command("list", help=tongue("The bans that stand, the newest first.", "列出有效的封禁，新的在前。"))
@data_option
@json_option
def listed(data: Path, *, as_json: bool) -> None:
    """One line a ban: its id, whom it refuses, until when, and why."""
    from yanmen import soc
    from yanmen.store import Store

    with Store.open(data) as store:
        bans = soc.standing_bans(store)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(one) for one in bans], ensure_ascii=False, indent=2))
        return
    for one in bans:
        why = "; ".join(_shown(f"{reason.by or reason.rule}: {reason.note}") for reason in one.because)
        click.echo(f"{one.id}  {_shown(str(one.subject))}  {_until(one)}  {why}")
    if not bans:
        click.echo(_MESSAGES.say("none"))


@command.command(
    "lift", help=tongue("Lift a ban by its id or the beginning of it.", "按编号（或其开头）解除封禁。")
)
@click.argument("decision")
@click.option("--reason", required=True, help=tongue("Why; it is kept.", "原因，会留档。"))
@data_option
def lift(decision: str, reason: str, data: Path) -> None:
    """Say also when another ban still refuses the same subject."""
    from yanmen import soc
    from yanmen.store import Store

    with Store.open(data) as store:
        lifted = soc.lift(store, _name(store, decision), reason=reason, actor=_person())
        others = [
            one for one in soc.standing_bans(store) if one.subject == lifted.subject and one.id != lifted.id
        ]
    click.echo(_MESSAGES.say("lifted", id=lifted.id, subject=_shown(str(lifted.subject))))
    for one in others:
        click.echo(_MESSAGES.say("still", id=one.id, until=_until(one)))


def _name(store: Store, start: str) -> str:
    """The id of the one standing ban that begins so; otherwise the words as they are."""
    from yanmen import soc

    start = start if start.startswith("dec_") else f"dec_{start}"
    if store.decisions.get(start) is not None:
        return start
    found = [one.id for one in soc.standing_bans(store) if one.id.startswith(start)]
    if len(found) > 1:
        raise YanmenError(
            _MESSAGES.phrase("several", count=len(found), start=_shown(start)),
            hint=_MESSAGES.phrase("longer"),
        )
    return found[0] if found else start


def _decision(store: Store, action: str) -> Decision:
    done = store.actions.get(action)
    decision = store.decisions.get(str(done.result["decision"])) if done is not None else None
    if decision is None:
        raise LookupError(f"the ban of action {action} is not in the store")
    return decision


def _until(decision: Decision) -> str:
    from yanmen.soc.wording import minute

    return _MESSAGES.say("forever") if decision.lasts >= FOREVER else minute(decision.until)


def _shown(text: str) -> str:
    from yanmen.soc.wording import whole

    return whole(text)


def _person() -> Ref:
    return Ref(kind="user", id=getpass.getuser())
