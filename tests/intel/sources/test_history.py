"""The history of a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Unexamined
from yanmen.intel.sources.blob import Blob
from yanmen.intel.sources.history import History, Staged, commit_of


def git(folder: Path, *words: str) -> str:
    """Run git with an author."""
    who = ("-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false")
    command = ["git", *who, "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # our own words


def commit(folder: Path, name: str, text: str | None, message: str = "m") -> str:
    """Write or remove a file and commit it; the commit's id."""
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """An empty repository."""
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def blobs(where: Path) -> list[Blob]:
    """Every object."""
    return [one for one in History().targets(str(where)) if isinstance(one, Blob)]


def test_what_was_removed_is_still_found_and_its_commit_named(repo: Path) -> None:
    """The oldest commit that brought it."""
    first = commit(repo, "a.txt", "the secret")
    commit(repo, "a.txt", None)
    commit(repo, "b.txt", "the secret")

    (found,) = [one for one in blobs(repo) if one.data == b"the secret"]
    assert found.path in {"a.txt", "b.txt"}
    assert commit_of(str(repo), found.object) == first


def test_what_an_amended_commit_and_a_stash_held_is_found(repo: Path) -> None:
    """The reflog still reaches it."""
    commit(repo, "a.txt", "first")
    (repo / "a.txt").write_text("second")
    git(repo, "commit", "-qa", "--amend", "--no-edit")
    (repo / "a.txt").write_text("stashed")
    git(repo, "stash", "-q")

    assert {b"first", b"second", b"stashed"} <= {one.data for one in blobs(repo)}


def test_messages_of_commits_are_looked_at(repo: Path) -> None:
    """With the commit's own id."""
    name = commit(repo, "a.txt", "x", message="use key abc")

    assert [one.commit for one in blobs(repo) if b"use key abc" in one.data] == [name]


def test_only_what_is_staged_is_looked_at_before_a_commit(repo: Path) -> None:
    """Also before the first one; names with spaces and letters of any script."""
    (repo / "名 字.txt").write_text("one")
    git(repo, "add", "-A")
    staged = [(one.path, one.data) for one in Staged().targets(str(repo)) if isinstance(one, Blob)]
    assert staged == [("名 字.txt", b"one")]

    git(repo, "commit", "-qm", "m")
    (repo / "b.txt").write_text("two")
    git(repo, "add", "b.txt")
    (repo / "b.txt").write_text("three")
    assert [one.data for one in Staged().targets(str(repo)) if isinstance(one, Blob)] == [b"two"]


def test_an_object_that_is_gone_is_not_called_clean(repo: Path) -> None:
    """A damaged repository."""
    commit(repo, "a.txt", "x")
    name = git(repo, "hash-object", "a.txt").strip()
    (repo / ".git/objects" / name[:2] / name[2:]).unlink()

    with pytest.raises(YanmenError):
        list(History().targets(str(repo)))


def test_where_there_is_no_repository_it_says_so(tmp_path: Path) -> None:
    """A mendable error."""
    with pytest.raises(YanmenError, match="git could not read"):
        list(History().targets(str(tmp_path)))


def test_no_program_that_a_repository_names_is_run(repo: Path) -> None:
    """Its configuration is not ours."""
    commit(repo, "a.txt", "x")
    mark = repo / "ran"
    script = repo / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    for name in ("core.fsmonitor", "core.sshCommand", "diff.external", "core.pager", "log.showSignature"):
        git(repo, "config", name, "true" if name.startswith("log") else str(script))

    found = list(History().targets(str(repo)))
    list(Staged().targets(str(repo)))

    assert found
    assert not any(isinstance(one, Unexamined) for one in found)
    assert not mark.exists()
