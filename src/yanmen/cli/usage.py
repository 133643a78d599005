"""``yanmen usage``: what calls used and what it cost, from their events; as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import click

from yanmen.cli.options import data_option, tongue
from yanmen.core.clock import SECOND
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.store.usage import By, Used

_MESSAGES = Messages(Path(__file__).parent / "messages" / "usage")
_BY = ("key", "user", "team", "tenant", "model", "day")
_SUMS = ("calls", "tokens_in", "tokens_out", "tokens_cached", "cost", "estimated")
_FAR = 1 << 61
_WIDEST = 48
"""Characters of a column."""

Row = dict[str, str | int]


@click.command("usage", help=tongue("What calls used, and what it cost.", "调用用量与费用。"))
@click.option(
    "--by",
    type=click.Choice(_BY),
    multiple=True,
    default=("tenant", "model"),
    show_default=True,
    help=tongue("What is added up; may be given again.", "汇总维度，可多次给出。"),
)
@click.option(
    "--from", "since", default="", help=tongue("First day, e.g. 2026-11-01.", "起始日期，如 2026-11-01。")
)
@click.option(
    "--to", "until", default="", help=tongue("The day after the last one.", "截止日期（不含当日）。")
)
@click.option(
    "--timezone",
    "place",
    default="UTC",
    show_default=True,
    help=tongue("Whose days, e.g. Asia/Shanghai.", "日期所用的时区，如 Asia/Shanghai。"),
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help=tongue("How it is written.", "输出格式。"),
)
@data_option
def command(by: tuple[str, ...], since: str, until: str, place: str, shape: str, data: Path) -> None:
    """Costs are in the currency of the prices at the time of the call."""
    from yanmen.gateway.limits.windows import zone
    from yanmen.store import Store

    where = zone(place)
    span = (_moment(since, where, 0), _moment(until, where, _FAR))
    with Store.open(data) as store:
        names = cast("tuple[By, ...]", tuple(name for name in by if name != "day"))
        if "day" in by:
            rows = _by_day(store.usage.quarters(names, *span), by, where)
        else:
            rows = [
                _row(dict(zip(names, used.by, strict=True)), used) for used in store.usage.sums(names, *span)
            ]
    click.echo(_written(rows, tuple(dict.fromkeys(by)), shape), nl=False)


def _by_day(quarters: list[tuple[int, Used]], by: tuple[str, ...], where: ZoneInfo) -> list[Row]:
    """Quarters of an hour added up to the days of a time zone."""
    names = [name for name in by if name != "day"]
    found: dict[tuple[str, ...], Row] = {}
    for at, used in quarters:
        day = datetime.fromtimestamp(at // SECOND, where).date().isoformat()
        row = _row({"day": day, **dict(zip(names, used.by, strict=True))}, used)
        known = found.setdefault((day, *used.by), {**row, **dict.fromkeys(_SUMS, 0)})
        for name in _SUMS:
            known[name] = int(known[name]) + int(row[name])
    return [found[key] for key in sorted(found)]


def _row(names: dict[str, str], used: Used) -> Row:
    return {**names, **{name: int(getattr(used, name)) for name in _SUMS}}


def _written(rows: list[Row], by: tuple[str, ...], shape: str) -> str:
    """Costs as decimal numbers, exact: they are kept in 1e-9 of the currency."""
    columns = (*by, *_SUMS)
    shown: list[dict[str, str | int]] = [{**row, "cost": _money(int(row["cost"]))} for row in rows]
    if shape == "json":
        return (
            json.dumps([{name: row[name] for name in columns} for row in shown], ensure_ascii=False, indent=2)
            + "\n"
        )
    if shape == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_safe(row[name]) for name in columns] for row in shown)
        return text.getvalue()
    if not rows:
        return _MESSAGES.say("none") + "\n"
    lines = [[_MESSAGES.say(name) for name in columns]]
    lines += [[visible(str(row[name]))[:_WIDEST] for name in columns] for row in shown]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(
            cell + " " * (width - _width(cell)) if index < len(by) else " " * (width - _width(cell)) + cell
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )


def _safe(value: str | int) -> str | int:
    """A name that a caller chose must be no formula where the file is opened."""
    return f"'{value}" if isinstance(value, str) and value[:1] in set("=+-@\t\r") else value


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)  # noqa: PLR2004  # where CJK begins


def _money(nano: int) -> str:
    whole, part = divmod(nano, 10**9)
    return f"{whole}.{part:09d}".rstrip("0").rstrip(".")


def _moment(text: str, where: ZoneInfo, otherwise: int) -> int:
    if not text:
        return otherwise
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        raise YanmenError(
            _MESSAGES.phrase("no-day", text=visible(text)), hint=_MESSAGES.phrase("day-hint")
        ) from None
    return int(day.replace(tzinfo=day.tzinfo or where).timestamp()) * SECOND
