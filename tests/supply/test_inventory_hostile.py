"""Every reader, given what nobody would write: it reads what it can, says what it cannot, and never fails."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.core import catalogue
from yanmen.core.nouns import Unexamined
from yanmen.core.plugins import Source
from yanmen.supply.extractor import Extractor
from yanmen.supply.inventory import inventory
from yanmen.supply.merging import Graph, merged
from yanmen.supply.targets import Component
from yanmen.supply.walk import Walk

Lay = Callable[[dict[str, str | bytes]], Path]
_SOURCE: type[Source[Any]] = Source  # type: ignore[type-abstract]  # asked for as a kind, never built
READERS = [plugin() for plugin in catalogue.plugins(_SOURCE) if issubclass(plugin, Extractor)]
KEYS = (
    "name version dependencies packages package project tool poetry source files hashes needs requires metadata default develop"
    " importers snapshots specifiers resolution integrity workspaces cells source cell_type nbformat services image jobs steps uses"
    " run spec containers kind apiVersion items flavors layers digest mediaType architectures model_type auto_map peft_type group"
    " optional-dependencies dependency-groups dynamic dev-dependencies target components bomFormat specVersion depends license"
).split()
WORDS = [
    "1.0",
    "*",
    "^1",
    "a==1",
    "../..",
    "@s/x",
    "pkg:npm/x",
    "CycloneDX",
    "vnd.ollama",
    "code",
    "Deployment",
    "!pip install x",
    "\x00",
    "",
]
_words = st.sampled_from(WORDS) | st.text(max_size=6)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | _words,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | _words, inner, max_size=5)
    ),
    max_leaves=25,
)


def _names(reader: Extractor) -> list[str]:
    """Paths under which the reader takes a file."""
    given_names = [
        *reader.names,
        *(f"{stem}{ending}" for ending in reader.endings for stem in ("x", "environment")),
        "x",
        "x.json",
    ]
    folders = [
        "",
        "a/",
        "x.dist-info/",
        "node_modules/a/",
        "_vendor/",
        "var/lib/dpkg/",
        "var/lib/dpkg/status.d/",
        "lib/apk/db/",
    ]
    folders += [
        "var/lib/rpm/",
        "conda-meta/",
        ".github/workflows/",
        "models/manifests/h/o/m/",
        "requirements/",
        "x.dist-info/sboms/",
    ]
    return [f"{folder}{name}" for name in sorted(set(given_names)) for folder in folders]


def _places(reader: Extractor) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        for path in _names(reader):
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.write_bytes(b"")
        walk = Walk(Path(folder))
        found = [walk.find(path) for path in _names(reader)]
        return [
            one.path
            for one in found
            if one and (reader.fits(one.name) or reader.holds(one.folder)) and reader.wants(one)
        ][:3]


PLACES = {type(reader).__qualname__: _places(reader) for reader in READERS}


def test_every_reader_has_a_file_that_it_takes() -> None:
    """Else the tests below would say nothing of it."""
    assert [name for name, places in PLACES.items() if not places] == []
    assert len(READERS) > 30


def _said(reader: Extractor, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for place in PLACES[type(reader).__qualname__]:
            target = Path(folder, place)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            file = Walk(Path(folder)).find(place)
            assert file is not None
            found = list(reader.examined(file))
            assert all(isinstance(one, Component | Unexamined) for one in found)
            Graph(merged(one for one in found if isinstance(one, Component)))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: type(reader).__qualname__)
@settings(max_examples=8)
@given(value=_values)
def test_any_document_is_read_or_said(reader: Extractor, value: Any) -> None:
    """JSON, which is YAML too, with the words of all forms in places that are not theirs."""
    _said(reader, json.dumps(value).encode())


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: type(reader).__qualname__)
@settings(max_examples=8)
@given(
    lines=st.lists(
        st.lists(
            st.sampled_from([*KEYS, *WORDS]) | st.sampled_from(list("[]{}=:,;#\\\"'<>@!- \n")), max_size=8
        ),
        max_size=8,
    )
)
def test_any_lines_are_read_or_said(reader: Extractor, lines: list[list[str]]) -> None:
    """Words and marks in any order."""
    _said(reader, "\n".join("".join(line) for line in lines).encode())


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: type(reader).__qualname__)
@settings(max_examples=6)
@given(
    data=st.binary(max_size=60),
    begins=st.sampled_from(
        [b"", b"PK\x03\x04", b"SQLite format 3\x00", b"\x1f\x8b", b"\xff\xfe", b"<?xml?>"]
    ),
)
def test_any_bytes_are_read_or_said(reader: Extractor, data: bytes, begins: bytes) -> None:
    """With the beginnings of forms that are opened."""
    _said(reader, begins + data)


def test_a_folder_of_everything_hostile(tmp_path: Path) -> None:
    """Circles, bombs, escapes, pipes and broken encodings in one walk: it ends, and what could not be judged is said."""
    files: dict[str, bytes] = {
        "requirements.txt": b"-r requirements.txt\n-r ../../../etc/passwd\n-r /etc/passwd\n",
        "pyproject.toml": b"a = " + b"[" * 50_000,
        "package-lock.json": b'{"a":' * 50_000,
        "pnpm-lock.yaml": b"a: &a [x]\n"
        + b"".join(
            b"b%d: &b%d [%s]\n" % (n, n, b",".join([b"*a" if n == 0 else b"*b%d" % (n - 1)] * 9))
            for n in range(30)
        ),
        "pom.xml": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><project>&a;</project>',
        "poetry.lock": b"\xff\xfe\x00broken",
        "x-1.0-py3-none-any.whl": b"PK\x03\x04" + b"\x00" * 40 + b"PK\x05\x06" + b"\xff" * 18,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "uv.lock").symlink_to("/etc/hostname")
    found = list(inventory(tmp_path))
    reasons = {one.where.part.partition("#")[0]: one.reason for one in found if isinstance(one, Unexamined)}

    assert [one for one in found if isinstance(one, Component)] == []
    assert set(reasons) == {*files, "uv.lock"}
    assert (
        reasons["pnpm-lock.yaml"] == reasons["pyproject.toml"] == reasons["package-lock.json"] == "too-large"
    )
    assert reasons["uv.lock"] == "not-checked"


@pytest.mark.parametrize(
    "name",
    [
        "package.json",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "Pipfile.lock",
        "composer.lock",
        "bun.lock",
        "packages.lock.json",
    ],
)
def test_a_manifest_that_is_no_object_is_not_clean(lay: Lay, name: str) -> None:
    """A list, a number: nothing is read of it, and that is said."""
    (missed,) = inventory(lay({name: "[1]"}))

    assert isinstance(missed, Unexamined)
    assert (missed.reason, missed.where.part) == ("malformed", name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package-lock.json", '{"lockfileVersion": 9, "packages": {}}'),
        ("uv.lock", "version = 9\n"),
        ("pylock.toml", 'lock-version = "2.0"\n'),
        ("pnpm-lock.yaml", "lockfileVersion: '99.0'\npackages: {}\n"),
        ("bun.lock", '{"lockfileVersion": 9, "packages": {},}'),
    ],
)
def test_a_format_of_tomorrow_is_not_clean(lay: Lay, name: str, text: str) -> None:
    """What of it is read may not be all."""
    (missed,) = inventory(lay({name: text}))

    assert isinstance(missed, Unexamined)
    assert missed.reason == "unsupported"
