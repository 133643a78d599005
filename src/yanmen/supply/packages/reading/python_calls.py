"""Calls of Python that need more than a table: files by their mode, functions that are mapped, the set-up of a distribution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from yanmen.supply.packages.reading.effects import Trigger, host_of
from yanmen.supply.packages.reading.feeding import FED, feed, started
from yanmen.supply.packages.reading.kept import RESOURCES, as_text, held
from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.places import content_tags, file_tags
from yanmen.supply.packages.reading.python_loading import LOADING
from yanmen.supply.packages.reading.python_paths import PATHS
from yanmen.supply.packages.reading.values import HOLE, NOTHING, Value, all_tags, iterated, merged

Special = Callable[[Caller, Value, list[Value], Mapping[str, Value], int], Value]
INSTALLING = frozenset(
    "install develop build build_py build_ext build_clib egg_info install_lib install_scripts install_data install_egg_info "
    "bdist_wheel bdist_egg editable_wheel dist_info easy_install sdist".split()
)
"""Commands of setuptools that run when a distribution is built or installed."""


def _all(args: list[Value], words: Mapping[str, Value]) -> frozenset[str]:
    return frozenset(tag for arg in [*args, *words.values()] for tag in all_tags(arg))


def _open(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    if fn.path.endswith("Path().open") and fn.bound:
        args = [fn.bound[0], *args]
    path = args[0] if args else words.get("file", NOTHING)
    mode = (args[1] if len(args) > 1 else words.get("mode", Value("r"))).text
    results = []
    for one in path.options():
        if set(mode) & set("wax+"):
            results.append(Value(one.text, path="writer()"))
            continue
        tags = file_tags(one.text) | caller.stored_tags(one.text)
        caller.emit("reads", fn.path, line, one.text, one.tags | tags)
        inner = None if tags else held(caller, one)
        results.append(
            Value(
                path="reader()",
                tags=(tags or frozenset({"file"})) | one.tags,
                bound=None if inner is None else (inner if "b" in mode else as_text(inner), "held"),
            )
        )
    return merged(results)


def _write(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    target = fn.bound[0] if fn.bound else NOTHING
    text = args[0].text if args else ""
    caller.store(target.text, _all(args, words) | content_tags(text), line, fn.path)
    if args and args[0].known and len(text) < 4_000:  # noqa: PLR2004  # a script, not a table
        caller.written.setdefault(target.text.rpartition("/")[2], text)
    return NOTHING


def _dump(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    target = args[1] if len(args) > 1 else words.get("fp", NOTHING)
    if target.path == "writer()":
        caller.store(target.text, all_tags(args[0]), line, fn.path)
    elif args and target is not NOTHING:
        target.tags |= all_tags(args[0])
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
    caller.emit("receives", fn.path, line, address.text, all_tags(address) | caller.hidden_tags(address))
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


_NO_WINDOW = 0x0800_0000 | 0x8
"""CREATE_NO_WINDOW, DETACHED_PROCESS."""


def _command(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    given = (args[0] if args else None) or words.get("args") or words.get("cmd") or NOTHING
    texts = [
        " ".join(part.text for part in one.items[:200]) if one.items is not None else one.text
        for one in given.options()
    ]
    flags = words.get("creationflags", NOTHING).const
    unseen = "startupinfo" in words or (isinstance(flags, int) and bool(flags & _NO_WINDOW))
    tags = _all(args, words) | (frozenset({"out of sight"}) if unseen else frozenset())
    for text in texts:
        caller.run_command(text, fn.path, line, tags)
        if given.items is not None and len(given.items) > 2:  # noqa: PLR2004  # interpreter, -c, code
            caller.run_words([part.text for part in given.items], line, tags)
        feed(caller, text, words.get("input", NOTHING), line)
    return Value(
        path=f"{fn.path}()",
        tags=frozenset({"output"}) | (caller.output_tags(texts[0]) if texts else frozenset()),
        bound=started(texts[0]) if texts else None,
    )


def _asked_host(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``connection.request(method, path, body)``: the host is the connection's."""
    of = fn.bound[0] if fn.bound else NOTHING
    host = of.bound[0] if of.bound and of.bound[1] == "host" else NOTHING
    path = args[1] if len(args) > 1 else words.get("url", NOTHING)
    address = f"{host.text}{path.text}" if host is not NOTHING else path.text
    caller.emit(
        "sends", fn.path, line, address, _all(args, words) | all_tags(of, 1) | caller.hidden_tags(host)
    )
    return Value(path=f"{fn.path}()", tags=frozenset({f"download:{host_of(address)}"}))


def _became(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``os.exec…`` and ``os.spawn…``: a path, then the arguments, of which the first is only the name that is shown."""
    del words
    given = args[1:] if ".spawn" in fn.path else args
    parts = [given[0].text] if given else []
    for arg in given[1:]:
        parts += [one.text for one in arg.items[1:100]] if arg.items is not None else [arg.text]
    if fn.path.endswith(("l", "lp", "le")) and len(parts) > 1:
        del parts[1]
    caller.run_command(" ".join(parts), fn.path, line, _all(given, {}) - {"env"})
    caller.run_words(parts, line, frozenset())
    return NOTHING


def _installer(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """pip, called as a function."""
    del words
    for arg in args[:1]:
        given = [one.text for one in arg.items] if arg.items is not None else [arg.text]
        caller.run_command(" ".join(["pip", *given]), fn.path, line, _all(args, {}))
    return NOTHING


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


def _cell_hook(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A notebook hands each cell that is run to a function."""
    del fn, words, line
    caller.callbacks(args, {}, Value(tags=frozenset({"forms"})), now=True)
    return NOTHING


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
    del caller, line
    return (
        Value(path=f"{fn.path}()", items=list(args), fields=dict(words), tags=_all(args, words))
        if args
        else NOTHING
    )


def _same(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del caller, fn, words, line
    return args[0] if args else NOTHING


def _entered(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``with value``: what the value's own ``__enter__`` gives, or the value."""
    del fn, words
    value = args[0] if args else NOTHING
    if value.path == "generator()" and value.items:
        return value.items[0]
    for name in ("__enter__", "__aenter__"):
        method = caller.of_class(value, name)
        if method is not None and method.closure is not None:
            found = caller.call(method, [], {}, line, caller.top)
            return value if found is NOTHING else found
    return value


def _started(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A function that a thread, a process, a timer or the end of the program runs, with its arguments."""
    place = _TARGETS.get(fn.path, 0)
    target = words.get("target", words.get("function", args[place] if place < len(args) else NOTHING))
    rest = args[place + 1 :]
    packed = words.get("args", rest[0] if fn.path in _PACKED and rest else None)
    if packed is not None:
        rest = list(iterated(packed) or [Value(tags=all_tags(packed))])
    elif fn.path in _TARGETS and fn.path not in _PLAIN_REST:
        rest = []
    result = caller.call(target, rest, words.get("kwargs", NOTHING).fields or {}, line, caller.top)
    return Value(path=f"{fn.path}()", tags=result.tags)


_TARGETS = {
    "threading.Thread": 1, "multiprocessing.Process": 1, "threading.Timer": 1, "_thread.start_new_thread": 0, "atexit.register": 0,
    "asyncio.to_thread": 0, "asyncio.get_event_loop().run_in_executor": 1, "asyncio.get_running_loop().run_in_executor": 1,
    "concurrent.futures.ThreadPoolExecutor().submit": 0, "concurrent.futures.ProcessPoolExecutor().submit": 0,
    "concurrent.futures.ThreadPoolExecutor().map": 0, "signal.signal": 1, "threading.excepthook": 0,
    "multiprocessing.Pool().apply_async": 0, "multiprocessing.Pool().map": 0,
}  # fmt: skip
"""Where the function stands among the arguments."""
_PACKED = frozenset({"threading.Timer", "_thread.start_new_thread", "multiprocessing.Pool().apply_async"})
_PLAIN_REST = frozenset({
    "atexit.register", "asyncio.to_thread", "asyncio.get_event_loop().run_in_executor",
    "asyncio.get_running_loop().run_in_executor",
    "concurrent.futures.ThreadPoolExecutor().submit", "concurrent.futures.ProcessPoolExecutor().submit",
})  # fmt: skip


def _reduced(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del fn, words
    if len(args) < 2:  # noqa: PLR2004  # a function and what it is folded over
        return NOTHING
    items = list(iterated(args[1]) or [caller.one_of(args[1])])[:5_000]
    total = args[2] if len(args) > 2 else items.pop(0) if items else NOTHING  # noqa: PLR2004
    for one in items:
        total = caller.call(args[0], [total, one], {}, line, caller.top)
    return total


def _put_bytes(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``os.write(file, data)``."""
    if len(args) > 1:
        caller.store(args[0].text, _all(args[1:], words), line, fn.path)
    return NOTHING


def _key_opened(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del caller, words, line
    return Value(args[1].const if len(args) > 1 else HOLE, path=f"{fn.path}()")


def _key_set(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    text = "\\".join(arg.text for arg in args[:2])
    caller.emit("writes", fn.path, line, text, _all(args, words))
    return NOTHING


def _found_hook(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A finder of modules is asked at the next import."""
    del fn, words
    for arg in args:
        for name in ("find_spec", "find_module", "__call__"):
            method = caller.of_class(arg, name)
            if method is not None and method.closure is not None:
                caller.call(method, [NOTHING, NOTHING], {}, line, caller.top)
    return NOTHING


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


def _extracted(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del line
    target = args[0] if args else words.get("path", Value("."))
    tags = all_tags(fn.bound[0]) if fn.bound else frozenset()
    if tags and len(caller.unpacked) < 100:  # noqa: PLR2004  # more are not remembered
        caller.unpacked[target.text.rstrip("/")] = tags
    return NOTHING


SPECIALS: dict[str, Any] = {
    **RESOURCES, **FED, **PATHS,
    **dict.fromkeys(("open", "io.open", "codecs.open", "pathlib.Path().open", "aiofiles.open", "gzip.open",
        "builtins.open"), _open),
    **dict.fromkeys(
        ("writer().write", "writer().writelines", "pathlib.Path().write_text", "pathlib.Path().write_bytes",
            "writer()[].write"), _write),
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
    **dict.fromkeys(("http.client.HTTPSConnection().request", "http.client.HTTPConnection().request",
        "httplib.HTTPSConnection().request"), _asked_host),
    **dict.fromkeys(("IPython.get_ipython().events.register", "get_ipython().events.register",
        "IPython.core.getipython.get_ipython().events.register"), _cell_hook),
    "map": _mapped,
    **dict.fromkeys(("functools.partial", "operator.methodcaller", "operator.attrgetter"), _partial),
    **dict.fromkeys(("staticmethod", "classmethod", "builtins.staticmethod", "typing.final", "functools.total_ordering"), _same),
    **dict.fromkeys(_TARGETS, _started),
    "\x00enter": _entered,
    "functools.reduce": _reduced,
    **LOADING,
    "os.write": _put_bytes,
    **dict.fromkeys(("pip.main", "pip._internal.main", "pip._internal.cli.main.main", "pip._internal.main.main"), _installer),
    **dict.fromkeys(
        (f"os.{name}" for name in (
            "execv", "execl", "execlp", "execvp", "execve", "execvpe", "posix_spawn", "spawnl", "spawnlp", "spawnv", "spawnvp",
            "spawnve", "spawnvpe")), _became),
    **dict.fromkeys(("winreg.OpenKey", "winreg.CreateKey", "winreg.CreateKeyEx",
        "winreg.OpenKeyEx", "_winreg.OpenKey"), _key_opened),
    **dict.fromkeys(("winreg.SetValueEx", "winreg.SetValue", "_winreg.SetValueEx"), _key_set),
    **dict.fromkeys(("sys.meta_path.insert", "sys.meta_path.append", "sys.path_hooks.insert",
        "sys.path_hooks.append"), _found_hook),
    "runpy.run_module": _execute_module,
}  # fmt: skip
