"""``yanmen playbook``: run what is prepared against an incident, and take it all back."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yanmen.soc import Done

_MESSAGES = Messages(Path(__file__).parent / "messages" / "playbook")
_dry_run = click.option(
    "--dry-run", is_flag=True, help=tongue("Say what would be done; change nothing.", "只演示，不改动。")
)


@click.group(
    "playbook", help=tongue("Prepared responses, each of which can be taken back.", "处置剧本，均可撤销。")
)
def command() -> None:
    """Nothing of its own."""


@command.command("list", help=tongue("The playbooks there are.", "列出处置剧本。"))
@data_option
@json_option
def listed(data: Path, *, as_json: bool) -> None:
    """One line a playbook: its name, when it runs, its steps, its title."""
    from yanmen.soc import in_force

    books = in_force(data)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(book) for book in books], ensure_ascii=False, indent=2))
        return
    for book in books:
        how = _MESSAGES.say(book.approval)
        if book.automatic_from:
            how += _MESSAGES.say("automatic_from", severity=book.automatic_from)
        steps = " → ".join(step.act for step in book.steps)
        click.echo(f"{book.playbook:<18} {how}\n  {book.title.say(language())}\n  {steps}")


@command.command(
    "check", help=tongue("Check playbook files and run their tests.", "检查剧本文件并运行其中的测试。")
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Exit 2 with ``file:line`` for whatever is wrong."""
    from yanmen.soc.playbook import load

    for book in load(files):
        click.echo(_MESSAGES.say("good", book=book.playbook, tests=len(book.tests)))


@command.command(
    "run",
    help=tongue("Run a playbook on an incident; do what is missing.", "对事件执行剧本，只补做未完成的步骤。"),
)
@click.argument("name")
@click.option(
    "--incident",
    required=True,
    help=tongue("The incident's id or the beginning of it.", "事件编号或其开头。"),
)
@_dry_run
@data_option
@json_option
def run(name: str, incident: str, data: Path, *, dry_run: bool, as_json: bool) -> None:
    """Exit 2 when a step failed; run it again to try once more."""
    from yanmen import soc
    from yanmen.store import Store

    with Store.open(data) as store:
        done = soc.run(store, name, soc.find(store, incident).id, actor=_person(), dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(done), ensure_ascii=False, indent=2))
    else:
        _say("would_do" if dry_run else "ran", done.id, done.steps, arguments=dry_run)
    if not dry_run and done.state != "done":
        raise SystemExit(2)


@command.command(
    "undo",
    help=tongue("Take back all that a run or an incident's response did.", "撤销一次执行或整个事件的处置。"),
)
@click.argument("what")
@_dry_run
@data_option
@json_option
def undo(what: str, data: Path, *, dry_run: bool, as_json: bool) -> None:
    """The latest step first. Exit 2 when something could not be taken back."""
    from yanmen import soc
    from yanmen.store import Store

    with Store.open(data) as store:
        name = what if what.startswith("run_") else soc.find(store, what).id
        steps = soc.undo(store, name, actor=_person(), dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(steps), ensure_ascii=False, indent=2))
    elif steps:
        _say("would_undo" if dry_run else "undone", name, steps)
    else:
        click.echo(_MESSAGES.say("nothing", id=name))
    if not dry_run and any(step.state != "undone" for step in steps):
        raise SystemExit(2)


def _say(key: str, name: str, steps: Sequence[Done], *, arguments: bool = False) -> None:
    """A heading and one line a step."""
    from yanmen.soc.wording import whole

    click.echo(_MESSAGES.say(key, id=name))
    for step in steps:
        said = json.dumps(step.args, ensure_ascii=False) if arguments else step.said.say(language())
        click.echo(f"  {_MESSAGES.say(f'step_{step.state}'):<8} {step.step:<10} {whole(said)}".rstrip())


def _person() -> Ref:
    return Ref(kind="user", id=getpass.getuser())
