"""``yanmen modes``: what holds in an emergency or on a great day: see it, switch it, take the switch back, rehearse it."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.clock import iso
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages, language
from yanmen.core.nouns import FOREVER, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yanmen.policy.modes import Mode
    from yanmen.soc.modes import Switch

_MESSAGES = Messages(Path(__file__).parent / "messages" / "modes")
_reason = click.option("--reason", required=True, help=tongue("Why; it is kept.", "原因，会留档。"))


@click.group(
    "modes", help=tongue("Modes: normal, major event, under attack.", "应急模式：常态、重大活动、遭受攻击。")
)
def command() -> None:
    """Nothing of its own."""


@command.command(
    "list", help=tongue("The modes there are, and which is in force.", "列出全部模式及当前生效者。")
)
@data_option
@json_option
def listed(data: Path, *, as_json: bool) -> None:
    """One line a mode, the strictest last."""
    known, stands = _known(data), _standing(data)
    now_in = stands[0]["mode"] if stands else "normal"
    if as_json:
        told = [
            {
                "mode": one.name,
                "level": one.level,
                "title": one.text.title.phrase.say(language()),
                "digest": one.digest,
            }
            for one in known.values()
        ]
        click.echo(
            json.dumps({"in_force": now_in, "standing": stands, "modes": told}, ensure_ascii=False, indent=2)
        )
        return
    normal = _MESSAGES.say("normal")
    for name, title in [
        ("normal", normal),
        *((one.name, one.text.title.phrase.say(language())) for one in known.values()),
    ]:
        click.echo(f"{'*' if name == now_in else ' '} {name:<18} {title}")
    for one in stands:
        click.echo(
            _MESSAGES.say("stands", mode=one["mode"], by=one["by"], until=one["until"], why=one["reason"])
        )


@command.command("show", help=tongue("What a mode does.", "查看某个模式的内容。"))
@click.argument("mode")
@data_option
def show(mode: str, data: Path) -> None:
    """The file itself, after a line on what it is."""
    found = _named(_known(data), mode)
    click.echo(f"# {found.text.about.phrase.say(language())}\n# {found.document.file}")
    click.echo(found.document.file.read_text("utf-8").rstrip())


@command.command(
    "check", help=tongue("Check mode files and run their tests.", "检查模式文件并运行其中的测试。")
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--policy",
    "policies",
    multiple=True,
    type=click.Path(path_type=Path),
    help=tongue("Policy file that they are laid over.", "模式所叠加的策略文件。"),
)
def check(files: tuple[Path, ...], policies: tuple[Path, ...]) -> None:
    """Exit 1 when a test fails, 2 with ``file:line`` for whatever is wrong."""
    from yanmen.policy import Policy
    from yanmen.policy.modes import load
    from yanmen.policy.trials import run

    policy, failed = Policy.load(policies), False
    for mode in map(load, files):
        trial = run(policy.under(mode))
        failed = failed or bool(trial.failures)
        for failure in trial.failures:
            click.echo(f"{failure.where}: {failure.message.say(language())}")
        click.echo(_MESSAGES.say("checked", mode=mode.name, count=trial.count, failed=len(trial.failures)))
    sys.exit(1 if failed else 0)


@command.command(
    "switch", help=tongue("Put a mode in force; `normal` ends all.", "切换模式；normal 结束全部模式。")
)
@click.argument("mode")
@click.option(
    "--for",
    "lasts",
    default="forever",
    show_default=True,
    help=tongue("90s, 30m, 2h, 7d or forever.", "时长。"),
)
@_reason
@data_option
@json_option
def switch(mode: str, lasts: str, reason: str, data: Path, *, as_json: bool) -> None:
    """Durable before it is said; every door obeys within a second, on this machine within a tenth."""
    from yanmen.policy.modes import NORMAL
    from yanmen.soc import modes, seconds
    from yanmen.store import Store

    to = None if mode == NORMAL else _named(_known(data), mode)
    length = seconds(lasts)
    with Store.open(data) as store:
        done = modes.switch(store, to, reason=reason, actor=_person(), lasts=length)
    _say(done, "switched", until=_MESSAGES.say("forever") if length >= FOREVER else lasts, as_json=as_json)


@command.command(
    "undo",
    help=tongue("Take a switch back; without an id the last one.", "撤销一次切换；不写编号则撤销最近一次。"),
)
@click.argument("switch_id", metavar="[ID]", default="")
@_reason
@data_option
@json_option
def undo(switch_id: str, reason: str, data: Path, *, as_json: bool) -> None:
    """What it ended stands again, for the time it had left."""
    from yanmen.soc import modes
    from yanmen.store import Store

    with Store.open(data) as store:
        done = modes.undo(store, modes.find(store, switch_id), reason=reason, actor=_person())
    _say(done, "undone", as_json=as_json)


@command.command("history", help=tongue("The last switches, the newest first.", "最近的切换记录，新的在前。"))
@data_option
@json_option
def history(data: Path, *, as_json: bool) -> None:
    """When, who, from what to what, and why."""
    from yanmen.soc import modes
    from yanmen.store import Store

    with Store.open(data) as store:
        done = modes.history(store)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(one) for one in done], ensure_ascii=False, indent=2))
        return
    for one in done:
        click.echo(f"{iso(one.at)[:19]}  {one.before} → {one.after}  {one.by}  {one.reason}  [{one.id}]")
    if not done:
        click.echo(_MESSAGES.say("none"))


@command.command(
    "drill",
    help=tongue(
        "Rehearse modes on the running gateway, and end them again.", "在运行中的网关上演练模式并自动恢复。"
    ),
)
@click.argument("names", nargs=-1, metavar="[MODE]...")
@click.option(
    "--url", default="http://127.0.0.1:8080", show_default=True, help=tongue("The gateway.", "网关地址。")
)
@click.option(
    "--key",
    envvar="YANMEN_KEY",
    required=True,
    help=tongue("A key for it (or YANMEN_KEY).", "其密钥（或 YANMEN_KEY）。"),
)
@data_option
@json_option
def drill(names: tuple[str, ...], url: str, key: str, data: Path, *, as_json: bool) -> None:
    """No name: every mode. Exit 0 when the door obeyed and came back, 1 when it did not, 2 when it could not be told."""
    from yanmen.cli.rehearsal import rehearse
    from yanmen.store import Store

    known = _known(data)
    wanted = [_named(known, name) for name in names] or list(known.values())
    with Store.open(data) as store:
        told = [rehearse(store, mode, url, key, _person()) for mode in wanted]
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(one) for one in told], ensure_ascii=False, indent=2))
    else:
        for one in told:
            click.echo(_MESSAGES.say("drilled" if one.passed else "disobeyed", mode=one.mode))
            for step in one.steps:
                said = _MESSAGES.say(step.name)
                click.echo(
                    f"  {'✓' if step.passed else '✗'} {said:<44} {step.milliseconds:8.0f} ms  {step.note}"
                )
    sys.exit(0 if all(one.passed for one in told) else 1)


def _known(data: Path) -> Mapping[str, Mode]:
    from yanmen.policy.modes import OWN, files_in, modes

    return modes(files_in(data / OWN))


def _named(known: Mapping[str, Mode], name: str) -> Mode:
    if name not in known:
        raise YanmenError(
            _MESSAGES.phrase("unknown", mode=name[:60]), hint=_MESSAGES.phrase("see", modes=", ".join(known))
        )
    return known[name]


def _standing(data: Path) -> list[dict[str, str]]:
    from yanmen.soc import modes
    from yanmen.store import Store

    if not Store.exists(data):
        return []
    with Store.open(data) as store:
        found = modes.standing(store)
    return [
        {
            "mode": one.mode,
            "by": one.by,
            "until": _MESSAGES.say("forever")
            if one.decision.lasts >= FOREVER
            else iso(one.decision.until)[:19],
            "reason": one.decision.because[0].note if one.decision.because else "",
        }
        for one in found
    ]


def _say(done: Switch, word: str, *, as_json: bool, until: str = "") -> None:
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(done), ensure_ascii=False, indent=2))
        return
    click.echo(_MESSAGES.say(word, before=done.before, after=done.after, id=done.id, until=until))


def _person() -> Ref:
    return Ref(kind="user", id=getpass.getuser())
