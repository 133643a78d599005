"""The package managers' own resolvers."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from yanmen.supply.upgrades.resolving import Both, Npm, Pip

Index = Callable[..., Pip]
NONE: frozenset[str] = frozenset()


def test_what_can_be_installed_is_solved(index: Index) -> None:
    """With the versions that were taken, and the hashes of their files."""
    told = index(a_v1_0="b>=1", b_v1_0="", b_v2_0="").resolve({"requirements.txt": "a==1.0 # x\n"}, NONE)

    assert told.solved is True
    assert told.versions == {"a": "1.0", "b": "2.0"}
    assert told.hashes["a"][0].startswith("sha256:")


def test_what_conflicts_is_not(index: Index) -> None:
    """With the resolver's own first word; a version that does not exist is a conflict too."""
    resolver = index(a_v1_0="b<2", b_v1_0="", b_v2_0="")

    assert resolver.resolve({"requirements.txt": "a\nb>=2\n"}, NONE).solved is False
    told = resolver.resolve({"requirements.txt": "b>=3\n"}, NONE)
    assert told.solved is False
    assert "no versions" in told.why.en


def test_what_the_index_does_not_know_is_not_resolved(index: Index) -> None:
    """Nobody can tell; nor without pip, nor in no time, nor with nothing to ask."""
    known = {"requirements.txt": "absent>=1\n"}
    told = [
        index(a_v1_0="").resolve(known, NONE),
        Pip(python="/absent/python").resolve(known, NONE),
        Pip(seconds=0.001).resolve(known, NONE),
        Pip().resolve({"requirements.txt": "# nothing\n"}, NONE),
    ]

    assert [one.solved for one in told] == [None] * 4
    assert all(one.why.en.startswith("not resolved") for one in told)


def test_only_names_and_versions_are_handed_over(index: Index, tmp_path: Path) -> None:
    """No index, no link, no path, no file that is included: a manifest is not believed in where to look."""
    lines = f"--index-url http://127.0.0.1:9/\n-r {tmp_path}/absent.txt\n-e .\n./local\nx @ file://{tmp_path}/x.whl\n"
    lines += "git+https://127.0.0.1:9/x\na[e]==1.0 --hash=sha256:00\n"
    told = index(a_v1_0="").resolve({"requirements.txt": lines}, NONE)

    assert (told.solved, told.versions) == (True, {"a": "1.0"})


def test_source_distributions_are_never_built(index: Index, tmp_path: Path) -> None:
    """They would run to say what they need."""
    resolver = index(a_v1_0="")
    (tmp_path / "index" / "b-1.0.tar.gz").write_bytes(b"nothing")

    assert resolver.resolve({"requirements.txt": "b\n"}, NONE).solved is None


def test_constraints_and_projects_are_asked_together(index: Index) -> None:
    """Those of one folder; each folder by itself."""
    resolver = index(a_v1_0="", a_v2_0="", b_v1_0="")
    files = {
        "pyproject.toml": "[project]\ndependencies=['a']\n",
        "constraints.txt": "a<2\n",
        "other/requirements.txt": "b\n",
    }

    assert resolver.resolve(files, NONE).versions == {"a": "1.0", "b": "1.0"}


def test_what_is_loosened_may_be_of_any_version(index: Index) -> None:
    """Its marker and extras stay."""
    resolver = index(a_v1_0="", a_v2_0="")

    assert resolver.resolve(
        {"requirements.txt": "a[e]==1.0 ; python_version>'3'\n"}, frozenset({"a"})
    ).versions == {"a": "2.0"}


class _Registry(BaseHTTPRequestHandler):
    """Two packages as npm's registry describes them; no file of them is ever asked for."""

    def do_GET(self) -> None:
        packages: dict[str, dict[str, dict[str, str]]] = {
            "a": {"1.0.0": {"b": "^1.0.0"}},
            "b": {"1.0.0": {}, "1.2.0": {}},
        }
        name = self.path.strip("/")
        known = packages.get(name)
        versions = {
            version: {
                "name": name,
                "version": version,
                "dependencies": needs,
                "dist": {"tarball": f"http://127.0.0.1/{name}.tgz", "shasum": "0" * 40},
            }
            for version, needs in (known or {}).items()
        }
        body = json.dumps(
            {"name": name, "dist-tags": {"latest": max(versions, default="")}, "versions": versions}
        ).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
        """Nothing."""


@pytest.fixture
def npm(tmp_path: Path) -> Iterator[Npm]:
    """A resolver that knows a registry on this machine only."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    options = [
        f"--registry=http://127.0.0.1:{server.server_port}/",
        f"--cache={tmp_path}/cache",
        f"--userconfig={tmp_path}/none",
    ]
    yield Npm(options)
    server.shutdown()
    server.server_close()


def test_npm_is_asked_likewise(npm: Npm) -> None:
    """Overrides count; a version that does not exist is a conflict, a package that nobody knows is not."""
    manifest = {
        "dependencies": {"a": "1.0.0", "local": "file:../x"},
        "scripts": {"preinstall": "false"},
        "overrides": {"b": ">=1.2.0"},
    }

    assert npm.resolve({"package.json": json.dumps(manifest)}, NONE).versions == {"a": "1.0.0", "b": "1.2.0"}
    assert npm.resolve({"package.json": '{"dependencies": {"b": "^9.0.0"}}'}, NONE).solved is False
    assert npm.resolve({"package.json": '{"dependencies": {"absent": "1"}}'}, NONE).solved is None
    assert npm.resolve({"package.json": "{"}, NONE).solved is None


def test_both_are_asked_where_there_is_something_for_them(index: Index, npm: Npm) -> None:
    """The worse answer counts."""
    both = Both(index(a_v1_0=""), npm)
    files = {"requirements.txt": "a\n", "package.json": '{"dependencies": {"b": "^9.0.0"}}'}

    assert both.resolve(files, NONE).solved is False
    assert both.resolve({"requirements.txt": "a\n"}, NONE).solved is True
    assert both.resolve({}, NONE).solved is None
