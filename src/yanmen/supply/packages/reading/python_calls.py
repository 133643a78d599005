"""Calls of Python that need more than a table: files by their mode, functions that are mapped, the set-up of a distribution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from yanmen.supply.packages.reading.effects import Trigger, host_of
from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.places import file_tags
from yanmen.supply.packages.reading.values import NOTHING, Value, all_tags, iterated, merged

Special = Callable[[Caller, Value, list[Value], Mapping[str, Value], int], Value]
INSTALLING = frozenset(
    "install develop build build_py build_ext build_clib egg_info install_lib install_scripts install_data install_egg_info "
    "bdist_wheel bdist_egg editable_wheel dist_info easy_install sdist".split()
)
"""Commands of setuptools that run when a distribution is built or installed."""


def _all(args: list[Value], words: Mapping[str, Value]) -> frozenset[str]:
    return frozenset(tag for arg in [*args, *words.values()] for tag in all_tags(arg))


def _open(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    path = args[0] if args else words.get("file", NOTHING)
    mode = (args[1] if len(args) > 1 else words.get("mode", Value("r"))).text
    results = []
    for one in path.options():
        if set(mode) & set("wax+"):
            results.append(Value(one.text, path="writer()"))
            continue
        tags = file_tags(one.text) | caller.stored_tags(one.text)
        caller.emit("reads", fn.path, line, one.text, one.tags | tags)
        results.append(Value(path="reader()", tags=(tags or frozenset({"file"})) | one.tags))
    return merged(results)


def _write(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    target = fn.bound[0] if fn.bound else NOTHING
    text = args[0].text if args else ""
    caller.store(target.text, _all(args, words), line, fn.path)
    if args and args[0].known and len(text) < 4_000:  # noqa: PLR2004  # a script, not a table
        caller.written.setdefault(target.text.rpartition("/")[2], text)
    return NOTHING


def _dump(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    target = args[1] if len(args) > 1 else words.get("fp", NOTHING)
    if target.path == "writer()":
        caller.store(target.text, all_tags(args[0]), line, fn.path)
    return NOTHING


def _copied(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del words
    source, target = (*args[:2], NOTHING, NOTHING)[:2]
    tags = all_tags(source) | file_tags(source.text) | caller.stored_tags(source.text)
    if source.path not in {"reader()", "writer()"} and (tags & {"secret"} or file_tags(source.text)):
        caller.emit("reads", fn.path, line, source.text, tags)
    caller.store(target.text, tags | {"file"}, line, fn.path)
    return NOTHING


def _retrieved(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    address = args[0] if args else words.get("url", NOTHING)
    target = args[1] if len(args) > 1 else words.get("filename", words.get("out", NOTHING))
    tags = frozenset({f"download:{host_of(address.text)}"})
    caller.emit("receives", fn.path, line, address.text, all_tags(address))
    caller.store(target.text, tags, line, fn.path)
    return Value(path=f"{fn.path}()", items=[Value(target.const, tags=tags), NOTHING], tags=tags)


def _mapped(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del fn, words
    if len(args) < 2:  # noqa: PLR2004  # a function and what it is mapped over
        return NOTHING
    items = iterated(args[1])
    if items is None:
        return Value(
            tags=all_tags(args[1])
            | all_tags(caller.call(args[0], [caller.one_of(args[1])], {}, line, caller.top))
        )
    results = []
    for place, one in enumerate(items):
        results.append(caller.call(args[0], [one], {}, line, caller.top))
        if place > 100_000:  # noqa: PLR2004  # the bound of a range
            break
    return Value(items=results, tags=args[1].tags)


def _command(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    given = (args[0] if args else None) or words.get("args") or words.get("cmd") or NOTHING
    texts = [
        " ".join(part.text for part in one.items[:200]) if one.items is not None else one.text
        for one in given.options()
    ]
    tags = _all(args, words)
    for text in texts:
        caller.run_command(text, fn.path, line, tags)
        if given.items is not None and len(given.items) > 2:  # noqa: PLR2004  # interpreter, -c, code
            caller.run_words([part.text for part in given.items], line, tags)
    return Value(
        path=f"{fn.path}()",
        tags=frozenset({"output"}) | (caller.output_tags(texts[0]) if texts else frozenset()),
    )


def _setup(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del fn, args, line
    commands = words.get("cmdclass", NOTHING)
    extra = words.get("\x00words", NOTHING)
    if commands is NOTHING and extra.fields:
        commands = extra.fields.get("cmdclass", NOTHING)
    for name, command in (commands.fields or {}).items():
        if str(name) in INSTALLING:
            _run_command_class(caller, command)
    return NOTHING


def _run_command_class(caller: Caller, command: Value) -> None:
    for one in command.options():
        kind = one.kind
        for method in kind.methods.values() if kind else ():
            if method.closure is not None:
                was, caller.trigger = caller.trigger, max(caller.trigger, Trigger.INSTALL)
                try:
                    caller.invoke(method.closure, [], {})
                finally:
                    caller.trigger = was


def _execute_module(
    caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int
) -> Value:
    del fn
    for arg in [*args, *words.values()]:
        for one in arg.options():
            caller.module(one.text)
    del line
    return NOTHING


def _partial(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del caller, fn, words, line
    return args[0] if args else NOTHING


def _getattr(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del fn, words
    of, name = (*args[:2], NOTHING, NOTHING)[:2]
    if not name.known or not isinstance(name.const, str):
        return Value(tags=of.tags)
    found = caller.member(of, name.const)
    if name.tags & {"decoded"} and found.path:
        caller.emit("hides-name", found.path, line, name.text, name.tags)
    return merged([found, *args[2:3]])


def _setattr(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del fn, words
    if len(args) > 2:  # noqa: PLR2004  # an object, a name, a value
        of, name, value = args[:3]
        if of.fields is not None and name.known:
            of.fields[name.const] = value
        if of.path:
            caller.replaced(f"{of.path}.{name.text}", value, line)
    return NOTHING


def _archive(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del line
    of = args[0] if args else words.get("name", NOTHING)
    return Value(of.const, path=f"{fn.path}()", tags=_all(args, words) | caller.stored_tags(of.text))


def _extracted(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del line
    target = args[0] if args else words.get("path", Value("."))
    tags = all_tags(fn.bound[0]) if fn.bound else frozenset()
    if tags and len(caller.unpacked) < 100:  # noqa: PLR2004  # more are not remembered
        caller.unpacked[target.text.rstrip("/")] = tags
    return NOTHING


SPECIALS: dict[str, Any] = {
    **dict.fromkeys(("open", "io.open", "codecs.open", "pathlib.Path().open", "aiofiles.open", "gzip.open",
        "builtins.open"), _open),
    **dict.fromkeys(
        ("writer().write", "writer().writelines", "pathlib.Path().write_text", "pathlib.Path().write_bytes",
            "writer()[].write"), _write),
    **dict.fromkeys(("zipfile.ZipFile", "tarfile.open"), _archive),
    **dict.fromkeys(("zipfile.ZipFile().extractall", "tarfile.open().extractall", "zipfile.ZipFile().extract"), _extracted),
    **dict.fromkeys(("setattr", "builtins.setattr"), _setattr),
    **dict.fromkeys(("getattr", "builtins.getattr"), _getattr),
    **dict.fromkeys(("json.dump", "pickle.dump", "yaml.dump", "shutil.copyfileobj"), _dump),
    **dict.fromkeys(
        ("shutil.copy", "shutil.copyfile", "shutil.copy2", "shutil.move", "os.rename", "os.replace", "shutil.copytree",
            "os.symlink"),
        _copied),
    **dict.fromkeys(("urllib.request.urlretrieve", "urllib.urlretrieve", "wget.download", "gdown.download"), _retrieved),
    **dict.fromkeys(("setuptools.setup", "distutils.core.setup", "skbuild.setup", "numpy.distutils.core.setup"), _setup),
    **dict.fromkeys(
        ("subprocess.run", "subprocess.call", "subprocess.Popen", "subprocess.check_output", "subprocess.check_call",
            "os.system",
         "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell",
             "commands.getoutput",
         "asyncio.create_subprocess_exec", "pty.spawn", "os.startfile"), _command),
    "map": _mapped,
    "functools.partial": _partial,
    "runpy.run_module": _execute_module,
}  # fmt: skip
