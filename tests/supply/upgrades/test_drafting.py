"""The manifests as they would be."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from yanmen.supply.upgrades.drafting import CONSTRAINTS, draft, kind
from yanmen.supply.upgrades.wanted import Want

WANT = Want(
    ecosystem="PyPI", name="x", version="2.0", purls=("pkg:pypi/x@1.0",), ids=("CVE-1",), current="1.0"
)
NPM = Want(
    ecosystem="npm", name="y", version="2.0.0", purls=("pkg:npm/y@1.0.0",), ids=("CVE-2",), current="1.0.0"
)


def test_what_asks_is_edited_everywhere() -> None:
    """Manifests of another ecosystem are not."""
    found = draft(
        {
            "requirements.txt": "x==1.0\n",
            "a/pyproject.toml": "[project]\ndependencies=['x']\n",
            "package.json": '{"dependencies":{"x":"1.0.0"}}',
        },
        [WANT],
    )

    assert [(one.path, one.line) for one in found.edits] == [("a/pyproject.toml", 2), ("requirements.txt", 1)]
    assert any("major" in note.en for note in found.edits[0].notes)


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({"requirements.txt": "a\n", "constraints.txt": "", "sub/requirements.txt": ""}, "constraints.txt"),
        ({"requirements-dev.txt": "a\n", "requirements.txt": "a\n"}, "requirements.txt"),
        ({"requirements.in": "a\n", "pyproject.toml": ""}, CONSTRAINTS),
        ({"pyproject.toml": ""}, CONSTRAINTS),
    ],
)
def test_what_nothing_asks_for_becomes_a_constraint(files: dict[str, str], path: str) -> None:
    """Where the project keeps such; who needs it is said."""
    found = draft(files, [WANT], ways=lambda _: [("pkg:pypi/top@1.0", "pkg:pypi/x@1.0")])

    assert [one.path for one in found.edits] == [path]
    assert "x>=2.0  # CVE-1; not asked for by name, top needs it" in found.files[path]
    assert "asked for by top" in found.edits[0].notes[0].en


def test_of_npm_it_becomes_an_override() -> None:
    """In the manifest nearest to the root."""
    assert [
        one.path
        for one in draft({"a/package.json": '{"name":"a"}', "package.json": '{"name":"r"}'}, [NPM]).edits
    ] == ["package.json"]


def test_without_a_manifest_there_is_nowhere_to_write() -> None:
    """That is said, not guessed."""
    assert draft({"package.json": "{"}, [WANT, NPM]).lacking == (WANT, NPM)


def test_the_patch_applies(tmp_path: Path) -> None:
    """As git reads it: changed files, a new one, files whose last line has no end."""
    before = {"requirements.txt": "a==1\nx==1.0", "pyproject.toml": "[project]\ndependencies = ['y']\n"}
    other = Want(ecosystem="PyPI", name="z", version="3", purls=(), ids=("CVE-3",), current="")
    found = draft({"pyproject.toml": before["pyproject.toml"]}, [other])
    changed = draft(before, [WANT])
    for name, text in before.items():
        (tmp_path / name).write_text(text, "utf-8")
    for patch in (found.patch({"pyproject.toml": before["pyproject.toml"]}), changed.patch(before)):
        subprocess.run(["git", "apply", "-p1"], input=patch.encode(), cwd=tmp_path, check=True)

    assert (tmp_path / "requirements.txt").read_text("utf-8") == "a==1\nx==2.0"
    assert (tmp_path / CONSTRAINTS).read_text("utf-8").startswith("z>=3  # CVE-3")


def test_manifests_are_known_by_name() -> None:
    """Nothing else is written to."""
    assert [
        kind(path)
        for path in ("a/package.json", "pyproject.toml", "requirements.txt", "poetry.lock", "README.txt")
    ] == [
        "package.json",
        "pyproject.toml",
        "requirements",
        "",
        "",
    ]
