"""The command line: one file per noun, found by a sorted walk and loaded when asked for."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

import yanmen
from yanmen.cli import words
from yanmen.cli.options import tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import language

words.install()


class Nouns(click.Group):
    """A group whose commands are the modules of this package that have a ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every noun, sorted."""
        return sorted(
            found.name for found in pkgutil.iter_modules(__path__) if self.get_command(ctx, found.name)
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click asks with its context
        """The command of one noun, or nothing."""
        if not cmd_name.isidentifier() or not any(
            found.name == cmd_name for found in pkgutil.iter_modules(__path__)
        ):
            return None
        command = getattr(importlib.import_module(f"{__name__}.{cmd_name}"), "command", None)
        return words.translated(command) if isinstance(command, click.Command) else None


@click.command(
    cls=Nouns,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    options_metavar=words.said("[OPTIONS]"),
    subcommand_metavar=words.said("COMMAND [ARGS]..."),
    help=tongue(
        "Yanmen (雁门): defends an organisation's LLM service through its whole life.",
        "雁门：守护大模型服务的全生命周期。",
    ),
)
@click.version_option(yanmen.__version__, prog_name="yanmen")
def yanmen_command() -> None:
    """Nothing of its own."""


def main() -> None:
    """Run the command line. What the user can mend is printed with its place and a hint; exit code 2."""
    try:
        yanmen_command.main(prog_name="yanmen")
    except YanmenError as error:
        click.echo(f"yanmen: {error}", err=True)
        if hint := error.hint.say(language()):
            click.echo(f"  → {hint}", err=True)
        sys.exit(2)


__all__ = ["main", "yanmen_command"]
