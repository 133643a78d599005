"""``yanmen guard``: judge texts, and see what each tier of the guard sees in one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yanmen.cli import learning
from yanmen.cli.options import tongue
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

if TYPE_CHECKING:
    from yanmen.guard import Guard
    from yanmen.guard.engine import Direction
    from yanmen.policy import Policy

MOST_JOBS = 64
"""Encoder processes at most."""


@click.group("guard", help=tongue("The detectors of texts.", "文本检测器。"))
def command() -> None:
    """Nothing of its own."""


@command.command(
    "check",
    help=tongue(
        "Judge rows of JSON from standard input, one verdict a line, in order.",
        "逐行判定标准输入中的 JSON，按原顺序逐行输出裁决。",
    ),
)
@click.option(
    "--direction",
    type=click.Choice(["in", "out"]),
    default="in",
    show_default=True,
    help=tongue(
        "Of rows that do not say theirs: in, a prompt; out, an answer.",
        "未注明方向的行：in 为提示，out 为回答。",
    ),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, MOST_JOBS),
    default=lambda: min(os.cpu_count() or 1, 4),
    show_default=tongue("cores, at most 4", "核数，至多 4"),
    help=tongue("Encoder processes.", "编码器进程数。"),
)
@click.option("--policy", "file", type=click.Path(path_type=Path), help=tongue("Policy file.", "策略文件。"))
@click.option(
    "--config", "settings", type=click.Path(path_type=Path), help=tongue("Configuration file.", "配置文件。")
)
def check(direction: Direction, jobs: int, file: Path | None, settings: Path | None) -> None:
    """Exit 0 when all are allowed, 1 when something was found, 2 when something could not be judged."""
    from yanmen.cli.checking import Checker, run
    from yanmen.guard.workers import Workers

    guard, workers = _guard(settings), Workers(jobs, batch=16)
    try:
        checker = Checker(guard, _policy(file), workers, direction)
        tally = run(checker, sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        workers.close()
        os._exit(
            2
        )  # a thread may be reading standard input, and Python aborts where it finds that locked at its end
    finally:
        workers.close()
    raise SystemExit(tally.exit_code)


@command.command(
    "explain",
    help=tongue("Show what each tier of the guard sees in a text.", "逐层展示防护在一段文本中看到的内容。"),
)
@click.argument("text", default="-")
@click.option(
    "--role",
    type=click.Choice(["user", "system", "developer", "assistant", "tool", "document"]),
    default="user",
    show_default=True,
    help=tongue("Who says it.", "文本由谁说出。"),
)
@click.option("--policy", "file", type=click.Path(path_type=Path), help=tongue("Policy file.", "策略文件。"))
@click.option(
    "--config", "settings", type=click.Path(path_type=Path), help=tongue("Configuration file.", "配置文件。")
)
def explain(text: str, role: str, file: Path | None, settings: Path | None) -> None:
    """TEXT: the text itself; ``-``: standard input."""
    from yanmen.cli.checking import SPEAKERS
    from yanmen.cli.tiers import explanation
    from yanmen.core.nouns import Text

    said = sys.stdin.buffer.read(1 << 22).decode("utf-8", "replace") if text == "-" else text
    if not said.strip():
        raise YanmenError(
            Phrase(en="there is no text", zh="没有文本"),
            hint=Phrase(
                en="Give it as an argument, or on standard input.", zh="请以参数给出，或从标准输入传入。"
            ),
        )
    speaker, trust = SPEAKERS[role]
    place = Text(text=said, role=speaker, trust=trust, part="/text")
    for line in explanation(_guard(settings), _policy(file), place):
        click.echo(line)


def _guard(file: Path | None) -> Guard:
    from yanmen.core import config
    from yanmen.guard import Guard

    return Guard(config.load(file).config.guard)


def _policy(file: Path | None) -> Policy:
    from yanmen.policy import Policy

    return Policy.load([file] if file else [])


for each in learning.COMMANDS:
    command.add_command(each)
