"""``yanmen intel``: what the world knows. Leaked keys in files and lists; where addresses are from; advisories (feeds.py)."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yanmen.cli import feeds
from yanmen.cli.options import config_option, data_option, json_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Ref, Unexamined
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.guard.keysearch import Found
    from yanmen.intel.sources.blob import Blob

_MESSAGES = Messages(Path(__file__).parent / "messages" / "intel")
_FOUND, _UNJUDGED = 1, 2
_STDIN = "-"


@click.group(
    "intel",
    help=tongue(
        "What the world knows: leaked keys, networks, advisories.", "情报：泄露的密钥、网络归属、漏洞公告。"
    ),
)
def command() -> None:
    """Nothing of its own."""


for _verb in (feeds.update, feeds.feeds, feeds.show, feeds.bundle):
    command.add_command(_verb)


@command.group("leaks", help=tongue("Leaked keys.", "泄露的密钥。"))
def leaks() -> None:
    """Nothing of its own."""


@leaks.command(
    "scan",
    help=tongue(
        "Find keys (ours, and those of known providers) in files, folders, - (standard input) or a repository's"
        " history. Exit code 0: none; 1: some; 2: something could not be judged.",
        "在文件、目录、-（标准输入）或仓库历史中查找密钥（本系统及各大服务商的）。"
        "退出码 0：未发现；1：有发现；2：有内容无法判定。",
    ),
)
@click.argument("paths", nargs=-1)
@click.option(
    "--git",
    "repos",
    multiple=True,
    metavar="REPO",
    help=tongue("All that a repository ever held.", "扫描仓库的全部历史。"),
)
@click.option(
    "--staged", is_flag=True, help=tongue("What the next commit would bring.", "只扫描已暂存的改动。")
)
@click.option(
    "--known",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=tongue("File of fingerprints to leave out, one a line.", "要略过的指纹清单文件，每行一个。"),
)
@click.option(
    "--report",
    is_flag=True,
    help=tongue("Report keys of ours, so that they are banned.", "上报本系统的密钥，使其被封禁。"),
)
@data_option
@json_option
def scan(
    paths: tuple[str, ...],
    repos: tuple[str, ...],
    known: Path | None,
    data: Path,
    *,
    staged: bool,
    report: bool,
    as_json: bool,
) -> None:
    """Prints no key, only its first letters; found beats could-not-judge."""
    if not (paths or repos or staged):
        raise YanmenError(_MESSAGES.phrase("nothing"), hint=_MESSAGES.phrase("name"))
    sweep = _Sweep(frozenset(_fingerprints(known)), as_json=as_json)
    for where in paths:
        sweep.over(_targets(where))
    for where in repos:
        sweep.over(_history(where), where)
    if staged:
        sweep.over(_staged(), "")
    ours = _report(data, sweep.own) if report else None
    sweep.close(ours)
    sys.exit(_FOUND if sweep.found else _UNJUDGED if sweep.unread else 0)


@leaks.command(
    "import",
    help=tongue(
        "Look a list of leaked keys through: a SHA-256 or a key a line. Ours are reported, and so banned.",
        "核对泄露名单：每行一个 SHA-256 或密钥。其中本系统的密钥会被上报并封禁。",
    ),
)
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
@data_option
@json_option
def imported(file: Any, data: Path, *, as_json: bool) -> None:
    """Exit code 1 where one of ours is in it."""
    from yanmen.intel.leaks import listed
    from yanmen.store import Store

    with Store.open(data) as store:
        found = listed(store, file, source=file.name, actor=_person())
    if as_json:
        rows = [{"key": one.key, "event": one.event} for one in found.ours]
        click.echo(json.dumps({"read": found.read, "malformed": found.malformed, "ours": rows}, indent=2))
    else:
        for one in found.ours:
            click.echo(_MESSAGES.say("ours", key=one.key, event=one.event))
        click.echo(_MESSAGES.say("listed", read=found.read, ours=len(found.ours), malformed=found.malformed))
    sys.exit(_FOUND if found.ours else 0)


@command.command(
    "networks",
    help=tongue(
        "Where addresses are from, by the lists of the configuration; without addresses: what is in the lists.",
        "查询 IP 地址的来源（依据配置中的名单）；不写地址则检查并概述各名单。",
    ),
)
@click.argument("addresses", nargs=-1)
@config_option
@json_option
def networks(addresses: tuple[str, ...], file: Path | None, *, as_json: bool) -> None:
    """Reads the files anew; one that cannot be used is an error that names it."""
    from yanmen.core.config import load
    from yanmen.intel.networks import Networks

    settings = load(file).config.intel.networks
    known = Networks(settings)
    rows = [{"address": visible(one), **known.look(one)._asdict()} for one in addresses]
    if as_json:
        click.echo(json.dumps(rows if addresses else {"ranges": known.size}, ensure_ascii=False, indent=2))
        return
    for row in rows:
        said = (row["country"], row["asn"], row["organisation"], *row["networks"])
        click.echo(f"{row['address']}  {'  '.join(filter(None, said)) or _MESSAGES.say('nowhere')}")
    if not addresses:
        files = len(settings.files) + len(settings.lists)
        click.echo(_MESSAGES.say("ranges", files=files, count=known.size))


class _Sweep:
    """One scan: counts, prints as it goes, remembers the keys of ours by where they stand."""

    def __init__(self, known: frozenset[str], *, as_json: bool) -> None:
        from yanmen.guard.keysearch import Keysearch

        self._search = Keysearch()
        self._known = known
        self._rows: list[dict[str, Any]] | None = [] if as_json else None
        self._failed: list[dict[str, Any]] = []
        self.own: dict[str, str] = {}
        self.count = self.size = self.found = self.unread = self.left_out = 0

    def over(self, targets: Iterator[Blob | Unexamined], repo: str | None = None) -> None:
        """Every target; ``repo`` names the repository they are of (empty: its index)."""
        for target in targets:
            if isinstance(target, Unexamined):
                self.unread += 1
                reason = f"{target.reason}: {target.detail}" if target.detail else target.reason
                self._failed.append({"path": target.subject.id, "reason": reason})
                if self._rows is None:
                    click.echo(_MESSAGES.say("unread", path=target.subject.id, reason=reason), err=True)
                continue
            self.count += 1
            self.size += len(target.data)
            commit = ""
            for found in self._search.search(target.data, target.path):
                if found.finding.fingerprint in self._known:
                    self.left_out += 1
                    continue
                commit = commit or self._commit(target, repo)
                self._tell(found, target.path, commit)

    def close(self, ours: int | None) -> None:
        """The last lines."""
        if self._rows is not None:
            told = {"found": self._rows, "unread": self._failed, "looked_at": self.count, "bytes": self.size}
            told |= {} if ours is None else {"reported": ours}
            click.echo(json.dumps(told, ensure_ascii=False, indent=2))
            return
        size = f"{self.size / 1e6:.1f} MB"
        told_of = "found" if self.found else "clean"
        if self.found or not self.unread:
            click.echo(_MESSAGES.say(told_of, count=self.count, size=size, found=self.found), err=True)
        if self.left_out:
            click.echo(_MESSAGES.say("known", count=self.left_out), err=True)
        if ours is not None:
            click.echo(_MESSAGES.say("reported", ours=ours) if ours else _MESSAGES.say("none_ours"), err=True)

    def _commit(self, blob: Blob, repo: str | None) -> str:
        from yanmen.intel.sources.history import commit_of

        if blob.commit or not repo or not blob.object:
            return blob.commit
        return commit_of(repo, blob.object)

    def _tell(self, found: Found, path: str, commit: str) -> None:
        finding = found.finding
        self.found += 1
        place = f"{visible(path)}:{found.line}" + (f"@{commit[:12]}" if commit else "")
        if found.own:
            self.own.setdefault(found.own, place)
        if self._rows is not None:
            row = {"path": visible(path), "line": found.line, "commit": commit, "rule": finding.rule.id}
            self._rows.append({**row, "evidence": finding.evidence, "fingerprint": finding.fingerprint})
            return
        title = finding.rule.title.say(language())
        click.echo(f"{place}: {finding.rule.id} {finding.evidence} · {title} [{finding.fingerprint}]")


def _targets(where: str) -> Iterator[Blob | Unexamined]:
    from yanmen.intel.sources.blob import LARGEST, Blob, unread
    from yanmen.intel.sources.files import Files

    if where != _STDIN:
        yield from Files().targets(where)
        return
    data = sys.stdin.buffer.read(LARGEST + 1)
    yield Blob(path=_STDIN, data=data) if len(data) <= LARGEST else unread(_STDIN, "too-large")


def _history(where: str) -> Iterator[Blob | Unexamined]:
    from yanmen.intel.sources.history import History

    return History().targets(where)


def _staged() -> Iterator[Blob | Unexamined]:
    from yanmen.intel.sources.history import Staged

    return Staged().targets(".")


def _fingerprints(known: Path | None) -> Iterator[str]:
    for line in known.read_text("utf-8").splitlines() if known is not None else ():
        if words := line.partition("#")[0].split():
            yield words[0]


def _report(data: Path, own: dict[str, str]) -> int:
    """Record the sightings; how many are of keys of this installation."""
    from yanmen.intel.leaks import sighted
    from yanmen.store import Store

    if not own:
        return 0
    with Store.open(data) as store:
        outcomes = [
            one
            for key, place in own.items()
            for one in sighted(store, [key], place=place, source="scan", actor=_person())
        ]
    return sum(one.state == "ours" for one in outcomes)


def _person() -> Ref:
    return Ref(kind="user", id=getpass.getuser())
