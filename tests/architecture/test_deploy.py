"""The units, the image and the compose file say what the program knows: commands, options, ports, names, times."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
import yaml

from yanmen.cli import yanmen_command
from yanmen.core import config

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
NODES = {name: said for name, said in COMPOSE["services"].items() if said["image"] == "yanmen"}
SETTLING = 10
"""Seconds beside the gateway's own that a stop may take."""


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> config.Config:
    """The configuration of every node of the compose file."""
    monkeypatch.setenv("PGPASSWORD", "x")
    return config.load(DEPLOY / "yanmen.toml").config


def unit(path: Path) -> dict[str, list[str]]:
    """Every key of a unit, with all its values."""
    read: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        if (found := re.match(r"(\w+)=(.*)", line)) is not None:
            read.setdefault(found[1], []).append(found[2])
    return read


def understood(words: list[str]) -> None:
    """Walk the program's own commands and options; click.UsageError where one does not exist."""
    command: click.Command = yanmen_command
    context = click.Context(command)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, words
        command, words = found, words[1:]
        context = click.Context(command, parent=context)
    command.parse_args(context, list(words))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_what_a_unit_starts_is_a_command(path: Path) -> None:
    """With options that it has, and the folders that the unit makes."""
    said = unit(path)
    (line,) = said["ExecStart"]
    program, *words = shlex.split(line)

    assert program == "/opt/yanmen/bin/yanmen"
    understood(words)
    assert f"/var/lib/{said['StateDirectory'][0]}" in words
    assert said["User"] == said["Group"] == ["yanmen"]
    assert "u yanmen " in (DEPLOY / "systemd/yanmen.sysusers").read_text("utf-8")


def test_a_unit_waits_for_as_long_as_a_stop_may_take() -> None:
    """Else systemd or Docker kills streams that would have ended."""
    (seconds,) = unit(DEPLOY / "systemd/yanmen.service")["TimeoutStopSec"]
    gateway = config.Gateway()

    assert int(seconds) >= gateway.drain_seconds + gateway.stop_seconds + SETTLING


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("path", [*UNITS, DEPLOY / "systemd/yanmen.socket"], ids=lambda path: path.name)
def test_systemd_understands_a_unit(path: Path, tmp_path: Path) -> None:
    """Every key and every value; with a program that is there."""
    for each in (DEPLOY / "systemd").glob("yanmen*.s*"):
        text = each.read_text("utf-8").replace("/opt/yanmen/bin/yanmen", "/bin/true")
        (tmp_path / each.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / path.name)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert path.name not in done.stderr, done.stderr


def test_the_socket_is_the_gateways_port() -> None:
    """The one that the configuration has by itself."""
    (address,) = unit(DEPLOY / "systemd/yanmen.socket")["ListenStream"]

    assert int(address.rpartition(":")[2]) == config.Gateway().port


def test_the_image_starts_a_command() -> None:
    """As its entry point and its words together say."""
    (entry,) = re.findall(r"^ENTRYPOINT (\[.*\])$", DOCKERFILE, re.MULTILINE)
    (words,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)

    assert json.loads(entry) == ["yanmen"]
    understood(json.loads(words))


def test_the_image_has_every_file_that_its_build_names() -> None:
    """The licence and its notice among them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    }

    assert {project["readme"], *project["license-files"], "pyproject.toml", "src"} <= copied
    assert all((ROOT / name).exists() for name in copied)


def test_what_is_sent_to_the_build_is_what_it_names() -> None:
    """All that is copied, and nothing else: neither secrets nor data."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        word.split("/")[0]
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    }

    assert "*" in lines
    assert sent == copied


def test_the_password_is_not_committed() -> None:
    """The file that the first lines of the compose file make is ignored."""
    assert "/deploy/.env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_no_health_check_leaves_a_child() -> None:
    """A shell that is given up would: PostgreSQL, as process 1, takes its end for a crash of its own."""
    for name, said in COMPOSE["services"].items():
        assert said["healthcheck"]["test"][0] == "CMD", name


def test_ports_agree(node: config.Config) -> None:
    """Of the configuration, the image, the services and their health."""
    ports = {node.gateway.port, node.console.port}
    (exposed,) = re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)

    assert {int(port) for port in exposed.split()} == ports
    for said in NODES.values():
        assert {int(port.rpartition(":")[2]) for port in said["ports"]} == ports
        (address,) = re.findall(r"http://\S+?/readyz", " ".join(said["healthcheck"]["test"]))
        assert urlsplit(address).port == node.gateway.port
    assert node.gateway.host == node.console.host == "0.0.0.0"  # noqa: S104  # within its container


def test_a_node_is_stopped_no_sooner_than_its_streams(node: config.Config) -> None:
    """Docker kills after the grace period."""
    for said in NODES.values():
        grace = int(said["stop_grace_period"].removesuffix("s"))
        assert grace >= node.gateway.drain_seconds + node.gateway.stop_seconds + SETTLING


def test_engines_are_services(node: config.Config) -> None:
    """By the names, the user and the database that the configuration calls them by."""
    store, counters = urlsplit(node.store.url), urlsplit(node.counters.url)
    made = COMPOSE["services"][store.hostname]["environment"]

    assert (made["POSTGRES_USER"], made["POSTGRES_DB"]) == (store.username, store.path.strip("/"))
    assert counters.hostname in COMPOSE["services"]
    assert all({store.hostname, counters.hostname} <= set(said["depends_on"]) for said in NODES.values())


def test_volumes_are_declared_and_secrets_are_shared() -> None:
    """Each node has a folder of its own, and both have the keys of the one store."""
    mounts = {name: dict(one.split(":")[:2] for one in said["volumes"]) for name, said in NODES.items()}
    named = {one for said in mounts.values() for one in said if not one.startswith(".")}

    assert named <= set(COMPOSE["volumes"])
    assert len(NODES) > 1
    assert all(said["keys"] == "/var/lib/yanmen/secrets" for said in mounts.values())
    folders = [one for said in mounts.values() for one, place in said.items() if place == "/var/lib/yanmen"]
    assert len(set(folders)) == len(NODES)
