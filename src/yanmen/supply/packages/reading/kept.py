"""Files that a package brings and its code reads: their bytes are known, so that what is hidden in them can be followed."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.places import file_tags
from yanmen.supply.packages.reading.values import HOLE, NOTHING, Value, all_tags, lifted

FOLLOWED = 48_000
"""Bytes of a file up to which code is followed that goes through them one by one."""
_CODE = (".py", ".pyw", ".pyi", ".js", ".cjs", ".mjs", ".ts", ".jsx", ".tsx")


def member_of(path: str, asking: str, members: Mapping[str, Any]) -> str:
    """The member that a path of code stands for; ``asking``: the member that the code is in; empty: none."""
    plain = path.replace("\\", "/")
    if plain.startswith(f"{HOLE}/"):
        found = posixpath.normpath(plain[2:])
        return found if found in members else ""
    if HOLE in plain or plain.startswith(("/", "~", "$")) or "://" in plain or not plain:
        return ""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(asking), plain))
    for found in (beside, posixpath.normpath(plain)):
        if found in members:
            return found
    return ""


def held(caller: Caller, path: Value) -> Value | None:
    """What lies in a member of the package that is read; None: it is none."""
    if not isinstance(path.const, str):
        return None
    data = caller.own(path.const, caller.member_name)
    if data is None:
        return None
    name = path.const.replace("\\", "/").rpartition("/")[2]
    tags = frozenset({"file"}) if name.endswith(_CODE) else frozenset({"file", f"member:{name}"})
    return Value(data, tags=tags) if len(data) <= FOLLOWED else Value(tags=tags)


def as_text(value: Value) -> Value:
    """Bytes as text."""
    if not isinstance(value.const, bytes):
        return value
    return Value(value.const.decode("utf-8", "replace"), tags=value.tags)


def read_held(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``file.read()`` and its like, of a file that was opened."""
    del caller, words, line
    of = fn.bound[0] if fn.bound else NOTHING
    inner = of.bound[0] if of.bound and of.bound[1] == "held" else None
    tags = all_tags(of) | (inner.tags if inner else frozenset())
    if inner is None or not isinstance(inner.const, str | bytes):
        return Value(tags=tags, path=f"{fn.path}()")
    if fn.path.endswith("lines"):
        return lifted(inner.const.splitlines(keepends=True), tags)
    count = args[0].const if args and isinstance(args[0].const, int) else None
    return Value(inner.const if count is None or count < 0 else inner.const[:count], tags=tags)


def read_path(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``path.read_text()``, ``path.read_bytes()``."""
    del args, words
    of = fn.bound[0] if fn.bound else NOTHING
    tags = file_tags(of.text) | caller.stored_tags(of.text)
    caller.emit("reads", fn.path, line, of.text, of.tags | tags)
    inner = held(caller, of)
    found = (tags or frozenset({"file"})) | of.tags
    if inner is None:
        return Value(tags=found - {"decoded"}, path=f"{fn.path}()")
    return (as_text(inner) if fn.path.endswith("text") else inner).tagged(found)


def read_resource(
    caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int
) -> Value:
    """``pkgutil.get_data(package, name)`` and its like: a file beside the module."""
    name = args[1] if len(args) > 1 else words.get("resource", words.get("resource_name", NOTHING))
    caller.emit("reads", fn.path, line, name.text, frozenset({"file"}))
    inner = held(caller, name)
    if inner is None:
        return Value(tags=frozenset({"file"}), path=f"{fn.path}()")
    return as_text(inner) if fn.path.endswith(("_text", "_string")) else inner


def folder_of_package(
    caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int
) -> Value:
    """``importlib.resources.files(package)``: the folder that the module is in, or the one that is named below it."""
    del fn, words, line
    folder = posixpath.dirname(caller.member_name)
    named = args[0].text if args and args[0].known else ""
    if named and (inner := named.rpartition(".")[2]) and not folder.endswith(inner):
        folder = f"{folder}/{inner}"
    return Value(f"{HOLE}/{folder}", path="pathlib.Path()")


RESOURCES = {
    **dict.fromkeys(("reader().read", "reader().readlines", "reader().readline", "reader().readall"), read_held),
    **dict.fromkeys(("pathlib.Path().read_text", "pathlib.Path().read_bytes"), read_path),
    **dict.fromkeys(("pkgutil.get_data", "importlib.resources.read_text", "importlib.resources.read_binary",
        "pkg_resources.resource_string", "importlib_resources.read_text", "importlib_resources.read_binary"), read_resource),
    **dict.fromkeys(("importlib.resources.files", "importlib_resources.files"), folder_of_package),
}  # fmt: skip
