"""The part of ``yanmen guard`` that learns: report, review, train, evaluate, promote, rollback, models, campaigns."""

from __future__ import annotations

import getpass
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
import msgspec

from yanmen.cli.options import data_option, json_option, limit_option, tongue
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Ref
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.soc.reviews import Label
    from yanmen.store import ModelVersion, Review

_MESSAGES = Messages(Path(__file__).parent / "messages" / "learning")
_LABELS = click.Choice(["attack", "benign", "skip"])
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_WORSE, _EVERY = 1, 100
_gates_option = click.option(
    "--gates",
    type=_FILE,
    multiple=True,
    help=tongue("Your own gates: labelled texts, JSONL.", "自有门槛集：标注文本，JSONL。"),
)


@click.command(
    "report",
    help=tongue("Report a text that was misjudged; - reads it.", "上报被误判的文本；- 表示从标准输入读取。"),
)
@click.argument("text")
@click.option(
    "--label",
    "said",
    type=click.Choice(["attack", "benign"]),
    required=True,
    help=tongue("What it is.", "真实类别。"),
)
@click.option("--class", "kind", default="", help=tongue("The class of an attack.", "攻击类别。"))
@click.option(
    "--channel",
    type=click.Choice(["user", "data"]),
    default="user",
    show_default=True,
    help=tongue("The user's own words, or data.", "用户自己的话，或外部数据。"),
)
@click.option("--note", default="", help=tongue("Where it comes from.", "来源说明。"))
@data_option
@json_option
def report(text: str, said: str, kind: str, channel: str, note: str, data: Path, *, as_json: bool) -> None:
    """Into the review queue, under the name of whoever runs this."""
    from yanmen.soc import reviews
    from yanmen.store import Store

    whole = sys.stdin.read(reviews.LARGEST + 1) if text == "-" else text
    with Store.open(data) as store:
        made = reviews.report(
            store,
            whole,
            actor=_person(),
            label=cast("Label", said),
            kind=kind,
            channel=cast("Any", channel),
            note=note,
        )
    click.echo(_json({"review": made.id}) if as_json else _MESSAGES.say("reported", id=made.id))


@click.command(
    "review",
    help=tongue("List the review queue; show or label one text.", "列出复核队列；查看或标注一条文本。"),
)
@click.argument("review", default="")
@click.option("--label", "said", type=_LABELS, help=tongue("Say what it is.", "标注其类别。"))
@click.option("--class", "kind", default="", help=tongue("The class of an attack.", "攻击类别。"))
@limit_option(50)
@data_option
@json_option
def review(review: str, said: str | None, kind: str, limit: int, data: Path, *, as_json: bool) -> None:
    """Without an id the open ones, the newest first."""
    from yanmen.soc import reviews
    from yanmen.store import Store

    with Store.open(data) as store:
        if not review:
            found = store.reviews.list("open", limit=limit)
            click.echo(
                _json(msgspec.to_builtins(found))
                if as_json
                else "\n".join(map(_line, found)) or _MESSAGES.say("none")
            )
            return
        one = (
            reviews.label(store, review, cast("Label", said), actor=_person(), kind=kind)
            if said
            else reviews.get(store, review)
        )
        text = reviews.text_of(store, one)
    if as_json:
        click.echo(_json({**msgspec.to_builtins(one), "text": text}))
        return
    click.echo(_line(one))
    for voice in one.voices:
        click.echo(f"  {voice.actor}: {_MESSAGES.say(f'label_{voice.label}')} {voice.kind}".rstrip())
    if one.quarantine:
        kind, _, what = one.quarantine.partition(":")
        click.echo(_MESSAGES.say("against_model" if kind == "model" else "against_near", what=visible(what)))
    click.echo(_shown(text) if text is not None else _MESSAGES.say("not_kept"))


@click.command("train", help=tongue("Train a candidate from the labels.", "用已有标注训练候选版本。"))
@click.option(
    "--with",
    "files",
    type=_FILE,
    multiple=True,
    help=tongue("More labelled texts, JSONL.", "更多标注文本，JSONL。"),
)
@_gates_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help=tongue("Also write the candidate's files here.", "同时把候选版本的文件写到该目录。"),
)
@data_option
@json_option
def train(
    files: tuple[Path, ...], gates: tuple[Path, ...], out: Path | None, data: Path, *, as_json: bool
) -> None:
    """Registers it; what is in force stays in force."""
    from yanmen.soc import lessons
    from yanmen.store import Store

    with Store.open(data) as store:
        lesson = lessons.teach(store, actor=_person(), files=files, gates=gates, told=_progress)
        if out is not None:
            shutil.copytree(store.models.folder(lesson.model.version), out, dirs_exist_ok=True)
    if as_json:
        click.echo(_json({"model": lesson.model.version, "card": lesson.card, "measured": lesson.measured}))
        return
    card = lesson.card
    click.echo(
        _MESSAGES.say("trained", id=lesson.model.version, rows=card["rows"], sources=len(card["sources"]))
    )
    if card["quarantined"]:
        click.echo(_MESSAGES.say("set_aside", count=len(card["quarantined"])))
    for source, count in card["capped"].items():
        click.echo(_MESSAGES.say("capped", source=visible(source), count=count))
    if card["not_kept"]:
        click.echo(_MESSAGES.say("lost", count=card["not_kept"]))
    _table(lesson.measured)
    for one in card["changed"]:
        because = ", ".join(visible(name) for name in one["because"]) or "–"
        click.echo(
            _MESSAGES.say(
                "flip_right" if one["right"] else "flip_wrong",
                gate=one["gate"],
                row=one["row"],
                because=because,
            )
        )
    click.echo(_MESSAGES.say("next", id=lesson.model.version))


@click.command("evaluate", help=tongue("Measure a version against the gates.", "用门槛集评测一个版本。"))
@click.argument("version")
@_gates_option
@data_option
@json_option
def evaluate(version: str, gates: tuple[Path, ...], data: Path, *, as_json: bool) -> None:
    """Exit code 1 where a gate has regressed."""
    from yanmen.soc import lessons
    from yanmen.store import Store

    with Store.open(data) as store:
        found = store.models.find(version)
        measured = lessons.evaluate(store, found.version, actor=_person(), gates=gates, told=_progress)
    if as_json:
        click.echo(_json(measured))
    else:
        _table(measured)
    sys.exit(0 if measured["passed"] else _WORSE)


@click.command(
    "promote",
    help=tongue("Put a version in force, if no gate regresses.", "启用一个版本；任何门槛退步都会被拒绝。"),
)
@click.argument("version")
@_gates_option
@click.option("--force", is_flag=True, help=tongue("Even if one regresses.", "即使有门槛退步也启用。"))
@click.option("--reason", default="", help=tongue("Why; it is kept.", "原因，会留档。"))
@data_option
def promote(version: str, gates: tuple[Path, ...], reason: str, data: Path, *, force: bool) -> None:
    """A running gateway takes it up by itself."""
    from yanmen.soc import lessons
    from yanmen.store import Store

    with Store.open(data) as store:
        found = store.models.find(version)
        active = lessons.promote(
            store, found.version, actor=_person(), gates=gates, force=force, reason=reason, told=_progress
        )
    click.echo(_MESSAGES.say("promoted", id=active.version, before=active.before or "shipped"))


@click.command("rollback", help=tongue("Go back to the version before.", "回滚到前一个版本。"))
@click.option("--reason", default="", help=tongue("Why; it is kept.", "原因，会留档。"))
@data_option
def rollback(reason: str, data: Path) -> None:
    """At once: nothing is measured."""
    from yanmen.store import Store

    with Store.open(data) as store:
        to = store.models.rollback(actor=_person(), reason=reason.strip())
    click.echo(_MESSAGES.say("rolled_back", id=to))


@click.command("models", help=tongue("List the versions of the model.", "列出模型的各个版本。"))
@data_option
@json_option
def models(data: Path, *, as_json: bool) -> None:
    """The shipped one first, then the newest."""
    from yanmen.store import Store

    with Store.open(data) as store:
        found, active = store.models.list(), store.models.active()
    if as_json:
        click.echo(_json([msgspec.to_builtins(one) for one in found]))
        return
    click.echo(f"{'shipped':<20}  {_MESSAGES.say('state_retired' if active else 'state_active')}")
    for one in found:
        click.echo(_version(one))


@click.command(
    "campaigns", help=tongue("List attacks that say nearly the same.", "列出内容高度相似的成批攻击。")
)
@limit_option(20)
@data_option
@json_option
def campaigns(limit: int, data: Path, *, as_json: bool) -> None:
    """The last seen first, each in two sentences."""
    from yanmen.soc.campaigns import summary
    from yanmen.store import Store

    with Store.open(data) as store:
        found = store.campaigns.list(limit=limit)
    if as_json:
        said = [{**msgspec.to_builtins(one), "summary": msgspec.to_builtins(summary(one))} for one in found]
        click.echo(_json(said))
        return
    for one in found:
        click.echo(f"{one.id}  {visible(one.evidence)}\n  {summary(one).say(language())}")
    if not found:
        click.echo(_MESSAGES.say("no_campaigns"))


COMMANDS: tuple[click.Command, ...] = (campaigns, evaluate, models, promote, report, review, rollback, train)
"""What this file adds to ``yanmen guard``."""


def _line(one: Review) -> str:
    """A review in one line."""
    from yanmen.soc.wording import minute

    source = _MESSAGES.say(f"source_{one.source}")
    label = _MESSAGES.say(f"label_{one.state}")
    said = f"{source}  {label}  {one.score:.2f}  {visible(one.origin)}  {visible(one.evidence)}"
    return f"{one.id}  {minute(one.at)}  {said}".rstrip()


def _version(one: ModelVersion) -> str:
    from yanmen.soc.wording import minute

    state = _MESSAGES.say(f"state_{one.state}")
    measured = one.evaluation
    verdict = (
        _MESSAGES.say("passed" if measured["passed"] else "failed")
        if measured
        else _MESSAGES.say("unmeasured")
    )
    rows = _MESSAGES.say("rows", count=one.card.get("rows", 0))
    return f"{one.version}  {state}  {minute(one.made)}  {rows}  {verdict}"


def _table(measured: dict[str, Any]) -> None:
    """The gates that say something: benign first, those that differ marked."""
    click.echo(_MESSAGES.say("measured", rows=measured["rows"], against=measured["against"]))
    for gate in measured["cells"]:
        sign = " " if gate["passed"] else "!"
        change = f"+{gate['mended']} −{gate['broken']}" if gate["mended"] or gate["broken"] else "="
        click.echo(
            f"{sign} {gate['name']:<22} {gate['rows']:>5} {gate['before']:>5} → {gate['after']:<5} {change:<9} p={gate['p']:.3g}"
        )
    click.echo(_MESSAGES.say("passed" if measured["passed"] else "failed"))


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty() and (done == of or done % _EVERY == 0):
        click.echo(f"\r{_MESSAGES.say(f'reading_{what}')} {done}/{of}", nl=done == of, err=True)


def _shown(text: str) -> str:
    from yanmen.soc.wording import whole

    return whole(text)


def _person() -> Ref:
    return Ref(kind="user", id=getpass.getuser())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
