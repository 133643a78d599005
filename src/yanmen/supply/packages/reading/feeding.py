"""Interpreters that read code from their input, and what is written there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading import shell
from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.values import NOTHING, Scope, Value, all_tags

_READERS = shell.SHELLS | shell.INTERPRETERS | {"powershell", "pwsh", "cmd"}
_VERSION = re.compile(r"(?:\.exe|[\d.]+)$")


def reader_of(command: str) -> str:
    """The interpreter that a command starts without a script, so that it reads its input; empty: none."""
    found = shell.words(command)
    if not found:
        return ""
    name = _VERSION.sub("", found[0].replace("\\", "/").rpartition("/")[2].lower())
    plain = all(
        word.startswith(("-", "/")) and word not in {"-c", "-e", "-m", "--eval", "/c"} for word in found[1:]
    )
    return name if name in _READERS and plain else ""


def started(command: str) -> tuple[Value, str]:
    """What a process is bound to: the command that it was started with."""
    return (Value(command), "command")


def command_of(value: Value | None) -> str:
    """The command that a process, or its input, belongs to."""
    for _ in range(4):
        if value is None or value.bound is None:
            return ""
        if value.bound[1] == "command":
            return value.bound[0].text
        value = value.bound[0]
    return ""


def feed(caller: Caller, command: str, given: Value, line: int) -> None:
    """Something is written to the input of a process: code, where that is an interpreter."""
    name = reader_of(command)
    if not name or given is NOTHING:
        return
    tags = all_tags(given)
    caller.emit("runs-code", f"{name} -", line, given.text, tags)
    if not given.known:
        return
    if name in shell.INTERPRETERS:
        language = "python" if name.startswith("python") else "node"
        if language == caller.dialect.name:
            caller.run_code(given.text, line, tags, Scope())
        elif caller.foreign is not None:
            caller.foreign(language, given.text, line)
    else:
        caller.run_command(given.text, f"{name} -", line, tags)


def fed(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``process.stdin.write(code)``, ``process.communicate(code)``."""
    given = args[0] if args else words.get("input", NOTHING)
    feed(caller, command_of(fn), given, line)
    return Value(path=f"{fn.path}()", tags=frozenset({"output"}))


FED: dict[str, Any] = dict.fromkeys(
    (
        "subprocess.Popen().communicate", "subprocess.Popen().stdin.write",
        *(f"child_process.{name}().stdin.{how}" for name in ("spawn", "exec", "execFile") for how in ("write", "end")),
    ),
    fed,
)  # fmt: skip
