"""Calls of Node and of browsers that need more than a table: processes, files, requests, timers, workers, modules by address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading.effects import host_of
from yanmen.supply.packages.reading.feeding import FED, feed, started
from yanmen.supply.packages.reading.kept import as_text, held
from yanmen.supply.packages.reading.leaving import in_body
from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.node_waiting import WAITING
from yanmen.supply.packages.reading.places import content_tags, file_tags, metadata_tags
from yanmen.supply.packages.reading.values import HOLE, NOTHING, Value, all_tags, iterated, merged

_PROCESS = ("spawn", "spawnSync", "execFile", "execFileSync", "fork")
_FS_READ = ("readFile", "readFileSync", "createReadStream")
_FS_WRITE = (
    "writeFile",
    "writeFileSync",
    "appendFile",
    "appendFileSync",
    "createWriteStream",
    "copyFileSync",
    "copyFile",
    "renameSync",
    "outputFileSync",
)


def _all(args: list[Value]) -> frozenset[str]:
    return frozenset(tag for arg in args for tag in all_tags(arg))


def _function(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    if not args:
        return NOTHING
    body = args[-1]
    if body.known and (found := _WORLD.fullmatch(body.text.strip().rstrip(";"))):
        return Value(path="\x00process" if found[1] == "process" else "\x00world")
    for one in body.options():
        caller.emit("runs-code", fn.path or "Function", line, one.text, one.tags | _all(args))
        caller.run_function_text(one.text, line, one.tags)
    return Value(path="Function()")


_WORLD = re.compile(r"return[ (]+(this|global|process|globalThis|window|self)[ )]*")


def _unseen(args: list[Value]) -> frozenset[str]:
    """Whether a process is started so that nobody sees it."""
    for option in args[1:]:
        said = option.fields or {}
        shows = said.get("windowsHide", NOTHING).const is not True
        alone = said.get("detached", NOTHING).const is True and said.get("stdio", NOTHING).text == "ignore"
        if alone or (not shows and "detached" in said):
            return frozenset({"out of sight"})
    return frozenset()


def _spawn(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    parts: list[str] = []
    for program in (args[0] if args else NOTHING).options():
        parts = ["node"] * fn.path.endswith("fork") + [program.text]
        if len(args) > 1 and args[1].items is not None:
            parts += [one.text for one in args[1].items[:100]]
        caller.run_command(" ".join(parts), fn.path, line, _all(args) | _unseen(args))
        caller.run_words(parts, line, _all(args))
    callbacks(caller, args, Value(path=f"{fn.path}()", tags=frozenset({"output"})))
    if any(
        option.fields and (detached := option.fields.get("detached")) and detached.const is True
        for option in args
    ):
        caller.emit("starts-detached", fn.path, line, " ".join(parts))
    for option in args[1:]:
        feed(caller, " ".join(parts), (option.fields or {}).get("input", NOTHING), line)
    return Value(
        path=f"{fn.path}()", tags=frozenset({"output"}) | caller.output_tags(" ".join(parts)), bound=started(" ".join(parts))
    )  # fmt: skip


def callbacks(caller: Caller, args: list[Value], given: Value) -> None:
    """Functions among the arguments are run, with what the call gives."""
    for arg in args:
        if arg.closure is not None:
            caller.invoke(arg.closure, [given, given, given], {})


def _read(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    tags: frozenset[str] = frozenset()
    inner: Value | None = None
    for one in (args[0] if args else NOTHING).options():
        found = file_tags(one.text) | caller.stored_tags(one.text)
        caller.emit("reads", fn.path, line, one.text, found)
        tags |= found or frozenset({"file"})
        inner = None if found else held(caller, one)
    as_read = as_text(inner) if inner is not None and len(args) > 1 and args[1].closure is None else inner
    const = NOTHING.const if as_read is None else as_read.const
    result = Value(const, path="reader()", tags=tags | (inner.tags if inner else frozenset()))
    callbacks(caller, args[1:], result)
    return result


def _write(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    if fn.path.endswith(("copyFileSync", "copyFile", "renameSync")):
        source, target = (*args[:2], NOTHING, NOTHING)[:2]
        own = held(caller, source)
        if (
            own is not None
            and own.const is not NOTHING.const
            and source.text.endswith((".js", ".cjs", ".mjs", ".py", ".sh"))
        ):
            caller.written.setdefault(target.text.rpartition("/")[2], as_text(own).text)
        caller.store(
            target.text, file_tags(source.text) | caller.stored_tags(source.text) | {"file"}, line, fn.path
        )
        return NOTHING
    target = args[0] if args else NOTHING
    if fn.path.endswith("createWriteStream"):
        caller.store(target.text, frozenset(), line, fn.path)
        return Value(target.text, path="writer()")
    for one in target.options():
        caller.store(
            one.text, _all(args[1:2]) | content_tags(args[1].text if len(args) > 1 else ""), line, fn.path
        )
        if len(args) > 1 and args[1].known and len(args[1].text) < 20_000:  # noqa: PLR2004  # a script, not a table
            caller.written.setdefault(one.text.rpartition("/")[2], args[1].text)
    callbacks(caller, args[1:], NOTHING)
    return Value(path=f"{fn.path}()")


def _piped(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    if args and args[0].path == "writer()":
        caller.store(args[0].text, all_tags(fn.bound[0]) if fn.bound else frozenset(), line, fn.path)
    elif args and fn.bound and "reader" in fn.bound[0].path and args[0].path.endswith("request()"):
        caller.emit("sends", fn.path, line, args[0].text, all_tags(fn.bound[0]))
    return args[0] if args else NOTHING


def _kept_running(
    caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int
) -> Value:
    """A manager of processes starts a script, and starts it again when it ends."""
    del words
    script = next((one for arg in args[:1] for one in (arg.fields or {"script": arg}).values()), NOTHING)
    caller.emit("writes", "start-up by a process manager", line, script.text)
    callbacks(caller, args, NOTHING)
    return Value(path=f"{fn.path}()")


def _later(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A timer runs a function, or a text as code."""
    del words
    was, caller.repeating = caller.repeating, caller.repeating or fn.path.endswith("setInterval")
    for one in args[:1]:
        if isinstance(one.const, str) and not one.path:
            caller.emit("runs-code", fn.path, line, one.text, one.tags)
            caller.run_function_text(one.text, line, one.tags)
        elif one.closure is None and any(tag.startswith("download:") for tag in one.tags):
            caller.emit("runs-code", fn.path, line, one.text, one.tags)
    callbacks(caller, args, NOTHING)
    caller.repeating = was
    return Value(path=f"{fn.path}()")


def _imported(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A module by its name; one that is given as an address is code from there."""
    del words
    found = []
    for one in (args[0] if args else NOTHING).options():
        text = one.text
        if text.startswith("data:"):
            code = text.partition(",")[2]
            coded = caller.dialect.functions["atob"](code) if ";base64" in text[:100] else code
            caller.emit("runs-code", fn.path, line, coded, one.tags | {"decoded"})
            caller.run_function_text(coded, line, one.tags | {"decoded"})
        elif text.startswith(("http:", "https:")):
            caller.emit("runs-code", fn.path, line, text, one.tags | {f"download:{host_of(text)}"})
        elif isinstance(one.const, str):
            if "decoded" in one.tags:
                caller.emit("hides-name", text, line, text, one.tags)
            if HOLE not in text:
                found.append(caller.module(text))
        if stored := caller.stored_tags(text):
            caller.emit("runs-code", fn.path, line, text, stored)
    return merged(found)


def _applied(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``Reflect.apply(f, this, […])``, ``Reflect.construct(f, […])``."""
    del words
    items = iterated(args[-1]) if len(args) > 1 else None
    rest = list(items) if items is not None else [Value(tags=_all(args[1:]))]
    del fn
    return caller.call(args[0], rest, {}, line, caller.top) if args else NOTHING


def _same(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del caller, fn, words, line
    return args[0] if args else NOTHING


def _worker(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """Code, or a file of code, that runs beside."""
    del words
    how = args[1].fields if len(args) > 1 else None
    for one in args[0].options() if args else ():
        if (how and (flag := how.get("eval")) and flag.const is True) or one.path.startswith(("Blob", "URL")):
            caller.emit("runs-code", fn.path, line, one.text, one.tags)
            caller.run_function_text(one.text, line, one.tags)
        elif isinstance(one.const, str):
            caller.emit("runs-command", fn.path, line, f"node {one.text}", one.tags)
    return Value(path=f"{fn.path}()")


def _assembled(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """WebAssembly calls the functions that it is given: with what nobody can read here."""
    del words
    given = Value(tags=frozenset({"decoded"}))
    if tags := frozenset(tag for arg in args[:1] for tag in all_tags(arg) if tag.startswith("download:")):
        caller.emit("loads-native", fn.path, line, "", tags)
    for table in args[1:2]:
        for part in (table.fields or {}).values():
            for one in (part.fields or {}).values():
                if one.closure is not None:
                    caller.invoke(one.closure, [given, given], {})
    return Value(path=f"{fn.path}()")


def _extracted(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """An archive is unpacked to a folder: what is in it has its origins."""
    del words, line
    source = fn.bound[0] if fn.path.startswith("adm-zip()") and fn.bound else args[0] if args else NOTHING
    target = args[0] if fn.path.startswith("adm-zip()") and args else args[1] if len(args) > 1 else NOTHING
    for key in ("dir", "cwd", "path"):
        target = (target.fields or {}).get(key, target)
    tags = all_tags(source) | caller.stored_tags(source.text)
    if tags and len(caller.unpacked) < 100:  # noqa: PLR2004  # more are not remembered
        caller.unpacked[target.text.rstrip("/")] = tags
    return Value(path=f"{fn.path}()")


def _zipped(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words, line
    of = args[0] if args else NOTHING
    return Value(of.const, path=f"{fn.path}()", tags=_all(args) | caller.stored_tags(of.text))


def _served(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A server calls a function with what it is asked."""
    del words, line
    callbacks(caller, args, Value(tags=frozenset({"request"})))
    return Value(path=f"{fn.path}()")


def _form(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del caller, words, line
    return Value(path=f"{fn.path}()", tags=_all(args) | (frozenset({"forms"}) if args else frozenset()))


def _address(args: list[Value]) -> tuple[str, str]:
    """Address and method of a request, as its first arguments say."""
    texts, how = [], "GET"
    for arg in args[:2]:
        for one in arg.options():
            if isinstance(one.const, str):
                texts.append(one.text)
            fields = one.fields or {}
            host = next(
                (fields[key].text for key in ("hostname", "host", "url", "uri", "baseURL") if key in fields),
                "",
            )
            if host:
                path = fields["path"].text if "path" in fields else ""
                texts.append(host if "://" in host else f"https://{host}{path}")
            how = fields["method"].text.upper() if "method" in fields else how
    return (texts[0] if texts else HOLE), how


def _addresses(arg: Value, address: str) -> list[Value]:
    """The value, or the members of it, that say where a request goes; a host alone as an address."""
    parts = [one for way in arg.options() for one in (way, *(way.fields or {}).values())]
    return [
        Value(address, tags=one.tags) for one in parts if isinstance(one.const, str) and one.const and one.const in address
    ]  # fmt: skip


def _request(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    address, how = _address(args)
    tags = _all([arg for arg in args if arg.closure is None])
    sends = how not in {"GET", "HEAD"} or any(
        "body" in (arg.fields or {}) or "data" in (arg.fields or {}) for arg in args
    )
    hidden = frozenset().union(
        *(caller.hidden_tags(one) for arg in args[:2] for one in _addresses(arg, address))
    )
    hidden |= in_body([arg for arg in args[1:] or args if arg.closure is None])
    caller.emit("sends" if sends else "receives", fn.path, line, address, tags | hidden)
    given = frozenset({f"download:{host_of(address)}"}) | metadata_tags(address)
    result = Value(address, path="request()", tags=given)
    callbacks(caller, args, Value(path="response()", tags=result.tags))
    return result


def _sent(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    tags = _all(args)
    if args and not all(arg.closure for arg in args):
        caller.emit("sends", fn.path, line, fn.bound[0].text if fn.bound else "", tags)
    callbacks(caller, args, NOTHING)
    return NOTHING


SPECIALS: dict[str, Any] = {
    **FED, **WAITING,
    **dict.fromkeys(("Function", "Function.constructor", "vm.compileFunction"), _function),
    **{f"child_process.{name}": _spawn for name in _PROCESS},
    **dict.fromkeys(("setTimeout", "setInterval"), _later),
    **dict.fromkeys(("require", "import", "module.require", "process.mainModule.require", "module.createRequire()",
        "process.getBuiltinModule", "mainModule.require", "import-fresh", "require-from-string"), _imported),
    **dict.fromkeys(("Reflect.apply", "Reflect.construct"), _applied),
    **dict.fromkeys(("util.promisify", "promisify", "util.callbackify"), _same),
    **dict.fromkeys(("worker_threads.Worker", "Worker"), _worker),
    **dict.fromkeys(("WebAssembly.instantiate", "WebAssembly.Instance"), _assembled),
    "FormData": _form,
    **dict.fromkeys(("pm2.start", "forever.start", "forever.startDaemon", "node-windows.Service().install",
        "node-mac.Service().install", "node-linux.Service().install"), _kept_running),
    "adm-zip": _zipped,
    **dict.fromkeys(("adm-zip().extractAllTo", "extract-zip", "decompress", "tar.x", "tar.extract"), _extracted),
    **dict.fromkeys(("http.createServer", "https.createServer", "http2.createServer", "net.createServer"), _served),
    "\x00process": lambda *_: Value(path="process"), "\x00world": lambda *_: Value(path="globalThis"),
    **dict.fromkeys(("execa", "execa.execa", "execa.sync", "cross-spawn", "cross-spawn.sync", "Bun.spawn",
        "Bun.spawnSync"), _spawn),
    **{f"{module}.{name}": _read for name in _FS_READ for module in ("fs", "fs.promises", "fs/promises", "fs-extra",
        "graceful-fs")},
    **{f"{module}.{name}": _write for name in _FS_WRITE for module in ("fs", "fs.promises", "fs/promises", "fs-extra",
        "graceful-fs")},
    **{f"{module}.{name}": _request for name in ("get", "request") for module in ("http", "https",
        "follow-redirects.https", "http2")},
    **dict.fromkeys(("fetch", "node-fetch", "axios", "request", "cross-fetch", "undici.fetch", "globalThis.fetch",
        "needle", "superagent"), _request),
    **dict.fromkeys(("axios.get", "axios.post", "axios.put", "axios.request", "got", "got.post", "request.post",
        "request.get"), _request),
    "request().write": _sent, "request().end": _sent, "request().send": _sent, "XMLHttpRequest().send": _sent,
        "WebSocket().send": _sent,
    "request().pipe": _piped, "response().pipe": _piped, "reader().pipe": _piped, "response().body.pipe": _piped,
}  # fmt: skip
