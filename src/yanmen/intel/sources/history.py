"""All that a git repository ever held: every object that a branch, tag, stash or reflog reaches, each looked at once.

The repository is not trusted: no command of it is run (hooks, filters, drivers of diffs), nothing is fetched.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Unexamined
from yanmen.core.plugins import Source
from yanmen.core.redaction import visible
from yanmen.intel.sources.blob import LARGEST, Blob, opened, unread

OBJECTS = 5_000_000
"""Objects of one repository; at about 150 bytes each while they are listed."""
WAIT_SECONDS = 600.0
"""For one command of git."""
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_QUIET = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OPTIONS = (
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "log.showSignature=false",
)


class History(Source[Blob]):
    """Reads the objects of a repository: files of every commit, and what commits and tags say."""

    def targets(self, where: str) -> Iterator[Blob | Unexamined]:
        """Every object; YanmenError where there is no repository or no git."""
        listed = _run(where, "rev-list", "--objects", "--all", "--reflog").decode("utf-8", "replace")
        names = dict(line.partition(" ")[::2] for line in listed.splitlines()[: OBJECTS + 1])
        if len(names) > OBJECTS:
            yield unread(where, "too-large", f"more than {OBJECTS} objects")
        yield from _objects(where, names)


class Staged(Source[Blob]):
    """Reads what the next commit would bring: for a hook that runs before it."""

    def targets(self, where: str) -> Iterator[Blob | Unexamined]:
        """Every file that is staged and differs from the last commit."""
        listed = _run(
            where, "diff-index", "--cached", "-z", "--diff-filter=ACMRT", "--no-renames", *_base(where)
        )
        words = listed.decode("utf-8", "surrogateescape").split("\0")
        names = {
            about.split()[3]: path for about, path in zip(words[::2], words[1::2], strict=False) if about
        }
        yield from _objects(where, names)


def commit_of(where: str, name: str) -> str:
    """The oldest commit that brought or took an object; empty where none is found."""
    if not _ID.fullmatch(name):
        return ""
    found = _run(
        where,
        "log",
        "--topo-order",
        "--all",
        "--reflog",
        "--format=%H",
        "--no-abbrev",
        f"--find-object={name}",
    )
    return (found.decode("ascii", "replace").split() or [""])[-1]


def _base(where: str) -> tuple[str, ...]:
    """What the index is compared with: the last commit, or the empty tree before the first."""
    try:
        return (_run(where, "rev-parse", "--verify", "HEAD").decode().strip(),)
    except YanmenError:
        return (_run(where, "hash-object", "-t", "tree", os.devnull).decode().strip(),)


def _objects(where: str, names: dict[str, str]) -> Iterator[Blob | Unexamined]:
    """The objects named, but trees; read from one process, one after the other."""
    command = ["git", *_OPTIONS, "-C", where, "cat-file", "--batch-command"]
    with subprocess.Popen(  # noqa: S603  # git, with options of ours and ids that git gave
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_env()
    ) as git:
        if git.stdin is None or git.stdout is None:
            raise RuntimeError("git has no pipes")
        try:
            for name, path in names.items():
                if not _ID.fullmatch(name):
                    continue
                git.stdin.write(f"info {name}\n".encode())
                git.stdin.flush()
                words = git.stdout.readline().split()
                kind, size = (words[1], int(words[2])) if len(words) == 3 else (b"missing", 0)  # noqa: PLR2004
                if kind == b"tree":
                    continue
                if kind == b"missing" or size > LARGEST:
                    yield unread(path or name, "too-large" if size else "unreadable", name)
                    continue
                git.stdin.write(f"contents {name}\n".encode())
                git.stdin.flush()
                git.stdout.readline()
                data = git.stdout.read(size)
                git.stdout.read(1)
                commit = name if kind == b"commit" else ""
                shown = path or f"({kind.decode()})"
                yield from opened(Blob(path=shown, data=data, object=name, commit=commit))
        finally:
            git.kill()


def _run(where: str, *words: str) -> bytes:
    """What a command of git answers; YanmenError where it fails."""
    command = ["git", *_OPTIONS, "-C", where, *words]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=WAIT_SECONDS, env=_env())  # noqa: S603
    except FileNotFoundError as error:
        raise YanmenError(
            Phrase(en="git is not installed", zh="未安装 git"),
            hint=Phrase(en="Install git, or scan a folder.", zh="请安装 git，或改为扫描目录。"),
        ) from error
    except subprocess.TimeoutExpired as error:
        raise YanmenError(Phrase(en="git took too long", zh="git 运行超时")) from error
    if done.returncode:
        why = visible(done.stderr.decode("utf-8", "replace").strip())
        raise YanmenError(
            Phrase(en=f"git could not read {where}: {why}", zh=f"git 无法读取 {where}：{why}"),
            hint=Phrase(
                en="Name the folder of a repository that belongs to you.",
                zh="请指定一个属于当前用户的仓库目录。",
            ),
        )
    return done.stdout


def _env() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    own = {
        name: os.environ[name]
        for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")
        if name in os.environ
    }
    return {**kept, **own, **_QUIET}
