"""``yanmen abuse``: clusters of sign-ups, and callers who are not what they seem."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Literal

import click

from yanmen.cli.options import data_option, json_option, limit_option, tongue
from yanmen.core.clock import iso
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Ref
from yanmen.core.redaction import visible

_MESSAGES = Messages(Path(__file__).parent / "messages" / "abuse")
_EVERYWHERE = 0.5


@click.group(
    "abuse", help=tongue("Sign-ups and callers that are not what they seem.", "恶意注册与异常调用方。")
)
def command() -> None:
    """Nothing of its own."""


@command.command(
    "clusters",
    help=tongue("Clusters of sign-ups, the last seen first.", "列出注册的关联群组，最近出现的在前。"),
)
@click.option(
    "--least",
    type=click.IntRange(2, 100_000),
    default=4,
    show_default=True,
    help=tongue("With at least so many members.", "成员数下限。"),
)
@limit_option(50)
@data_option
@json_option
def clusters(least: int, limit: int, data: Path, *, as_json: bool) -> None:
    """What their members have in common, by which share of them."""
    from yanmen.soc.abuse.registrations import Registrations
    from yanmen.store import Store

    with Store.open(data) as store:
        found = Registrations(store).clusters(least, limit)
    rows = [
        {
            "id": one.id,
            "members": one.total,
            "first": iso(one.first),
            "last": iso(one.last),
            "scattered": round(one.scattered, 2),
            "in_common": {kind: round(share, 2) for kind, share in one.common().items() if share >= 0.2},  # noqa: PLR2004
            "fraud": round(one.bad, 1),
            "good": round(one.good, 1),
        }
        for one in found
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one, row in zip(found, rows, strict=True):
        place = _MESSAGES.say("scattered" if one.scattered > _EVERYWHERE else "placed")
        first, last = (str(row[name])[:16].replace("T", " ") for name in ("first", "last"))
        click.echo(
            _MESSAGES.say(
                "cluster", id=visible(one.id), members=one.total, first=first, last=last, place=place
            )
        )
        ranked = sorted(one.common().items(), key=lambda item: -item[1])
        shares = ", ".join(f"{kind} {share:.0%}" for kind, share in ranked if share >= 0.2)  # noqa: PLR2004
        click.echo(_MESSAGES.say("shares", shares=shares))
        if one.bad or one.good:
            click.echo(_MESSAGES.say("labels", fraud=f"{one.bad:.0f}", good=f"{one.good:.0f}"))
    if not rows:
        click.echo(_MESSAGES.say("none"))


@command.command(
    "callers",
    help=tongue(
        "Callers found by their behaviour, the newest first, and what moved.",
        "列出行为异常的调用方及其变化的指标，最新的在前。",
    ),
)
@limit_option(50)
@data_option
@json_option
def callers(limit: int, data: Path, *, as_json: bool) -> None:
    """Numbers and names of places only; no text of anybody."""
    from yanmen.soc.abuse.found import found
    from yanmen.store import Store

    with Store.open(data) as store:
        rows = found(store, limit)
    if as_json:
        told = [
            {
                "event": one.event,
                "at": iso(one.at),
                "subject": str(one.subject),
                "rule": one.rule,
                "severity": one.severity.word,
                "confidence": one.confidence,
                "evidence": one.evidence.en,
                "ip": one.ip,
                "label": one.label,
            }
            for one in rows
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in rows:
        at, tongue_ = iso(one.at)[:16].replace("T", " "), language()
        subject = visible(str(one.subject))
        click.echo(_MESSAGES.say("caller", at=at, subject=subject, title=one.title.say(tongue_)))
        click.echo(_MESSAGES.say("why", evidence=one.evidence.say(tongue_)))
        if one.label in {"abuse", "expected"}:
            click.echo(_MESSAGES.say("label", label=_MESSAGES.say(one.label)))
    if not rows:
        click.echo(_MESSAGES.say("no-callers"))


@command.command(
    "label",
    help=tongue(
        "Say what a caller (key:ID, ip:NETWORK) turned out to be.",
        "标注调用方（key:编号、ip:网段）的真实性质。",
    ),
)
@click.argument("subject")
@click.argument("said", metavar="LABEL", type=click.Choice(["abuse", "expected"]))
@click.option("--reason", default="", help=tongue("Why; it is kept.", "原因，会留档。"))
@data_option
def label(subject: str, said: Literal["abuse", "expected"], reason: str, data: Path) -> None:
    """Of what is expected nothing is told for thirty days."""
    from yanmen.soc.abuse.found import label as labelled
    from yanmen.store import Store

    with Store.open(data) as store:
        whom = labelled(store, subject, said, reason, actor=Ref(kind="user", id=getpass.getuser()))
    click.echo(_MESSAGES.say("labelled", subject=visible(str(whom)), label=_MESSAGES.say(said)))
