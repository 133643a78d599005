"""``yanmen accounts``: who may log in to the console; a way back in for whoever lost the password."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages
from yanmen.core.nouns import Ref
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.store import Store

_MESSAGES = Messages(Path(__file__).parent / "messages" / "accounts")
_ROLES = ("admin", "viewer")


@click.group("accounts", help=tongue("People who may log in to the console.", "控制台账户。"))
def command() -> None:
    """Nothing of its own."""


@command.command("list", help=tongue("Every account and what it may do.", "列出全部账户及其权限。"))
@data_option
@json_option
def listed(data: Path, *, as_json: bool) -> None:
    """One line an account; never a hash."""
    from yanmen.console.accounts import Accounts

    with _existing(data) as store:
        accounts = Accounts(store)
        rows = [
            {"name": one.name, "role": one.role, "must_change": accounts.must_change(one.name)}
            for one in store.accounts.list()
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        may = _MESSAGES.say("admin" if row["role"] == "admin" else "viewer")
        state = _MESSAGES.say("forced" if row["must_change"] else "chosen")
        click.echo(f"{visible(str(row['name']))}  {visible(str(row['role']))}  {may}  {state}")
    if not rows:
        click.echo(_MESSAGES.say("none"))


@command.command(
    "create",
    help=tongue(
        "Make an account; its one-time password is shown this once.", "创建账户；一次性口令仅显示这一次。"
    ),
)
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(_ROLES),
    default="viewer",
    show_default=True,
    help=tongue("admin may act, viewer may look.", "admin 可操作，viewer 仅可查看。"),
)
@data_option
@json_option
def create(name: str, role: str, data: Path, *, as_json: bool) -> None:
    """Durable before it is shown."""
    from yanmen.console import accounts

    with _existing(data) as store:
        password = accounts.create(store, name, role, actor=_person())
    _show("created", name, role, password, as_json=as_json)


@command.command(
    "reset",
    help=tongue(
        "Mint a new one-time password for whoever lost theirs; ends all sessions of the account.",
        "重置口令：生成新的一次性口令，并结束该账户的所有会话。",
    ),
)
@click.argument("name")
@data_option
@json_option
def reset(name: str, data: Path, *, as_json: bool) -> None:
    """Works while the console runs and while it does not; durable before it is shown."""
    from yanmen.console import accounts

    with _existing(data) as store:
        password = accounts.reset(store, name, actor=_person())
    _show("reset", name, "", password, as_json=as_json)


def _show(what: str, name: str, role: str, password: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"name": name, "password": password}, ensure_ascii=False, indent=2))
        return
    click.echo(_MESSAGES.say(what, **({"name": name, "role": role} if role else {"name": name})))
    click.echo(password)


def _existing(data: Path) -> Store:
    """The store of a folder; YanmenError where there is none, so that a slip of the pen makes no new one."""
    from yanmen.store import Store

    if not (data / "yanmen.db").is_file():
        raise YanmenError(
            _MESSAGES.phrase("no-store", data=visible(str(data))), hint=_MESSAGES.phrase("where")
        )
    return Store.open(data)


def _person() -> Ref:
    return Ref(kind="user", id=getpass.getuser())
