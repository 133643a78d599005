"""``yanmen audit``: check the record from its own bytes, and hand out what others can check it with."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core import foreign
from yanmen.core.clock import iso
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Phrase, Ref
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.store.audit import Problem, Report

_MESSAGES = Messages(Path(__file__).parent / "messages" / "audit")
_NOT_UTF8 = Phrase(en="not UTF-8", zh="不是 UTF-8 编码")


@click.group("audit", help=tongue("The record, and whether it is whole.", "审计日志及其完整性。"))
def command() -> None:
    """Nothing of its own."""


@command.command(
    "verify",
    help=tongue(
        "Re-hash every record and compare all that follows from them. Exit code 0: whole, 1: altered, 2: could not judge.",
        "逐条重新计算哈希，并核对由记录推导的一切。退出码：0 完整，1 已篡改，2 无法判定。",
    ),
)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tongue("A checkpoint kept elsewhere.", "保存在别处的检查点文件。"),
)
@click.option(
    "--public-key",
    default="",
    help=tongue(
        "The log's public key from elsewhere, or a file with it.", "来自别处的日志公钥，或存有公钥的文件。"
    ),
)
@data_option
@json_option
def verify(checkpoint: Path | None, public_key: str, data: Path, *, as_json: bool) -> None:
    """Works on a running store and on a copy; changes nothing."""
    from yanmen.store.audit import verify as verified

    if public_key and "+" not in public_key:
        public_key = _read(Path(public_key))
    report = verified(data, public_key, _read(checkpoint) if checkpoint else "")
    if as_json:
        whole = msgspec.to_builtins(report) | {"result": report.word}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        _tell(report)
    raise SystemExit(report.exit_code)


@command.command(
    "checkpoint",
    help=tongue(
        "Print the newest signed checkpoint, to be kept elsewhere.", "输出最新的签名检查点，供另存他处。"
    ),
)
@data_option
@json_option
def checkpoint_(data: Path, *, as_json: bool) -> None:
    """A C2SP signed note: it says how many records there are, and the root over them."""
    from yanmen.store.audit import signed_checkpoint
    from yanmen.store.checkpoints import read

    note = signed_checkpoint(data)
    if as_json:
        point, _ = read(note)
        whole = {"origin": point.origin, "size": point.size, "root": point.root.hex(), "note": note}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        click.echo(note, nl=False)


@command.command("key", help=tongue("Print the log's public key.", "输出日志公钥。"))
@click.option(
    "--chain",
    is_flag=True,
    help=tongue(
        "Print the signed notes of its rotations instead, oldest first.",
        "改为输出历次轮换的签名文本，旧的在前。",
    ),
)
@data_option
def key(data: Path, *, chain: bool) -> None:
    """As ``name+hash+base64``, the verifier key of C2SP signed notes."""
    from yanmen.store.audit import public_key, rotations

    if chain:
        click.echo("\n".join(rotations(data)), nl=False)
    else:
        click.echo(str(public_key(data)))


@command.command(
    "rotate-key",
    help=tongue(
        "Give the log another signing key, signed by the one before; the old one is destroyed.",
        "更换日志的签名密钥，由旧密钥签名确认；旧密钥随即销毁。",
    ),
)
@data_option
def rotate_key(data: Path) -> None:
    """While the gateway runs; of a shared store while no node does. Hand the new public key to whoever checks the log."""
    from yanmen.store.audit import rotate

    made = rotate(data, Ref(kind="user", id=getpass.getuser()))
    click.echo(_MESSAGES.say("rotated", seq=f"{made.size:,}", old=str(made.old)))
    click.echo(str(made.new))


@command.command(
    "proof",
    help=tongue(
        "Prove that an event is in the log (C2SP tlog-proof).", "证明某事件在日志中（C2SP tlog-proof 格式）。"
    ),
)
@click.argument("event")
@data_option
@json_option
def proof(event: str, data: Path, *, as_json: bool) -> None:
    """With ``--json`` the record's own bytes as well, which whoever checks the proof needs."""
    from yanmen.store.audit import prove

    found = prove(data, event)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))
    else:
        click.echo(found.text(), nl=False)


@command.command("gaps", help=tongue("What the log knows to be missing.", "列出日志已知的缺口。"))
@data_option
@json_option
def gaps(data: Path, *, as_json: bool) -> None:
    """Lost events of allowed traffic, by time and cause."""
    from yanmen.store.audit import gaps as known

    found = known(data)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        said = visible(", ".join(f"{name}={value}" for name, value in sorted(one.event.data.items())))
        click.echo(_MESSAGES.say("gap", at=iso(one.event.at), kind=visible(one.event.kind), said=said))
    if not found:
        click.echo(_MESSAGES.say("none"))


def _tell(report: Report) -> None:
    say = _MESSAGES.say
    click.echo(say(report.word, records=f"{report.records:,}"))
    for index, problem in enumerate(report.problems):
        line = _line("where", problem)
        click.echo("  " + (say("first", problem=line) if index == 0 else line))
    if report.more:
        click.echo("  " + say("more", count=report.more))
    for problem in report.unjudged:
        click.echo("  " + _line("why", problem))
    if report.word == "ok":
        click.echo(say("root", size=f"{report.size:,}", root=report.root))
        click.echo(say("signed", key=report.public_key))
        click.echo(say("checked", checkpoints=report.checkpoints))
    for name, count in (
        ("rotations", report.rotations),
        ("pruned", report.pruned),
        ("contents", report.contents),
        ("gaps", report.gaps),
    ):
        if count:
            click.echo(say(name, count=f"{count:,}"))
    for note in report.notes:
        click.echo(_line("note", note))
    if report.outside < 0:
        click.echo(say("no-outside"))
    elif report.word == "ok":
        click.echo(say("outside", size=f"{report.outside:,}"))


def _line(family: str, problem: Problem) -> str:
    values = {name: visible(str(value)) for name, value in problem.values.items()}
    if "detail" in values:
        values["detail"] = foreign.said(values["detail"]).say(language())
    return _MESSAGES.say(f"{family}-{problem.code}", **{"seq": str(problem.seq), **values})


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = foreign.system(error) if isinstance(error, OSError) else _NOT_UTF8
        shown = visible(str(file))
        raise YanmenError(
            Phrase(en=f"cannot read {shown}: {why.en}", zh=f"无法读取 {shown}：{why.zh}"),
            hint=_MESSAGES.phrase("name-file"),
        ) from error
