"""``yanmen edge``: the wall. Keep it up, see what it would be, how the kernel differs, how it does; take it down."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from yanmen.cli.options import json_option, tongue
from yanmen.core import config as configuration
from yanmen.core.clock import iso, now
from yanmen.core.language import Messages, language
from yanmen.core.nouns import FOREVER, Phrase

if TYPE_CHECKING:
    from yanmen.core.config import Config
    from yanmen.edge.report import Plan

_MESSAGES = Messages(Path(__file__).parent / "messages" / "edge")
_SHOWN = 20
"""Lines of a list that a person is shown; ``--json`` has all."""
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _options(function: _Command) -> _Command:
    named = click.option("--data", help=tongue("Folder of the store.", "数据目录。"))(function)
    return click.option(
        "--config",
        "file",
        type=click.Path(path_type=Path),
        help=tongue("Configuration file.", "配置文件。"),
    )(named)


@click.group(
    "edge",
    help=tongue(
        "The wall: packets of banned sources are dropped in the kernel.",
        "防护墙：在内核中丢弃被封禁来源的报文。",
    ),
)
def command() -> None:
    """Nothing of its own."""


@command.command(
    "run",
    help=tongue(
        "Keep the kernel equal to the standing bans until stopped. Needs root or CAP_NET_ADMIN.",
        "使内核规则与生效中的封禁保持一致，直至停止。需要 root 或 CAP_NET_ADMIN。",
    ),
)
@_options
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help=tongue("Print one line of JSON an event.", "每个事件输出一行 JSON。"),
)
def run(file: Path | None, data: str | None, *, as_json: bool) -> None:
    """End on Ctrl-C or SIGTERM. The table stays for who comes next; without one it loses its effect by itself."""
    from yanmen.edge import process

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    process.run(_config(file, data), _say_json if as_json else _say, stop)


@command.command(
    "plan",
    help=tongue(
        "Show what would be put into the kernel. Needs no rights, changes nothing.",
        "显示将写入内核的内容。无需特权，不作任何改动。",
    ),
)
@_options
@json_option
def plan(file: Path | None, data: str | None, *, as_json: bool) -> None:
    """The program as nft writes it, and the bans."""
    planned = _planned(file, data)
    rows = [{"ip": str(one), "until": _until(end, planned)} for one, end in planned.wanted.items()]
    if as_json:
        counts = planned.counts._asdict()
        click.echo(json.dumps({"program": planned.program.said, "bans": rows, "counts": counts}, indent=2))
        return
    click.echo(planned.program.said)
    click.echo(_MESSAGES.say("planned", bans=planned.counts.bans, networks=planned.counts.networks))
    _list(f"  {row['ip']}  {row['until']}" for row in rows)
    for name in ("allowed", "unguarded", "beyond", "unreadable"):
        if count := getattr(planned.counts, name):
            click.echo(_MESSAGES.say(name, count=count))
    _warn(proxied=planned.site.proxied)


@command.command(
    "diff",
    help=tongue(
        "Compare the kernel with the standing bans. Exit 0: equal, 1: it differs.",
        "比较内核与生效中的封禁。退出码 0 表示一致，1 表示有差异。",
    ),
)
@_options
@json_option
def diff(file: Path | None, data: str | None, *, as_json: bool) -> None:
    """What is missing (+), what is too much (-), what ends at another time (~)."""
    from yanmen.edge import report

    there, found = report.difference(_planned(file, data))
    lists = {name: [str(one) for one in several] for name, several in found._asdict().items()}
    if as_json:
        click.echo(json.dumps({"program": there, **lists}, indent=2))
    else:
        click.echo(_MESSAGES.say("program-there" if there else "program-differs"))
        for mark, several in zip("+-~", lists.values(), strict=True):
            _list(f"{mark} {one}" for one in several)
        if there and not found:
            click.echo(_MESSAGES.say("equal"))
    if not there or found:
        raise SystemExit(1)


@command.command(
    "status",
    help=tongue(
        "How the wall does, and what it dropped. Exit 0: it guards, 1: it does not.",
        "防护墙状态与丢弃统计。退出码 0 表示正在防护，1 表示未防护。",
    ),
)
@_options
@json_option
def status(file: Path | None, data: str | None, *, as_json: bool) -> None:
    """Whether it stands and lives, how many bans it holds, and the sources that were dropped most."""
    from yanmen.edge import report

    found = report.status(_config(file, data))
    if as_json:
        click.echo(json.dumps({**found._asdict(), "guarding": found.guarding}, ensure_ascii=False, indent=2))
    else:
        word = "guarding" if found.guarding else "dead" if found.standing else "down"
        click.echo(_MESSAGES.say(word, seconds=found.alive // 1_000))
        click.echo(_MESSAGES.say("kept" if found.keeper else "unkept", process=found.keeper))
        if found.standing:
            click.echo(_MESSAGES.say("holds", bans=found.bans, networks=found.networks))
            dropped, metered = found.drops["banned"], found.drops["metered"]
            click.echo(_MESSAGES.say("dropped-so-far", banned=dropped, metered=metered))
            for one in found.drops["bans"]:
                click.echo(f"  {one['ip']}  {one['packets']}")
            for one in found.drops["sources"]:
                click.echo(f"  {one['meter']} {one['ip']}  {one['packets']}")
    if not found.guarding:
        raise SystemExit(1)


@command.command(
    "flush",
    help=tongue(
        "Take the wall down now: our table is removed, nothing of anybody else.",
        "立即拆除防护墙：只删除本系统的表，不影响其他规则。",
    ),
)
@_options
def flush(file: Path | None, data: str | None) -> None:
    """Refused while a process keeps the wall: it would put it up again."""
    from yanmen.edge import report

    click.echo(_MESSAGES.say("flushed" if report.flush(_config(file, data)) else "nothing"))


def _config(file: Path | None, data: str | None) -> Config:
    return configuration.load(file, {"data": ("--data", data)} if data is not None else None).config


def _planned(file: Path | None, data: str | None) -> Plan:
    from yanmen.edge import process, report
    from yanmen.store import Store

    config = _config(file, data)
    process.refuse_absent(config)
    with Store.open(Path(config.data), config.store) as store:
        return report.plan(config, store)


def _until(end: int, planned: Plan) -> str:
    return _MESSAGES.say("forever") if end - planned.at > FOREVER * 500_000 else iso(end)


def _list(lines: Iterable[str]) -> None:
    several = list(lines)
    for line in several[:_SHOWN]:
        click.echo(line)
    if len(several) > _SHOWN:
        click.echo(_MESSAGES.say("more", count=len(several) - _SHOWN))


def _warn(*, proxied: bool) -> None:
    if proxied:
        click.echo(_MESSAGES.say("proxied"), err=True)


def _say_json(kind: str, data: dict[str, Any]) -> None:
    """One event on standard output."""
    plain = {name: value for name, value in data.items() if not isinstance(value, Phrase)}
    click.echo(json.dumps({"at": iso(now()), "kind": f"edge.{kind}", **plain}, ensure_ascii=False))


def _say(kind: str, data: dict[str, Any]) -> None:
    """One event for a person, on standard error."""
    values = dict(data)
    if (why := data.get("why")) is not None and isinstance(why, Phrase):
        values["why"] = why.say(language())
    values |= {"ports": ", ".join(map(str, data.get("ports", ())))}
    click.echo(_MESSAGES.say(kind, **values), err=True)
    if kind == "started":
        _warn(proxied=bool(data["proxied"]))
