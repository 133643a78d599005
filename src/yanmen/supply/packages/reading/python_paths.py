"""Methods of ``pathlib`` that give further paths, archives that are written in memory, and what objects are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.places import file_tags
from yanmen.supply.packages.reading.values import HOLE, NOTHING, Value, all_tags

_PATH = "pathlib.Path()"
_INTO = "into"


def _of(fn: Value) -> Value:
    return fn.bound[0] if fn.bound else NOTHING


def _same_path(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``path.expanduser()``, ``path.resolve()``: the same place."""
    del caller, args, words, line
    of = _of(fn)
    return Value(of.const, path=_PATH, tags=of.tags)


def _joined(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``path.joinpath(…)``."""
    del caller, words, line
    parts = [_of(fn).text.rstrip("/"), *(arg.text for arg in args)]
    tags = frozenset(tag for arg in (_of(fn), *args) for tag in arg.tags)
    return Value("/".join(parts), path=_PATH, tags=tags)


def _below(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``path.iterdir()``, ``path.glob(pattern)``: what lies there."""
    del caller, words, line
    of = _of(fn)
    inner = args[0].text if args and args[0].known else HOLE
    inner = f"{HOLE}/{inner}" if fn.path.endswith("rglob") else inner
    return Value(items=[Value(f"{of.text.rstrip('/')}/{inner}", path=_PATH, tags=of.tags)])


def _archive(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """An archive, in a file or in memory: what it is made over is remembered."""
    del line
    of = args[0] if args else words.get("fileobj", words.get("name", NOTHING))
    of = words.get("fileobj", of)
    tags = frozenset(tag for arg in [*args, *words.values()] for tag in all_tags(arg))
    return Value(of.const, path=f"{fn.path}()", tags=tags | caller.stored_tags(of.text), bound=(of, _INTO))


def _put_in(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A file, or data, is put into an archive."""
    del words
    of = _of(fn)
    tags = frozenset(tag for arg in args for tag in all_tags(arg))
    if fn.path.endswith((".write", ".add")) and args:
        read = file_tags(args[0].text) | caller.stored_tags(args[0].text)
        caller.emit("reads", fn.path, line, args[0].text, tags | read)
        tags |= read or frozenset({"file"})
    into = of.bound[0] if of.bound and of.bound[1] == _INTO else NOTHING
    for one in (of, into):
        if one is not NOTHING:
            one.tags |= tags
    if isinstance(into.const, str) and into.path != "io.BytesIO()":
        caller.store(into.const, tags, line, fn.path)
    return NOTHING


def _property(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``@property``: the function is run when the member is read."""
    del caller, fn, words, line
    return Value(closure=args[0].closure, path="property()") if args and args[0].closure else NOTHING


def _decorated(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``@dataclass``, with or without arguments: the class."""
    del caller, words, line
    return args[0] if args and args[0].kind is not None else Value(path=fn.path)


_MADE_OF = ("dataclasses.dataclass", "attr.s", "attr.define", "attrs.define", "attrs.frozen", "attr.dataclass",
    "pydantic.dataclasses.dataclass")  # fmt: skip

PATHS: dict[str, Any] = {
    **{f"{_PATH}.{name}": _same_path for name in ("expanduser", "resolve", "absolute", "readlink")},
    f"{_PATH}.joinpath": _joined,
    **{f"{_PATH}.{name}": _below for name in ("iterdir", "glob", "rglob")},
    **dict.fromkeys(("zipfile.ZipFile", "tarfile.open", "tarfile.TarFile"), _archive),
    **{f"{kind}().{name}": _put_in for kind in ("zipfile.ZipFile", "tarfile.open", "tarfile.TarFile")
        for name in ("write", "writestr", "add", "addfile")},
    **dict.fromkeys(("property", "builtins.property", "functools.cached_property", "abc.abstractproperty"), _property),
    **dict.fromkeys(_MADE_OF, _decorated),
}  # fmt: skip
