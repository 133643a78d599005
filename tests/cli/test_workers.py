"""Several gateways behind one port."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import msgspec
import pytest

from yanmen.cli import workers
from yanmen.core.config import Config, Gateway


def config(folder: Path, count: int) -> Config:
    """So many gateways on a free port."""
    return Config(data=str(folder), gateway=Gateway(port=0, workers=count))


def test_one_gateway_binds_its_own_socket(tmp_path: Path) -> None:
    """As ever."""
    assert workers.listening(config(tmp_path, 1)) is None
    assert [child.name for child in workers.gateways(config(tmp_path, 1), None)] == ["gateway"]


def test_several_inherit_one_and_have_logs_of_their_own(tmp_path: Path) -> None:
    """The parent holds it for as long as it lives."""
    shared = workers.listening(config(tmp_path, 3))
    assert shared is not None
    with shared:
        children = workers.gateways(config(tmp_path, 3), shared)
        assert [child.name for child in children] == ["gateway", "gateway-2", "gateway-3"]
        assert all(child.keeps == (shared.fileno(),) for child in children)
        assert all(child.command[-1] == str(shared.fileno()) for child in children)
        assert all(workers.is_gateway(child) for child in children)


def test_the_service_managers_socket_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is meant for this process, and no other."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        monkeypatch.setattr(workers, "_FIRST", os.dup(made.fileno()))
        monkeypatch.setenv("LISTEN_FDS", "1")
        monkeypatch.setenv("LISTEN_PID", str(os.getpid() + 1))
        assert workers.listening(config(tmp_path, 1)) is None
        monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
        given = workers.listening(config(tmp_path, 1))
        assert given is not None
        with given:
            assert given.getsockname() == made.getsockname()


def test_a_single_gateway_is_not_rolled_and_says_why(tmp_path: Path) -> None:
    """It would have to stop before the next could start."""
    told: list[str] = []
    (only,) = workers.gateways(config(tmp_path, 1), None)
    children = [only]
    workers.roll(children, None, lambda key, _: told.append(key))

    assert told == ["not_rolled"]
    assert children == [only]
    assert msgspec.to_builtins(only.config)["gateway"]["workers"] == 1
