"""What Python's own unpicklers do with a stream: each runs in a process of its own, within what bench/unpickler.py closes.

Reads streams as lines of base64; answers each with a line of JSON, by reader: the events in their order, and how it ended. In two
readers every name is a probe, which tells when it is called, made, built into or put into, and does nothing; in the others
names are what they are, and whatever reaches for the system is told and refused (``sys.addaudithook``).
"""

from __future__ import annotations

import _pickle
import base64
import contextlib
import importlib
import io
import json
import os
import pickle  # noqa: TID251  # this is what loads, where nothing can be harmed
import resource
import select
import signal
import sys
from typing import Any, ClassVar

LONGEST = 2.0
"""Seconds for one reader."""
MEMORY = 1 << 30
MOST_STREAMS = 50
ACTS = (
    "os.", "subprocess.", "socket.", "ctypes.", "shutil.", "webbrowser.", "winreg.", "signal.", "fcntl.", "mmap.", "glob.",
    "tempfile.", "urllib.", "smtplib.", "ftplib.", "poplib.", "imaplib.", "telnetlib.", "pty.", "syslog.", "builtins.input", "exec",
    "compile", "open", "resource.", "sqlite3.", "code.__new__", "function.__new__", "sys.set", "sys.add", "gc.", "cpython.",
)  # fmt: skip
"""Audit events of something that no data needs."""
_QUIET = ("os.listdir", "os.scandir")
WARM = (
    "abc argparse array bdb builtins code codecs collections copyreg datetime decimal doctest enum fractions functools"
    " importlib inspect io ipaddress itertools logging marshal operator os pathlib pdb pickle pickletools pkgutil platform posix"
    " random re runpy shutil string struct subprocess sys tempfile time timeit types typing uuid webbrowser zoneinfo"
).split()


class Told:
    """Events of one reader, written as they happen: it may not live to the end."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe
        self.left = 500
        self.tell = True

    def __call__(self, *event: object) -> None:
        """One event."""
        if self.tell and self.left > 0:
            self.left -= 1
            with contextlib.suppress(ValueError, RecursionError):
                os.write(self.pipe, json.dumps([str(part)[:2000] for part in event]).encode() + b"\n")


class Hook:
    """A method of a probe: told when it is called, on an instance or on the class itself."""

    def __init__(self, told: Told, what: str) -> None:
        self.told, self.what = told, what

    def __get__(self, instance: object, owner: type) -> object:
        """What is then called, with whatever."""
        on = "instance" if instance is not None else "class"
        return lambda *_: self.told(self.what, owner.__dict__.get("path", "?"), on)


def probes(told: Told) -> Any:
    """The metaclass of probes, and with it how they are made."""

    class Probe(type):
        path = "?"

        def __call__(cls, *_: object, **__: object) -> object:
            told("call", cls.path)
            return object.__new__(cls)  # type: ignore[arg-type]  # it is a class, and this its metaclass

        def __setitem__(cls, *_: object) -> None:
            told("set", cls.path, "class")

        def __hash__(cls) -> int:
            return id(cls)

    return Probe


def probe(made: dict[tuple[str, str], Any], metaclass: Any, told: Told, module: str, name: str) -> object:
    """One for each name."""

    def new(cls: Any, *_: object, **__: object) -> object:
        told("new", cls.path)
        return object.__new__(cls)

    if (module, name) not in made:
        held = {
            "path": f"{module}.{name}".lstrip("."),
            "__new__": new,
            "__hash__": lambda _: 1,
            "__slots__": ("__dict__",),
        }
        for method, what in (
            ("__setstate__", "build"),
            ("append", "put"),
            ("extend", "put"),
            ("add", "put"),
        ):
            held[method] = Hook(told, what)
        held["__setitem__"] = lambda own, *_: told("set", type(own).path, "instance")
        made[module, name] = metaclass("probe", (), held)
    return made[module, name]


def probing(base: Any, told: Told) -> Any:
    """An unpickler of the kind, whose names are probes."""
    made: dict[tuple[str, str], Any] = {}
    metaclass = probes(told)

    class Unpickler(base):  # type: ignore[misc]  # of either kind
        def find_class(self, module: str, name: str) -> object:
            told("name", module, name)
            return probe(made, metaclass, told, module, name)

        def persistent_load(self, pid: object) -> object:
            told("persistent", type(pid).__name__)
            return probe(made, metaclass, told, "", "?")

    return Unpickler


def watching(told: Told) -> Any:
    """Python's own unpickler over real names, which tells of every call."""
    names: dict[int, tuple[str, object]] = {}
    base: Any = pickle._Unpickler  # it has no other name

    def path(function: object) -> str:
        return names.get(id(function), ("?",))[0]

    class Unpickler(base):  # type: ignore[misc]  # typeshed does not have it
        dispatch: ClassVar[dict[int, Any]] = dict(base.dispatch)

        def find_class(self, module: str, name: str) -> object:
            told("name", module, name)
            found = super().find_class(module, name)
            names[id(found)] = (f"{module}.{name}", found)
            return found

        def _instantiate(self, cls: object, args: object) -> None:
            told("call", path(cls))
            super()._instantiate(cls, args)

    def before(code: bytes, event: str, depth: int) -> None:
        original = base.dispatch[code[0]]

        def done(self: Unpickler) -> None:
            target = self.stack[depth]
            if event in {"call", "new"} or isinstance(target, type) or id(target) in names:
                told(event, path(target), "class")
            original(self)

        Unpickler.dispatch[code[0]] = done

    before(pickle.REDUCE, "call", -2)
    before(pickle.NEWOBJ, "new", -2)
    before(pickle.NEWOBJ_EX, "new", -3)
    before(pickle.BUILD, "build", -2)
    return Unpickler


def refuse(told: Told) -> None:
    """From now on whatever reaches for the system is told, and does not happen."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event == "pickle.find_class":
            told("name", *args)
        if not event.startswith(ACTS) or event in _QUIET or not told.tell:
            return
        frame = sys._getframe(1) if hasattr(sys, "_getframe") else None
        while frame is not None:
            if frame.f_code.co_filename.startswith("<frozen importlib"):
                return
            frame = frame.f_back
        told("acts", event, repr(args)[:100])
        raise RuntimeError("refused")

    sys.addaudithook(hook)


def read(reader: str, data: bytes, told: Told) -> None:
    """One stream after another, as the reader does, until it fails or all is read."""
    if reader.startswith("probe"):
        base: Any = pickle._Unpickler if reader == "probe python" else _pickle.Unpickler
        kind = probing(base, told)
    else:
        refuse(told)
        kind = watching(told) if reader == "real python" else _pickle.Unpickler
    stream: io.BufferedIOBase = io.BytesIO(data)
    if reader == "probe file":
        stream = io.BufferedReader(io.BytesIO(data), 16)
    for _ in range(MOST_STREAMS):
        if stream.tell() >= len(data):
            break
        try:
            value = pickle.loads(data) if reader == "real memory" else kind(stream).load()  # noqa: S301
        except BaseException as error:  # noqa: BLE001  # whatever the stream raises
            told("error", type(error).__name__, str(error)[:120])
            return
        told.tell = False
        shown = plain(value)
        told.tell = True
        told("value", shown, stream.tell())
        if reader == "real memory":
            break


def plain(value: Any, depth: int = 0) -> str:
    """Plain data as text; ``?`` where there is anything else in it. Nothing of the stream's is asked."""
    kind = type(value)
    if value is None or kind in {bool, int, float, str, bytes}:
        return repr(value)
    if depth > 5 or kind not in {list, tuple, dict}:
        return "?"
    if kind is dict:
        return "{" + ",".join(f"{plain(k, depth + 1)}:{plain(v, depth + 1)}" for k, v in value.items()) + "}"
    items = ",".join(plain(each, depth + 1) for each in value)
    return f"[{items}]" if kind is list else f"({items})"


READERS = ("probe memory", "probe file", "probe python", "real memory", "real python")


def apart(reader: str, data: bytes) -> list[list[str]]:
    """The events of one reader, in a process that dies with it."""
    out, pipe = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(out)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (2, 2))
        resource.setrlimit(resource.RLIMIT_NPROC, (20, 20))
        nowhere = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        told = Told(pipe)
        try:
            read(reader, data, told)
            told("end")
        finally:
            os._exit(0)
    os.close(pipe)
    pieces = []
    while select.select([out], [], [], LONGEST)[0] and (piece := os.read(out, 1 << 16)):
        pieces.append(piece)
    os.close(out)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    lines = b"".join(pieces).split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def main() -> None:
    """Until the input ends."""
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin.buffer:
        data = base64.b64decode(line)
        print(json.dumps({reader: apart(reader, data) for reader in READERS}), flush=True)


if __name__ == "__main__":
    main()
