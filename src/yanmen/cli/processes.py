"""One process group: the doors, the console and the bundled model as children that are watched, restarted and stopped.

A child is this module run as ``python -m yanmen.cli.processes NAME``. It reads its configuration (which may hold a
credential, so neither argument nor environment) as one JSON line on standard input, answers one JSON line on standard
output when it is ready (or ``{"error": …}`` for what the user can mend), and ends when standard input does: children
never outlive the parent, not even its kill -9.
"""

from __future__ import annotations

import contextlib
import json
import logging
import logging.handlers
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any

import msgspec

from yanmen.core.config import Config
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.secret_files import private_folder

START_SECONDS = 150.0
"""How long a child may take to say that it is ready; a gateway loads its encoder, for which it has 90."""
STOP_SECONDS = 10.0
"""How long a child may take to end after it was asked to."""
LOG_BYTES, LOG_FILES = 10 << 20, 3
"""A bound on what each child's log may take on disk."""
RESTARTS, RESTART_WINDOW = 5, 60.0
"""A child that dies more often than this within the window (seconds) is not started again: the group ends."""


@dataclass
class Child:
    """One process of the group."""

    name: str
    command: list[str]
    config: Config | None
    logs: Path
    keeps: tuple[int, ...] = ()
    """Descriptors that it inherits."""
    ready: dict[str, Any] = field(default_factory=dict)
    """What it said when it was ready."""
    starts: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    patience: float = STOP_SECONDS
    """How long it may take to end after it was asked to."""
    _log: logging.Logger | None = None
    _reader: threading.Thread | None = None

    def start(self) -> None:
        """Start it and wait until it is ready; YanmenError with the end of its log when it is not, or has nowhere to log."""
        private_folder(self.logs)
        self.starts = [at for at in self.starts if at > time.monotonic() - RESTART_WINDOW] + [
            time.monotonic()
        ]
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own module
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=self.keeps,
        )
        tail: list[str] = []
        kept = (_pipe(self.process.stderr), tail)
        self._reader = threading.Thread(target=self._keep, args=kept, daemon=True)
        self._reader.start()
        if self.config is not None:
            stdin = _pipe(self.process.stdin)
            stdin.write(msgspec.json.encode(self.config) + b"\n")
            stdin.flush()
        line = _first_line(self.process, START_SECONDS)
        if not line:
            self.stop()
            code, last = self.process.returncode, "; ".join(tail[-3:])
            why = Phrase(en=last or f"exit code {code}", zh=last or f"退出码 {code}")
            if line is None:
                why = Phrase(
                    en=f"not ready within {START_SECONDS:.0f} seconds", zh=f"{START_SECONDS:.0f} 秒内未就绪"
                )
            raise YanmenError(
                Phrase(en=f"{self.name} did not start: {why.en}", zh=f"{self.name} 未能启动：{why.zh}"),
                hint=Phrase(en=f"See {self._log_file}.", zh=f"详情见 {self._log_file}。"),
            )
        said = json.loads(line)
        if "error" in said:
            self.stop()
            raise _error_of(said)
        self.ready = said

    @property
    def _log_file(self) -> Path:
        return self.logs / f"{self.name}.log"

    def _keep(self, stream: IO[bytes], tail: list[str]) -> None:
        """Copy what the child says on standard error to its bounded log."""
        if self._log is None:
            handler = logging.handlers.RotatingFileHandler(
                self._log_file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
            )
            self._log = logging.Logger(self.name)  # noqa: LOG001  # of this child alone, in no tree
            self._log.addHandler(handler)
        for raw in iter(lambda: stream.readline(1 << 16), b""):
            line = raw.decode("utf-8", "replace").rstrip("\n")
            tail.append(line)
            del tail[:-20]
            self._log.info("%s", line)
        stream.close()

    def tell(self, config: Config) -> None:
        """Hand it another configuration, with which it also comes back when it dies."""
        self.config = config
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(msgspec.json.encode(config) + b"\n")
                self.process.stdin.flush()

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def may_restart(self) -> bool:
        """Whether it has not died too often of late."""
        return len([at for at in self.starts if at > time.monotonic() - RESTART_WINDOW]) <= RESTARTS

    def stop(self) -> None:
        """Ask it to end, wait, and kill it when it does not."""
        if self.process is None:
            return
        if self.process.stdin is not None and not self.process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        if self._reader is not None:
            self._reader.join(1)  # what it writes after the log is closed would open it again
        if self._log is not None:
            for handler in self._log.handlers:
                handler.close()


def model(logs: Path) -> Child:
    """The bundled model on a free port."""
    threads = str(max(1, min(4, (os.cpu_count() or 2))))
    command = [sys.executable, "-m", "yanmen.llm.bundled", "--port", "0", "--threads", threads]
    return Child(name="model", command=command, config=None, logs=logs)


def door(name: str, config: Config) -> Child:
    """The gateway or the console."""
    command = [sys.executable, "-m", "yanmen.cli.processes", name]
    child = Child(name=name, command=command, config=config, logs=Path(config.data) / "logs")
    if name == "gateway":
        child.patience += config.gateway.drain_seconds + config.gateway.stop_seconds
    return child


def watch(
    children: list[Child],
    stop: threading.Event,
    say: Callable[[str, str], None],
    renew: Callable[[], None] = lambda: None,
) -> bool:
    """Restart whichever child dies, until told to stop; False when one died too often or could not come back.

    ``renew`` is called at each look, four times a second.
    """
    while not stop.wait(0.25):
        renew()
        for child in children:
            if child.alive():
                continue
            child.stop()
            say("died", child.name)
            if not child.may_restart():
                say("gave_up", child.name)
                return False
            try:
                child.start()
            except YanmenError as error:
                say("failed", str(error))
                return False
            say("restarted", child.name)
    return True


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the child was started without this pipe")
    return stream


def _first_line(process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
    """The first line of a child's standard output; empty when it ends before, None when the time is up."""
    lines: list[bytes] = []
    reader = threading.Thread(
        target=lambda: lines.append(_pipe(process.stdout).readline(1 << 16)), daemon=True
    )
    reader.start()
    reader.join(seconds)
    return lines[0] if lines else None


def _child(name: str, shared: str = "") -> None:
    """Run one door until standard input ends or SIGTERM comes. ``shared``: the descriptor of a socket that it accepts from."""
    from yanmen.store import Store  # only what this child needs is imported: memory is counted

    config = msgspec.json.decode(sys.stdin.buffer.readline(), type=Config)
    logging.basicConfig(level=config.telemetry.log_level.upper(), format="%(message)s", stream=sys.stderr)
    stopping = _Stopping()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stopping)
    serve, take = _served(name, shared)
    threading.Thread(target=_end_with_parent, args=(take,), daemon=True).start()
    try:
        with Store.open(Path(config.data), config.store) as store:
            serve(config, store, stopping.say_ready)
    except YanmenError as error:
        logging.getLogger(__name__).exception("did not start")
        _say(_said_of(error))
        raise SystemExit(2) from error


def _served(
    name: str,
    shared: str,
) -> tuple[Callable[[Config, Any, Callable[[int], None]], None], Callable[[Config], None]]:
    """What runs a door, and what takes another configuration while it runs."""
    if name == "gateway":
        from yanmen.gateway.process import run as gateway
        from yanmen.gateway.renewing import Offers

        offers = Offers()
        listening = socket.socket(fileno=int(shared)) if shared else None
        return lambda config, store, ready: gateway(config, store, ready, offers, listening), offers.offer
    from yanmen.console.process import run as console

    return console, lambda _: None


class _Stopping:
    """What a signal does when no server handles it: it ends the start; after serving, it does not cut the closing short."""

    def __init__(self) -> None:
        self._served = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if not self._served:
            raise SystemExit(0)

    def say_ready(self, port: int) -> None:
        self._served = True
        _say({"port": port})


def _say(said: dict[str, Any]) -> None:
    """One line to the parent."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _said_of(error: YanmenError) -> dict[str, Any]:
    """An error as the parent is told of it, in both languages."""
    return {
        "error": msgspec.to_builtins(error.message),
        "hint": msgspec.to_builtins(error.hint),
        "where": error.where,
    }


def _error_of(said: dict[str, Any]) -> YanmenError:
    """The error that a child told of."""
    message, hint = (msgspec.convert(said[word], Phrase) for word in ("error", "hint"))
    return YanmenError(message, hint=hint, where=said["where"])


def _end_with_parent(take: Callable[[Config], None]) -> None:
    """Pass on each further line of standard input, a configuration; end when it does."""
    kept = b""
    while came := os.read(
        sys.stdin.fileno(), 1 << 12
    ):  # unbuffered: a buffer's lock would be held when Python ends
        *lines, kept = (kept + came).split(b"\n")
        for line in lines:
            take(msgspec.json.decode(line, type=Config))
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    _child(*sys.argv[1:])
