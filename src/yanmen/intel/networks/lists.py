"""Reads networks from text: a table with a header, or a plain list of addresses and networks."""

from __future__ import annotations

import csv
import socket
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from yanmen.core.redaction import visible
from yanmen.intel.networks.mmdb import MalformedError
from yanmen.intel.networks.origin import Origin, asn, country
from yanmen.intel.networks.ranges import V4, V6

ROWS = 5_000_000
"""Rows of one file."""
LINE = 4_096
"""Characters of one row."""
_NAMES = {
    "network": ("network", "cidr", "prefix", "ip", "range"),
    "start": ("start", "start_ip", "range_start", "first"),
    "end": ("end", "end_ip", "range_end", "last"),
    "country": ("country", "country_code", "country_iso_code"),
    "asn": ("asn", "autonomous_system_number", "as_number"),
    "organisation": ("organisation", "organization", "autonomous_system_organization", "as_name", "name"),
}


class Row(NamedTuple):
    """One range and what it says."""

    width: int
    first: int
    last: int
    origin: Origin


def table(text: str) -> Iterator[Row]:
    """The rows of a CSV or TSV text with a header; MalformedError with the line that is wrong."""
    lines = text.splitlines()
    number, header = _header(lines)
    places = {name: _place(header, names) for name, names in _NAMES.items()}
    if places["network"] is None and None in (places["start"], places["end"]):
        raise MalformedError("line 1: the header names neither `network` nor `start` and `end`")
    if places["country"] is None and places["asn"] is None:
        raise MalformedError("line 1: the header names neither `country` nor `asn`")
    delimiter = _delimiter(lines[number - 1])
    for at, line in _lines(lines, number):
        cells = next(csv.reader([line], delimiter=delimiter)) if '"' in line else line.split(delimiter)

        def cell(name: str, cells: Sequence[str] = cells) -> str:
            place = places[name]
            return cells[place].strip() if place is not None and place < len(cells) else ""

        span = cell("network") or f"{cell('start')}-{cell('end')}"
        origin = Origin(country(cell("country")), asn(cell("asn")), visible(cell("organisation")))
        yield Row(*_span(span, at), origin)


def plain(text: str, name: str) -> Iterator[Row]:
    """The rows of a plain list: an address, network or ``first-last`` a line, whatever follows it left out."""
    origin = Origin(networks=(name,))
    for at, line in _lines(text.splitlines(), 0):
        words = line.replace(",", " ").replace(";", " ").split()
        if words[0].strip('"').lower() in _NAMES["network"]:
            continue
        yield Row(*_span(words[0].strip('"'), at), origin)


def _lines(lines: Sequence[str], after: int) -> Iterator[tuple[int, str]]:
    if len(lines) > ROWS:
        raise MalformedError(f"{len(lines)} lines; at most {ROWS} are read")
    for number, line in enumerate(lines[after:], after + 1):
        words = line.strip()
        if len(line) > LINE:
            raise MalformedError(f"line {number}: longer than {LINE} characters")
        if words and words[0] not in "#;":
            yield number, words


def _header(lines: Sequence[str]) -> tuple[int, list[str]]:
    for number, line in _lines(lines, 0):
        return number, [cell.strip().lower() for cell in next(csv.reader([line], delimiter=_delimiter(line)))]
    raise MalformedError("line 1: there is no header")


def _delimiter(header: str) -> str:
    return "\t" if "\t" in header else ","


def _place(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((place for place, cell in enumerate(header) if cell in names), None)


def _span(text: str, line: int) -> tuple[int, int, int]:
    """Width, first and last address of a range."""
    start, dash, end = text.partition("-")
    if dash:
        first, last = _address(start.strip()), _address(end.strip())
        if first is None or last is None or first[0] != last[0] or first[1] > last[1]:
            raise MalformedError(f"line {line}: {visible(text)} is no range")
        return first[0], first[1], last[1]
    address, slash, length = text.partition("/")
    found = _address(address)
    bits = found[0] if found and not slash else int(length) if length.isdigit() and length.isascii() else -1
    if found is None or not 0 <= bits <= found[0]:
        raise MalformedError(f"line {line}: {visible(text)} is no address or network")
    host = (1 << found[0] - bits) - 1
    return found[0], found[1] & ~host, found[1] | host


def _address(text: str) -> tuple[int, int] | None:
    """Width and number; an IPv4 address written as IPv6 stays IPv6 here, as its prefix does."""
    family, width = (socket.AF_INET6, V6) if ":" in text else (socket.AF_INET, V4)
    try:
        return width, int.from_bytes(socket.inet_pton(family, text), "big")
    except (OSError, ValueError):
        return None
