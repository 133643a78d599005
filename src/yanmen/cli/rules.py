"""``yanmen rules``: the catalogue of everything that can be found, with what to do about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from yanmen.cli.options import json_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import LANGUAGES, Messages, language

if TYPE_CHECKING:
    from yanmen.core.nouns import Rule

_MESSAGES = Messages(Path(__file__).parent / "messages" / "rules")


@click.group("rules", invoke_without_command=True, help=tongue("What Yanmen can find.", "雁门能发现什么。"))
@json_option
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """List the catalogue when nothing more is asked."""
    if context.invoked_subcommand is not None:
        return
    from yanmen.core.catalogue import rules

    known = rules()
    if as_json:
        click.echo(json.dumps([_data(rule) for rule in known.values()], ensure_ascii=False, indent=2))
        return
    for rule in known.values():
        click.echo(f"{rule.id:<34} {rule.severity.say(language()):<9} {rule.title.say(language())}")
    click.echo(_MESSAGES.say("count", count=len(known)))


@command.command("show", help=tongue("One rule in full, in both languages.", "完整显示一条规则（中英文）。"))
@click.argument("rule")
@json_option
def show(rule: str, *, as_json: bool) -> None:
    """Title, severity, fix and tags of one rule."""
    from yanmen.core.catalogue import rules

    found = rules().get(rule)
    if found is None:
        raise YanmenError(_MESSAGES.phrase("unknown", rule=rule), hint=_MESSAGES.phrase("unknown_hint"))
    if as_json:
        click.echo(json.dumps(_data(found), ensure_ascii=False, indent=2))
        return
    lines = [f"{found.id}  [{found.severity.say(language())}]"]
    for tongue_ in LANGUAGES:
        lines.append(_MESSAGES.say("title", tongue_, title=found.title.say(tongue_)))
        lines.append(_MESSAGES.say("fix", tongue_, fix=found.fix.say(tongue_)))
    lines.append(_MESSAGES.say("tags", tags=", ".join(found.tags) or "-"))
    click.echo("\n".join(lines))


def _data(rule: Rule) -> dict[str, object]:
    """A rule as JSON: its severity as a word."""
    return {**msgspec.to_builtins(rule), "severity": rule.severity.word}
