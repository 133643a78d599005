"""Records out of text: JSON Lines, a JSON array, CSV and TSV. What is malformed is named, and reading goes on where it can."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from yanmen.supply.datasets.bounds import Bounds
from yanmen.supply.datasets.reading.opening import Reader, UnreadError, lines

KNOWN = frozenset(
    "instruction input output messages conversations conversation prompt completion response chosen rejected text label"
    " question answer query content sentence review category target labels class source system history title id"
    " sentence1 sentence2 context answers tokens url licence license".split()
)
"""Names of columns by which a header is told from a first row."""
_WHITE = " \t\r\n\ufeff"
_LONG = 64
_NEAR = 16
"""Characters before the end of what is held where an error may come from its being cut."""
_WRAPPERS = ("data", "rows", "examples", "instances", "train", "items", "records")


class Record(NamedTuple):
    """One row as the file has it."""

    line: int
    """Of the file, from 1; in an array the line where the row begins; in Parquet the row's number."""
    values: dict[str, Any]


class Malformed(NamedTuple):
    """A row that is none."""

    line: int
    detail: str
    reason: str = "malformed"


def _constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_constant)


def json_lines(reader: Reader, bounds: Bounds) -> Iterator[Record | Malformed]:
    """JSON Lines; empty lines are no rows."""
    for number, line in lines(reader.pieces(), bounds.record):
        if line is None:
            yield Malformed(number, f"longer than {bounds.record} characters", "too-large")
            continue
        if line.strip(_WHITE):
            yield _record(number, line.strip(_WHITE), bounds)


def _record(number: int, text: str, bounds: Bounds) -> Record | Malformed:
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        return Malformed(number, "nested too deeply")
    except ValueError as error:
        return Malformed(number, str(error)[:80])
    return _row(number, value, bounds)


def _row(number: int, value: Any, bounds: Bounds) -> Record | Malformed:
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        return Malformed(number, "neither an object nor a text")
    if len(value) > bounds.columns:
        return Malformed(number, f"more than {bounds.columns} columns", "too-large")
    return Record(number, value)


class _Window:
    """A text that is read only as far as it is needed."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        """Take as much again as is held; False at the end."""
        self.text = self.text[self.at :]
        self.at = 0
        wanted = max(2 * len(self.text), 1 << 16)
        parts = [self.text]
        held = len(self.text)
        while held < wanted and not self.ended:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
            else:
                parts.append(piece)
                held += len(piece)
        grown = held > len(self.text)
        self.text = "".join(parts)
        return grown

    def skip(self, characters: str) -> str:
        """Go beyond these characters; the next one, or nothing at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in characters:
                self.line += self.text[self.at] == "\n"
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self, longest: int) -> Any:
        """The next JSON value. UnreadError where there is none, or it is too long or too deep."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except RecursionError:
                raise UnreadError("malformed", f"line {self.line}: nested too deeply") from None
            except json.JSONDecodeError as error:
                unfinished = error.pos > len(self.text) - _NEAR or error.msg.startswith("Unterminated")
                if unfinished and len(self.text) - self.at > longest:
                    raise UnreadError("too-large", f"a row of more than {longest} characters") from None
                if not (unfinished and self.more()):
                    raise UnreadError("malformed", f"line {self.line}: {str(error)[:80]}") from None
                continue
            except ValueError as error:  # a number of too many digits, or NaN
                raise UnreadError("malformed", f"line {self.line}: {str(error)[:80]}") from None
            start = self.at
            if end == len(self.text) and self.text[end - 1] not in '}]"' and self.more():
                continue
            end -= start - self.at
            self.line += self.text.count("\n", self.at, end)
            self.at = end
            return value


def json_array(reader: Reader, bounds: Bounds) -> Iterator[Record | Malformed]:
    """A JSON array of rows, or an object that holds one: streamed. Raises UnreadError where the rest cannot be read."""
    window = _Window(reader.pieces())
    if window.skip(_WHITE) == "{":
        yield from _wrapped(window, bounds)
        return
    window.at += 1
    yield from _elements(window, bounds)


def _elements(window: _Window, bounds: Bounds) -> Iterator[Record | Malformed]:
    while True:
        character = window.skip(_WHITE + ",")
        if character == "]":
            return
        if not character:
            raise UnreadError("malformed", "the array does not end")
        number = window.line
        yield _row(number, window.value(bounds.record), bounds)


def _wrapped(window: _Window, bounds: Bounds) -> Iterator[Record | Malformed]:
    """The rows of ``{"data": [...]}``: keys before it are passed over."""
    window.at += 1
    while window.skip(_WHITE + ",") == '"':
        key = window.value(bounds.record)
        window.skip(_WHITE + ":")
        if key in _WRAPPERS and window.skip(_WHITE) == "[":
            window.at += 1
            yield from _elements(window, bounds)
            return
        window.value(bounds.record)
    raise UnreadError("unsupported", "an object without a list of rows")


def separated(reader: Reader, bounds: Bounds) -> Iterator[Record | Malformed]:
    """CSV or TSV, with or without a header. Quoted fields may hold line ends, up to 131,072 characters."""
    numbered = lines(reader.pieces(), bounds.record)
    first = next(numbered, None)
    while first is not None and (first[1] is None or not first[1].strip()):
        if first[1] is None:
            yield Malformed(first[0], f"longer than {bounds.record} characters", "too-large")
        first = next(numbered, None)
    if first is None or first[1] is None:
        return
    feed = _Feed(first[0], first[1], numbered, bounds)
    delimiter = max("\t,;|", key=first[1].count)
    yield from _fields(csv.reader(feed, delimiter=delimiter, strict=False), feed, bounds)


class _Feed:
    """Lines for the CSV reader; what is too long is put aside, and ``begin`` says where the row began."""

    def __init__(
        self, number: int, top: str, numbered: Iterator[tuple[int, str | None]], bounds: Bounds
    ) -> None:
        self._lines = chain(((number, top),), numbered)
        self._bounds = bounds
        self.problems: list[Malformed] = []
        self.begin = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        for number, line in self._lines:
            if line is None:
                detail = f"longer than {self._bounds.record} characters"
                self.problems.append(Malformed(number, detail, "too-large"))
                continue
            self.begin = self.begin or number
            return line.replace("\0", "\ufffd")
        raise StopIteration


def _fields(rows: Iterator[list[str]], feed: _Feed, bounds: Bounds) -> Iterator[Record | Malformed]:
    names: list[str] = []
    while True:
        feed.begin = 0
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Malformed(feed.begin, str(error))
            continue
        yield from feed.problems
        feed.problems.clear()
        number = feed.begin
        if len(row) > bounds.columns:
            yield Malformed(number, f"more than {bounds.columns} columns", "too-large")
        elif not names:
            names, is_header = header(row)
            if not is_header:
                yield Record(number, dict(zip(names, row, strict=True)))
        elif len(row) == len(names):
            yield Record(number, dict(zip(names, row, strict=True)))
        elif row:
            yield Malformed(number, f"{len(row)} fields instead of {len(names)}")
    yield from feed.problems


def header(row: list[str]) -> tuple[list[str], bool]:
    """Names of the columns, and whether this row says them."""
    plain = [cell.strip().strip("\ufeff").lower() for cell in row]
    says = bool(KNOWN & set(plain)) or (
        len(set(plain)) == len(plain)
        and all(cell and len(cell) <= _LONG and not _number(cell) and " " not in cell for cell in plain)
    )
    if says:
        return [cell.strip().strip("\ufeff") or f"column{place}" for place, cell in enumerate(row, 1)], True
    return [f"column{place}" for place in range(1, len(row) + 1)], False


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
