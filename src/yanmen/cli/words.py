"""The command line library's own words (usage, options, errors) in the reader's language.

Click asks gettext, which goes by the locale alone and needs compiled catalogues. Here the two functions it asks are replaced
by ours, which know YANMEN_LANG and read the same kind of files as every other message.
"""

from __future__ import annotations

from pathlib import Path

import click
from click import core, decorators, exceptions, formatting, parser, types

from yanmen.core.language import Messages, language

_MESSAGES = Messages(Path(__file__).parent / "messages" / "click")
_KNOWN = _MESSAGES.keys()


def said(text: str) -> str:
    """Click's word in the reader's language; as it is where we have none."""
    return _MESSAGES.say(text) if text in _KNOWN else text


def said_of(one: str, several: str, count: int) -> str:
    """The same, of one thing or of several."""
    return said(one if count == 1 else several)


def install() -> None:
    """Let click speak through us; harmless when done twice."""
    for module in (core, decorators, exceptions, formatting, parser, types):
        for name, ours in (("_", said), ("ngettext", said_of)):
            if hasattr(module, name):
                setattr(module, name, ours)


def translated(command: click.Command) -> click.Command:
    """A command with what stands for values in its usage in Chinese, its subcommands likewise; in English as it is."""
    if language() != "zh":
        return command
    command.options_metavar = said(command.options_metavar or "")
    for each in command.params:
        if (
            isinstance(each, click.Option)
            and each.metavar is None
            and not isinstance(each.type, click.Choice)
        ):
            each.metavar = said(each.type.name.upper()) if _takes_value(each) else None
    if isinstance(command, click.Group):
        command.subcommand_metavar = said(command.subcommand_metavar)
        for each_command in command.commands.values():
            translated(each_command)
    return command


def _takes_value(option: click.Option) -> bool:
    return not (option.is_flag or option.count)
