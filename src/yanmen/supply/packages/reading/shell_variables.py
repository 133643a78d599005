"""Variables that a script of a shell sets itself, put in where it uses them."""

from __future__ import annotations

import re

_LONGEST = 20_000
"""Characters of a command that are kept."""
_COMMENT = re.compile(r"(?m)^[ \t]*#(?!!).*$|^#!.*$")
_SET = re.compile(
    r"(?:^|[;\n&|({])[ \t]*(?:export[ \t]+|local[ \t]+)?([A-Za-z_]\w*)=([\"']?)([\w./:@%+-]{0,200})\2(?=[;\s&|)]|$)"
)
_USED = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")


def expanded(command: str) -> str:
    """A script without its comments, with the variables that it sets itself put in."""
    command = _COMMENT.sub("", command)
    values: dict[str, str] = {}
    for found in _SET.finditer(command):
        values[found[1]] = found[3]
    for one in re.finditer(r"(?<=[ ;\n])([A-Za-z_]\w*)=([\w./:@%+-]{1,200})(?=[;\s])", command):
        values.setdefault(one[1], one[2])
    if not values:
        return command
    for _ in range(3):
        before, command = command, _USED.sub(lambda used: values.get(used[1], used[0]), command)[:_LONGEST]
        if before == command:
            break
    return command
