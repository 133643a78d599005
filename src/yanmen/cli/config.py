"""``yanmen config show`` and ``check``: what is in force, and where each value came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from yanmen.cli.options import json_option, tongue
from yanmen.core import config as configuration
from yanmen.core.config import Gateway, Loaded, Upstream
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages
from yanmen.core.redaction import mask

_MESSAGES = Messages(Path(__file__).parent / "messages" / "config")
_SECRET = re.compile(r"gateway\.(upstream|upstreams\..+)\.key")
_file = click.option(
    "--config", "file", type=click.Path(path_type=Path), help=tongue("Configuration file.", "配置文件。")
)


@click.group("config", help=tongue("The configuration in force.", "当前生效的配置。"))
def command() -> None:
    """Nothing of its own."""


@command.command("show", help=tongue("Print every value and its source.", "列出每一项的取值与来源。"))
@_file
@json_option
def show(file: Path | None, *, as_json: bool) -> None:
    """One line a value: its dotted name, the value as TOML would write it, and where it was set."""
    loaded = configuration.load(file)
    rows = [
        {"name": name, "value": _shown(name, value), "source": _source(loaded.sources, name)}
        for name, value in _values(msgspec.to_builtins(loaded.config))
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        line = f"{row['name']} = {json.dumps(row['value'], ensure_ascii=False)}"
        click.echo(f"{line:<64} # {row['source'] or _MESSAGES.say('default')}")


@command.command(
    "check", help=tongue("Validate a file; errors carry file:line.", "校验配置文件，错误附文件与行号。")
)
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Exit 0 when the file and the files it names are good, 2 with the place when they are not."""
    from yanmen.core.config.crossing import upstreams
    from yanmen.guard import Guard
    from yanmen.policy.trials import checked
    from yanmen.soc.watch import secret_of

    loaded = configuration.load(file)
    config = loaded.config
    checked([Path(name) for name in config.policy.files])
    secret_of(config.soc)
    if config.guard.packs:
        Guard(config.guard)
    for name, upstream in upstreams(config.gateway).items():
        if upstream.url:
            _located(name, upstream, config.gateway, loaded)
    click.echo(_MESSAGES.say("good", file=file))


def _located(name: str, upstream: Upstream, gateway: Gateway, loaded: Loaded) -> None:
    """Everything of an upstream that can be wrong before anything is connected; the error says file and line."""
    from yanmen.gateway.upstreams.member import Member

    try:
        Member(name, upstream, gateway)
    except YanmenError as error:
        where = error.where.partition(": ")[0]
        if where.startswith("gateway."):
            raise YanmenError(error.message, hint=error.hint, where=loaded.place(where)) from None
        raise


def _values(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            yield from _values(value, name + ".")
        else:
            yield name, value


def _shown(name: str, value: object) -> object:
    return mask(str(value)) if _SECRET.fullmatch(name) and value else value


def _source(sources: dict[str, str], name: str) -> str:
    """Where the value, or the table it stands in, was set."""
    while name:
        if name in sources:
            return sources[name]
        name = name.rpartition(".")[0]
    return ""
