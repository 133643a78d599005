"""Calls of Python that bring code from files: loaders of modules, pickles, places where modules are looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.unpacking import zipped_module
from yanmen.supply.packages.reading.values import NOTHING, Scope, Value, all_tags


def _all(args: list[Value], words: Mapping[str, Value]) -> frozenset[str]:
    return frozenset(tag for arg in [*args, *words.values()] for tag in all_tags(arg))


def _spec(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A module's file is named by the second argument; what runs it is a method of what this gives."""
    del caller, line
    path = args[1] if len(args) > 1 else words.get("location", words.get("path", NOTHING))
    return Value(path=f"{fn.path}()", bound=(path, "spec"), tags=path.tags)


def _ran_file(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A file is run as a module."""
    of: Value | None = fn
    while of is not None and (of.bound is None or of.bound[1] != "spec"):
        of = of.bound[0] if of.bound else None
    path = of.bound[0] if of is not None and of.bound else (args[1] if len(args) > 1 else NOTHING)
    for one in path.options():
        tags = one.tags | caller.stored_tags(one.text)
        caller.emit("runs-code", fn.path, line, one.text, tags)
    del words
    return NOTHING


def _unpickled(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A pickle runs what it names: one that is written in the code or comes from the network is code."""
    tags = _all(args, words)
    if (args and args[0].known and isinstance(args[0].const, bytes) and args[0].const) or any(
        tag.startswith("download:") for tag in tags
    ):
        caller.emit("runs-code", fn.path, line, "", tags - {"base64"})
    return Value(path=f"{fn.path}()", tags=tags | {"decoded"})


def _loaded(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A file that is loaded as a pickle runs what it names: one that the package brings is judged as a model is."""
    for one in args[:1] or list(words.values())[:1]:
        inner = one.bound[0] if one.bound and one.bound[1] == "held" else one
        path = next((tag[7:] for tag in inner.tags if tag.startswith("member:")), one.text)
        calls = caller.unpickled(path, caller.member_name)
        if calls:
            caller.emit(
                "runs-code", fn.path, line, calls, frozenset({"decoded", f"member:{path.rpartition('/')[2]}"})
            )
    tags = _all(args, words)
    if any(tag.startswith("download:") for tag in tags):
        caller.emit("runs-code", fn.path, line, "", tags - {"base64"})
    return Value(path=f"{fn.path}()", tags=tags)


def _path_of_code(
    caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int
) -> Value:
    """Where modules are looked for; an archive may be such a place."""
    del words, line
    for arg in args[-1:]:
        for one in [*arg.options(), *(arg.items or [])]:
            if isinstance(one.const, str) and len(caller.places) < 100:  # noqa: PLR2004  # more are not remembered
                caller.places.append(one.const)
    return Value(path=f"{fn.path}()")


def _ran_path(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``runpy.run_path(path)``: a script, or an archive with one in it."""
    for one in (args[0] if args else words.get("path_name", NOTHING)).options():
        data = caller.own(one.text, caller.member_name) if isinstance(one.const, str) else None
        name = one.text.rpartition("/")[2]
        code = zipped_module(data, "__main__") if data and data.startswith(b"PK") else ""
        plain = data is None or name.endswith((".py", ".pyw"))
        tags = (
            one.tags
            | caller.stored_tags(one.text)
            | (frozenset() if plain else {"decoded", f"member:{name}"})
        )
        caller.emit("runs-code", fn.path, line, one.text, tags)
        if code:
            caller.run_code(code, line, tags, Scope())
    return NOTHING


LOADING: dict[str, Any] = {
    "runpy.run_path": _ran_path,
    **dict.fromkeys(("importlib.util.spec_from_file_location", "importlib.machinery.SourceFileLoader",
        "importlib.machinery.ExtensionFileLoader", "importlib.machinery.SourcelessFileLoader"), _spec),
    **dict.fromkeys(
        ("importlib.util.spec_from_file_location().loader.exec_module", "importlib.machinery.SourceFileLoader().load_module",
         "importlib.machinery.SourceFileLoader().exec_module", "importlib.machinery.ExtensionFileLoader().exec_module",
         "importlib.machinery.SourcelessFileLoader().exec_module", "imp.load_source", "imp.load_dynamic"), _ran_file),
    **dict.fromkeys(("pickle.loads", "_pickle.loads", "cPickle.loads", "yaml.unsafe_load",
        "yaml.full_load", "jsonpickle.decode", "dill.loads",
        "cloudpickle.loads", "shelve.open"), _unpickled),
    **dict.fromkeys(("pickle.load", "_pickle.load", "cPickle.load", "torch.load", "joblib.load", "dill.load",
        "cloudpickle.load", "numpy.load", "pandas.read_pickle"), _loaded),
    **dict.fromkeys(("sys.path.insert", "sys.path.append", "sys.path.extend", "zipimport.zipimporter"), _path_of_code),
}  # fmt: skip
