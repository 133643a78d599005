"""Options that many nouns share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from yanmen.core.language import language

Command = TypeVar("Command", bound=Callable[..., Any])


def tongue(en: str, zh: str) -> str:
    """Help text in the reader's language."""
    return zh if language() == "zh" else en


def data_option(command: Command) -> Command:
    """``--data DIR``: passes ``data: Path``, the folder of the store."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("data"),
        envvar="YANMEN_DATA",
        show_default=True,
        help=tongue("Folder of the store.", "数据目录。"),
    )(command)


def json_option(command: Command) -> Command:
    """``--json``: passes ``as_json: bool``."""
    return click.option(
        "--json", "as_json", is_flag=True, help=tongue("Print JSON, one document.", "输出 JSON。")
    )(command)


def limit_option(most: int) -> Callable[[Command], Command]:
    """``--limit N``: passes ``limit: int``, so many of a list at most; ``most`` where it is not said."""
    return click.option(
        "--limit",
        type=click.IntRange(1, 500),
        default=most,
        show_default=True,
        help=tongue("At most.", "最多条数。"),
    )


def config_option(command: Command) -> Command:
    """``--config FILE``: passes ``file: Path | None``, a configuration that exists."""
    return click.option(
        "--config",
        "file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        envvar="YANMEN_CONFIG",
        help=tongue("Configuration file.", "配置文件。"),
    )(command)
