"""Two network namespaces of an ordinary user, joined by a cable: behind one the wall, behind the other whoever knocks.

A helper process in each makes sockets there and hands them over: so the test itself speaks to that namespace's kernel.
"""

from __future__ import annotations

import os
import select
import selectors
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.core.clock import now
from yanmen.core.config import Config
from yanmen.core.ids import new_id
from yanmen.core.nouns import FOREVER, Decision, Event, Ref, Verdict
from yanmen.edge.netlink import SOCKET, Netlink
from yanmen.edge.site import Site, site_of
from yanmen.edge.wall import Wall
from yanmen.store import Store

PORT, OTHER = 8080, 9090
"""A guarded port and one that is not."""
SERVER = {4: "10.9.0.1", 6: "fd09::1"}
V6_CLIENTS = ("fd09::2", "fd09::3", "fd09:0:0:1::2")
_HELPER = """
import socket, sys
end = socket.socket(fileno=int(sys.argv[1]))
end.send(b"ready")
while asked := end.recv(64):
    made = socket.socket(*map(int, asked.split()))
    socket.send_fds(end, [b"."], [made.fileno()])
    made.close()
"""
Prepared = Callable[..., tuple[Site, Config]]


class Space:
    """A network namespace."""

    def __init__(self, *around: str) -> None:
        """Made by a helper that ``around`` starts."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._end = ours
        command = [*around, sys.executable, "-I", "-S", "-c", _HELPER, str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
        theirs.close()
        ours.settimeout(10)
        if ours.recv(16) != b"ready":
            assert self._process.stderr is not None
            why = self._process.stderr.read().decode()
            self.close()
            raise OSError(why)

    @property
    def enter(self) -> list[str]:
        """What a command begins with to be run inside."""
        return ["nsenter", f"--target={self._process.pid}", "--user", "--net", "--preserve-credentials"]

    @property
    def pid(self) -> int:
        """Of the helper."""
        return self._process.pid

    def socket(self, *kind: int) -> socket.socket:
        """A socket inside."""
        self._end.send(" ".join(map(str, map(int, kind))).encode())
        _, (number,), _, _ = socket.recv_fds(self._end, 1, 1)
        return socket.socket(fileno=number)

    def run(self, *command: str) -> str:
        """The output of a command that is run inside."""
        return subprocess.run([*self.enter, *command], check=True, capture_output=True, text=True).stdout

    def close(self) -> None:
        """The namespace goes with the last process and socket in it."""
        self._end.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


class Lab:
    """A machine with a wall, and clients at the other end of a cable."""

    def __init__(self) -> None:
        """OSError or CalledProcessError where this machine cannot."""
        self.folder = Path()
        self.server = Space("unshare", "--user", "--map-root-user", "--net")
        self._opened: list[socket.socket] = []
        self._listening: list[threading.Thread] = []
        try:
            self.client = Space(*self.server.enter, "unshare", "--net")
            self._cable()
        except BaseException:
            self.server.close()
            raise

    def _cable(self) -> None:
        for space in (self.server, self.client):
            space.run("ip", "link", "set", "lo", "up")
        self.server.run(*"ip link add wall0 type veth peer name out0 netns".split(), str(self.client.pid))
        for space, device, addresses in (
            (self.server, "wall0", SERVER.values()),
            (self.client, "out0", ("10.9.0.2", *V6_CLIENTS)),
        ):
            for address in addresses:
                length = "60" if ":" in address else "16"
                more = ["nodad"] if ":" in address else []
                space.run("ip", "address", "add", f"{address}/{length}", "dev", device, *more)
            space.run("ip", "link", "set", device, "up")
        self.client.run(*"ip route add local 10.9.128.0/17 dev lo".split())
        for port in (PORT, OTHER):
            for family, kind in ((4, socket.AF_INET), (6, socket.AF_INET6)):
                self._listen(kind, SERVER[family], port)
        self._listen(socket.AF_INET, "127.0.0.1", PORT)

    def _listen(self, kind: int, address: str, port: int) -> None:
        listener = self.server.socket(kind, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(4096)
        thread = threading.Thread(target=_answer, args=(listener,), daemon=True)
        thread.start()
        self._opened.append(listener)
        self._listening.append(thread)

    def open(self, source: str = "10.9.0.2", port: int = PORT, seconds: float = 10) -> socket.socket | None:
        """A connection from an address to the guarded machine that carried a word there and back; None where it is dropped."""
        v6 = ":" in source
        one = self.client.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_STREAM)
        one.settimeout(seconds)
        try:
            one.bind((source, 0))
            one.connect((SERVER[6 if v6 else 4], port))
            one.send(b"?")
            if one.recv(1) == b"!":
                return one
        except OSError:
            pass
        one.close()
        return None

    def reaches(self, source: str = "10.9.0.2", port: int = PORT, seconds: float = 10) -> bool:
        """Whether a connection from an address comes to stand, and carries a word."""
        found = self.open(source, port, seconds)
        if found is not None:
            found.close()
        return found is not None

    def dropped(self, source: str = "10.9.0.2") -> bool:
        """Whether none comes to stand, though it is waited for a while."""
        return not self.reaches(source, seconds=0.5)

    def burst(self, sources: Iterable[str]) -> int:
        """How many of many connections come to stand that are opened at the same moment; retransmissions are not waited for."""
        opened = []
        sources = list(sources)
        assert all(
            self.reaches(source, OTHER) for source in set(sources)
        )  # then each knows where the other is
        for source in sources:
            v6 = ":" in source
            one = self.client.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_STREAM)
            one.setblocking(False)
            one.bind((source, 0))
            one.connect_ex((SERVER[6 if v6 else 4], PORT))
            opened.append(one)
        time.sleep(0.5)
        _, writable, _ = select.select([], opened, [], 0)
        for one in opened:
            one.close()
        return len(writable)

    def netlink(self) -> Netlink:
        """To the guarded machine's kernel."""
        return Netlink(self.server.socket(*SOCKET))

    def close(self) -> None:
        """Everything goes."""
        for listener in self._opened:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # its thread closes it
        for thread in self._listening:
            thread.join(5)
        self.client.close()
        self.server.close()


def _answer(listener: socket.socket) -> None:
    """A word back for each word; who closes is closed."""
    with selectors.DefaultSelector() as held:
        held.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in held.select():
                one = key.fileobj
                assert isinstance(one, socket.socket)
                try:
                    if one is listener:
                        held.register(listener.accept()[0], selectors.EVENT_READ)
                        continue
                    if one.recv(16):
                        one.send(b"!")
                        continue
                except OSError:
                    pass
                held.unregister(one)
                one.close()
                if one is listener:
                    for other in list(held.get_map().values()):
                        other.fileobj.close()  # type: ignore[union-attr]  # sockets all
                    return


def _lacking() -> str:
    """Why this machine cannot have a lab; empty where it can."""
    for program in ("unshare", "nsenter", "ip"):
        if shutil.which(program) is None:
            return f"no program {program}"
    try:
        lab = Lab()
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or error
        return f"no network namespaces, or no veth, for this user: {said}"
    try:
        with lab.netlink() as netlink:
            Wall(netlink, site_of(Config())).lay({})
    except OSError as error:
        return f"no nf_tables: {error}"
    finally:
        lab.close()
    return ""


@pytest.fixture(scope="session")
def lacking() -> str:
    """Why this machine cannot have a lab; empty where it can."""
    return _lacking()


@pytest.fixture
def lab(lacking: str, tmp_path: Path) -> Iterator[Lab]:
    """A machine with a wall, and clients."""
    if lacking:
        pytest.skip(lacking)
    made = Lab()
    made.folder = tmp_path
    yield made
    made.close()


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """A site, with what [edge] says, and its configuration."""

    def make(gateway: dict[str, Any] | None = None, **edge: Any) -> tuple[Site, Config]:
        tree = {
            "data": str(tmp_path / "data"),
            "gateway": {"port": PORT, **(gateway or {})},
            "edge": {"ports": [PORT], **edge},
        }
        config = msgspec.convert(tree, Config)
        return site_of(config), config

    return make


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store that the wall follows."""
    with Store.open(tmp_path / "data") as opened:
        yield opened


Decide = Callable[..., str]


@pytest.fixture
def decide(store: Store) -> Decide:
    """Bans an address or network; the decision's id."""

    def make(ip: str, lasts: int = 3_600, verdict: Verdict = Verdict.BLOCK, **fields: Any) -> str:
        subject = Ref(kind="ip", id=ip)
        decision = Decision(
            id=new_id("dec"), at=now(), subject=subject, verdict=verdict, lasts=min(lasts, FOREVER), **fields
        )
        data = {"shadow" if decision.shadow else "decision": msgspec.to_builtins(decision)}
        store.append(Event(id=new_id("evt"), at=now(), kind="decision.made", data=data)).result(30)
        return decision.id

    return make


@pytest.fixture
def lift(store: Store) -> Callable[[str], None]:
    """Lifts a decision."""

    def make(decision: str) -> None:
        data = {"decision": decision, "reason": "a mistake"}
        store.append(Event(id=new_id("evt"), at=now(), kind="decision.lifted", data=data)).result(30)

    return make


def until(true: Callable[[], object], seconds: float = 10.0) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def eventually() -> Callable[..., bool]:
    """Whether something comes true in time."""
    return until


@pytest.fixture
def environment() -> dict[str, str]:
    """Of commands that are started: none of this machine's settings."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
