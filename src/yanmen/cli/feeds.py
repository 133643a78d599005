"""``yanmen intel update``, ``feeds``, ``show`` and ``bundle``: what is known of packages, and how it gets here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from yanmen.cli.download import here, shown
from yanmen.cli.options import data_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages, language
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.intel.advisories import Advisories, Advisory, Doubt, Feed, Hit, Match
    from yanmen.intel.advisories.importing.importer import Outcome, Wish

_MESSAGES = Messages(Path(__file__).parent / "messages" / "feeds")
_FOUND, _UNJUDGED = 1, 2

_format = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help=tongue("For a person, or one JSON document.", "输出格式：供阅读的文本，或一份 JSON。"),
)


def _config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--config",
        "file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        envvar="YANMEN_CONFIG",
        help=tongue("Configuration file.", "配置文件。"),
    )(command)


@click.command(
    "update",
    help=tongue(
        "Import feeds: OSV records (JSON, JSONL, zip, the trees of PyPA, GitHub and OpenSSF), EPSS, KEV, or a signed"
        " bundle. Nothing is fetched but from an https:// address that you give.",
        "导入情报：OSV 记录（JSON、JSONL、zip，以及 PyPA、GitHub、OpenSSF 的目录结构）、EPSS、KEV，或带签名的离线包。"
        "除你给出的 https:// 地址外，不会访问网络。",
    ),
)
@click.option(
    "--from",
    "sources",
    multiple=True,
    required=True,
    metavar="PATH|URL",
    help=tongue(
        "File, folder or https:// address; may be repeated.", "文件、目录或 https:// 地址，可重复给出。"
    ),
)
@click.option(
    "--name", default="", help=tongue("Name of the feed, if not its own.", "情报源名称（默认按内容确定）。")
)
@click.option(
    "--date",
    default="",
    metavar="YYYY-MM-DD",
    help=tongue("Its day, if its content has none.", "内容日期（内容中没有时）。"),
)
@click.option(
    "--covers",
    multiple=True,
    metavar="ECOSYSTEM",
    help=tongue(
        "It is the whole database of this ecosystem (npm, Debian:12); may be repeated.",
        "声明它是该生态（如 npm、Debian:12）的完整漏洞库，可重复给出。",
    ),
)
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=tongue("Public key (PEM) of a bundle's maker.", "离线包制作方的公钥（PEM）。"),
)
@click.option(
    "--force",
    is_flag=True,
    help=tongue("Take an older or much smaller one, too.", "更旧或明显变少也照样导入。"),
)
@data_option
@_format
def update(
    sources: tuple[str, ...], name: str, date: str, covers: tuple[str, ...], trust: Path | None, data: Path, form: str,
    *, force: bool,
) -> None:  # fmt: skip
    """What could not be read is named and counted; exit code 2 where there was such."""
    from yanmen.intel.advisories.importing.importer import Wish
    from yanmen.intel.advisories.record import moment

    at = moment(date) if date else 0
    if date and not at:
        raise YanmenError(_MESSAGES.phrase("no_date", date=visible(date)))
    if len(sources) > 1 and (name or date or covers):
        raise YanmenError(_MESSAGES.phrase("one_each"))
    wish = Wish(name=name, date=at, covers=covers or None, force=force)
    told = [row for source in sources for row in _taken(source, wish, trust, data / "intel")]
    if form == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for row in told:
            _tell_taken(row)
    sys.exit(_UNJUDGED if any(row["broken"] for row in told) else 0)


@click.command(
    "feeds", help=tongue("The feeds that are held, and how old they are.", "列出现有情报源及其新旧程度。")
)
@data_option
@_config_option
@_format
def feeds(data: Path, file: Path | None, form: str) -> None:
    """The shipped ones, too."""
    with _opened(data, file) as known:
        held = known.feeds()
    if form == "json":
        click.echo(json.dumps([msgspec.to_builtins(one) for one in held], ensure_ascii=False, indent=2))
        return
    for one in held:
        click.echo(_feed(one))
    if any(one.stale for one in held):
        click.echo(_MESSAGES.say("stale_feeds"), err=True)


@click.command(
    "show",
    help=tongue(
        "What is known of an advisory (CVE-…, GHSA-…, PYSEC-…, MAL-…) or of a version of a package: torch@2.5.1 (PyPI),"
        " npm:axios@1.14.1, or a package URL. Exit code 0: nothing found; 1: found; 2: could not be judged.",
        "查询公告（CVE-…、GHSA-…、PYSEC-…、MAL-…）或某个版本的软件包：torch@2.5.1（PyPI）、npm:axios@1.14.1，"
        "或 purl。退出码 0：未发现；1：有发现；2：无法判定。",
    ),
)
@click.argument("what")
@data_option
@_config_option
@_format
def show(what: str, data: Path, file: Path | None, form: str) -> None:
    """An advisory that no feed names is not one that does not exist: exit code 2."""
    with _opened(data, file) as known:
        asked = _asked(what)
        code = _show_version(known, asked, form) if asked else _show_advisory(known, what, form)
    sys.exit(code)


@click.command(
    "bundle",
    help=tongue(
        "Write all imported feeds into one signed file, for a site without a network.",
        "把已导入的全部情报打成一个带签名的离线包，供无网络的站点使用。",
    ),
)
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help=tongue("Private Ed25519 key (PEM).", "Ed25519 私钥（PEM）。"),
)
@click.option(
    "--days",
    type=click.IntRange(1, 3_650),
    default=30,
    show_default=True,
    help=tongue("How long it is good for.", "有效天数。"),
)
@data_option
def bundle(out: Path, key: Path, days: int, data: Path) -> None:
    """The shipped feeds are not in it: every installation has them."""
    from yanmen.core.clock import iso
    from yanmen.intel.advisories.bundle import pack

    manifest = pack(data / "intel", out, key.read_bytes(), days=days)
    names = ", ".join(one.name for one in manifest.feeds)
    click.echo(_MESSAGES.say("packed", path=out, names=names, until=iso(manifest.expires)[:10]))


@contextmanager
def _opened(data: Path, file: Path | None) -> Iterator[Advisories]:
    from yanmen.core.config import load
    from yanmen.intel.advisories import Advisories

    days = load(file).config.intel.max_feed_age_days
    with Advisories.open(data / "intel", max_age_days=days) as known:
        yield known


def _taken(source: str, wish: Wish, trust: Path | None, folder: Path) -> list[dict[str, Any]]:
    """One source imported: a row for each feed of it."""
    from yanmen.core import foreign
    from yanmen.intel.advisories.importing.importer import sources

    try:
        with here(source, folder) as path:
            parts = sources(path)
            if len(parts) > 1 and (wish.name or wish.date or wish.covers):
                raise YanmenError(_MESSAGES.phrase("one_each"), where=shown(source))
            rows: list[dict[str, Any]] = []
            for part in parts:
                named = shown(source if part == path else str(part))
                rows += _taken_alone(part, wish._replace(source=named), trust, folder)
            return rows
    except OSError as error:
        raise YanmenError(foreign.system(error), where=shown(source)) from error


def _taken_alone(path: Path, wish: Wish, trust: Path | None, folder: Path) -> list[dict[str, Any]]:
    from yanmen.intel.advisories.bundle import is_bundle, unpack
    from yanmen.intel.advisories.importing.importer import update as imported

    if is_bundle(path):
        if trust is None:
            raise YanmenError(_MESSAGES.phrase("whom"), where=wish.source, hint=_MESSAGES.phrase("trust"))
        return [_row(card) for card in unpack(folder, path, trust.read_bytes(), force=wish.force).cards]
    if trust is not None:
        raise YanmenError(_MESSAGES.phrase("not_signed"), where=wish.source)
    return [_outcome(imported(folder, path, wish))]


def _row(card: Any) -> dict[str, Any]:
    from yanmen.core.clock import iso

    return {
        "name": card.name,
        "kind": card.kind,
        "date": iso(card.date)[:10] if card.date else "",
        "records": card.records,
        "broken": card.broken,
        "replaced": card.replaced,
        "covers": list(card.covers),
        "malicious": list(card.malicious),
        "before": None,
        "named": [],
        "others": 0,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    before = outcome.before
    return _row(outcome.card) | {
        "before": None if before is None else _row(before)["date"],
        "named": [{"name": one.name, "why": one.why} for one in outcome.broken],
        "others": outcome.others,
    }


def _tell_taken(row: dict[str, Any]) -> None:
    date = row["date"] or _MESSAGES.say("no_day")
    click.echo(_MESSAGES.say("taken", name=row["name"], records=row["records"], date=date))
    if row["kind"] == "advisories":
        covers, watched = ", ".join(row["covers"]), ", ".join(row["malicious"])
        click.echo(
            "  " + (_MESSAGES.say("covers", names=covers) if covers else _MESSAGES.say("covers_nothing"))
        )
        if watched:
            click.echo("  " + _MESSAGES.say("watches", names=watched))
    if row["before"] and row["date"] and row["before"] > row["date"]:
        click.echo("  " + _MESSAGES.say("older", before=row["before"]))
    if row["replaced"]:
        click.echo("  " + _MESSAGES.say("replaced", count=row["replaced"]))
    if row["others"]:
        click.echo("  " + _MESSAGES.say("others", count=row["others"]))
    for one in row["named"]:
        click.echo("  " + _MESSAGES.say("broken", name=one["name"], why=one["why"]), err=True)
    if row["broken"]:
        click.echo("  " + _MESSAGES.say("broken_all", count=row["broken"]), err=True)


def _feed(one: Feed) -> str:
    age = _MESSAGES.say("age", days=one.age_days) if one.age_days is not None else _MESSAGES.say("no_age")
    covers = ", ".join((*one.covers, *(f"MAL:{name}" for name in one.malicious if name not in one.covers)))
    parts = [
        f"{one.name:<20} {one.date or '?':<10}  {age}",
        _MESSAGES.say("stale") if one.stale else "",
        _MESSAGES.say("records", count=one.records),
        _MESSAGES.say("lost", count=one.broken) if one.broken else "",
        _MESSAGES.say("covers", names=covers) if covers else "",
        _MESSAGES.say("shipped") if one.shipped else one.source,
    ]
    return " · ".join(filter(None, parts))


def _asked(what: str) -> tuple[str, str, str] | None:
    """Ecosystem, name and version, where something is asked about a version of a package."""
    if what.startswith("pkg:"):
        from yanmen.supply.purls import of_purl

        component = of_purl(what)
        return component.ecosystem, component.name, component.version
    name, at, version = what.rpartition("@")
    if not at or not name:
        return None
    ecosystem, colon, rest = name.partition(":")
    return (ecosystem, rest, version) if colon else ("PyPI", name, version)


def _show_version(known: Advisories, asked: tuple[str, str, str], form: str) -> int:
    match = known.match(*asked)
    unsure = bool(match.doubts) or match.checked == "not-checked"
    if form == "json":
        row = {"ecosystem": asked[0], "name": asked[1], "version": asked[2], **msgspec.to_builtins(match)}
        row["found"] = [_worded(one) for one in match.found]
        click.echo(json.dumps(row, ensure_ascii=False, indent=2))
    else:
        _tell_match(match, asked)
    return _FOUND if match.found else _UNJUDGED if unsure else 0


def _worded(one: Hit | Advisory) -> dict[str, Any]:
    """As JSON, the grade by its word."""
    row: dict[str, Any] = msgspec.to_builtins(one)
    row["severity"]["severity"] = one.severity.word
    return row


def _tell_match(match: Match, asked: tuple[str, str, str]) -> None:
    from yanmen.intel.advisories import WHY

    for hit in match.found:
        _tell_hit(hit)
    for doubt in match.doubts:
        _tell_doubt(doubt)
    shown = visible(f"{asked[0]} {asked[1]} {asked[2]}")
    if match.checked == "not-checked":
        why = WHY[match.why].say(language()) if match.why else ""
        click.echo(_MESSAGES.say("not_checked", what=shown, why=why), err=True)
    elif not match.found and not match.doubts:
        click.echo(_MESSAGES.say("none", what=shown))
    if match.malicious == "not-checked":
        click.echo(_MESSAGES.say("not_watched"), err=True)
    if match.stale:
        click.echo(_MESSAGES.say("stale_feeds"), err=True)


def _tell_hit(hit: Hit) -> None:
    rating = hit.severity
    score = f" {rating.score}" if rating.score is not None else ""
    graded = rating.severity.say(language()) if rating.severity is not None else _MESSAGES.say("ungraded")
    mark = _MESSAGES.say("malicious") + " · " if hit.malicious else ""
    click.echo(f"{hit.id}  {mark}{graded}{score}  {hit.summary}")
    fixed = ", ".join(hit.fixed) or _MESSAGES.say("no_fix")
    epss = "EPSS " + (
        _MESSAGES.say("not_looked")
        if isinstance(hit.epss, str)
        else f"{hit.epss.score:.4f} ({hit.epss.date})"
    )
    words = {"no": "not_listed", "not-checked": "not_looked"}
    kev = "KEV " + (_MESSAGES.say(words[hit.kev]) if isinstance(hit.kev, str) else hit.kev.added)
    said = (", ".join(hit.aliases), hit.because, _MESSAGES.say("fixed", versions=fixed), epss, kev)
    click.echo("  " + " · ".join(filter(None, said)))


def _tell_doubt(doubt: Doubt) -> None:
    from yanmen.intel.advisories import WHY

    click.echo(_MESSAGES.say("doubt", id=doubt.id, why=WHY[doubt.why].say(language()), summary=doubt.summary))


def _show_advisory(known: Advisories, what: str, form: str) -> int:
    rows = known.named(what)
    if form == "json":
        click.echo(json.dumps([_worded(one) for one in rows], ensure_ascii=False, indent=2))
    else:
        for one in rows:
            withdrawn = f" · {_MESSAGES.say('withdrawn')}" if one.withdrawn else ""
            grade = one.severity.severity
            graded = grade.say(language()) if grade is not None else _MESSAGES.say("ungraded")
            names = ", ".join((one.id, *one.aliases))
            click.echo(f"{names} · {graded}{withdrawn}  {one.summary}")
            ranges = "; ".join(one.ranges[:20]) or _MESSAGES.say("no_versions")
            click.echo(f"  {one.ecosystem} {visible(one.package)}: {visible(ranges)} [{one.feed}]")
    if not rows:
        click.echo(_MESSAGES.say("unknown", what=visible(what)), err=True)
    return _FOUND if any(not one.withdrawn for one in rows) else 0 if rows else _UNJUDGED
