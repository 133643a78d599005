"""``yanmen vex``: what somebody answers for, in the project's own file of statements."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from yanmen.cli.options import json_option, tongue
from yanmen.core.clock import DAY, iso, now
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages, language
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.supply.vex import Statement, Statements
    from yanmen.supply.vex.statement import Status
    from yanmen.supply.vex.statements import Format

_MESSAGES = Messages(Path(__file__).parent / "messages" / "vex")
_UNJUDGED = 2
_MOST = 730
"""Days that a statement may stand without being looked at again."""
_STATUSES = ("not_affected", "affected", "fixed", "under_investigation")
_JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
_project = click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    show_default=True,
    help=tongue("Folder of the project.", "项目目录。"),
)
_further = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
_days = click.option(
    "--vex-expires",
    "days",
    type=click.IntRange(1, _MOST),
    default=90,
    show_default=True,
    help=tongue("Days that a statement stands which does not say so.", "未注明有效期的声明的有效天数。"),
)


@click.group(
    "vex",
    help=tongue(
        "Statements on vulnerabilities (VEX): add, list, export.", "漏洞影响声明（VEX）：添加、列出、导出。"
    ),
)
def command() -> None:
    """Nothing of its own."""


@command.command(
    "add",
    help=tongue(
        "State what a vulnerability means to a component; it is written to yanmen.vex.json in the project.",
        "声明某个漏洞对某个组件的影响，写入项目的 yanmen.vex.json。",
    ),
)
@click.argument("vulnerability")
@click.argument("purl")
@click.option(
    "--status", type=click.Choice(_STATUSES), required=True, help=tongue("What is stated.", "声明的状态。")
)
@click.option(
    "--justification",
    type=click.Choice(_JUSTIFICATIONS),
    help=tongue("Why it is not affected.", "不受影响的理由类别。"),
)
@click.option("--reason", default="", help=tongue("In words: what was looked at.", "文字说明：查证了什么。"))
@click.option("--action", default="", help=tongue("In words: what to do.", "文字说明：应采取的措施。"))
@click.option("--alias", "aliases", multiple=True, help=tongue("Another id of it.", "该漏洞的其他编号。"))
@click.option(
    "--author", default="", help=tongue("Who states it; by default you.", "声明人，默认为当前用户。")
)
@_days
@_project
def add(
    vulnerability: str,
    purl: str,
    status: str,
    justification: str | None,
    reason: str,
    action: str,
    aliases: tuple[str, ...],
    author: str,
    days: int,
    project: Path,
) -> None:
    """A reason and an end are demanded of whatever takes findings away."""
    from yanmen.supply.vex.statement import Statement, product
    from yanmen.supply.vex.statements import add as write

    found = product(purl)
    if found is None:
        raise YanmenError(_MESSAGES.phrase("no_purl", purl=visible(purl)), hint=_MESSAGES.phrase("purl_form"))
    at = now()
    said = Statement(
        vulnerability=vulnerability,
        aliases=aliases,
        products=(found,),
        status=cast("Status", status),
        justification=justification or "",
        impact=reason,
        action=action,
        author=author or getpass.getuser(),
        at=at,
        expires=at + days * DAY,
    )
    if said.status == "not_affected" and not said.reason:
        raise YanmenError(_MESSAGES.phrase("needs_reason"), hint=_MESSAGES.phrase("give_reason"))
    if said.status == "fixed" and not (found.versions or "@" in found.purl):
        raise YanmenError(_MESSAGES.phrase("needs_version"), hint=_MESSAGES.phrase("give_version"))
    path = write(project, said, at)
    word = "added" if said.suppresses else "added_open"
    click.echo(
        _MESSAGES.say(
            word,
            path=path,
            status=status,
            vulnerability=visible(vulnerability),
            product=purl,
            until=iso(said.expires)[:10],
        )
    )


@command.command(
    "list",
    help=tongue(
        "The project's statements and those of further files; exit code 2 when one cannot be read.",
        "列出项目及其他文件中的声明；有文件无法读取时退出码为 2。",
    ),
)
@_further
@_project
@_days
@json_option
def listed(files: tuple[Path, ...], project: Path, days: int, *, as_json: bool) -> None:
    """Each with its end; those that do nothing, and why."""
    from yanmen.supply.vex import Statements

    known, at = Statements.of_project(project, files, days=days), now()
    idle = {id(one.statement): one.why for one in known.idle(at)}
    if as_json:
        rows = [
            _row(known, one) | ({"idle": idle[id(one)].say(language())} if id(one) in idle else {})
            for one in known.statements
        ]
        unread = [
            {"path": one.subject.id, "reason": one.reason, "detail": one.detail} for one in known.unexamined
        ]
        click.echo(json.dumps({"statements": rows, "unexamined": unread}, ensure_ascii=False, indent=2))
    else:
        for one in known.statements:
            row = {key: visible(str(value)) for key, value in _row(known, one).items()}
            if id(one) in idle:
                click.echo(_MESSAGES.say("idle", why=idle[id(one)].say(language()), **row))
            else:
                click.echo(_MESSAGES.say("stands" if one.suppresses else "open", **row))
        if not known.statements and not known.unexamined:
            click.echo(_MESSAGES.say("none"))
        _say_unread(known)
    sys.exit(_UNJUDGED if known.unexamined else 0)


@command.command("export", help=tongue("Write all statements as one document.", "将全部声明导出为一份文档。"))
@_further
@click.option(
    "--format",
    "form",
    type=click.Choice(("openvex", "cyclonedx")),
    default="openvex",
    show_default=True,
    help=tongue("Format.", "格式。"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tongue("File; by default printed.", "输出文件，默认打印。"),
)
@_project
@_days
def export(files: tuple[Path, ...], form: str, out: Path | None, project: Path, days: int) -> None:
    """Nothing is written where a statement could not be read."""
    from yanmen.supply.vex import Statements

    known = Statements.of_project(project, files, days=days)
    _say_unread(known)
    if known.unexamined:
        sys.exit(_UNJUDGED)
    name = f"urn:yanmen:vex:{project.resolve().name}"
    text = known.written(cast("Format", form), name=name, at=now())
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, "utf-8")
    click.echo(_MESSAGES.say("written", count=len(known.statements), path=out), err=True)


def _row(known: Statements, one: Statement) -> dict[str, Any]:
    end = known.until(one)
    return {
        "vulnerability": one.vulnerability,
        "product": ", ".join(f"{each.purl} {each.versions}".strip() for each in one.products),
        "status": one.status,
        "reason": one.reason or one.impact,
        "author": one.author,
        "until": iso(end)[:10] if end else "",
        "where": one.where,
    }


def _say_unread(known: Statements) -> None:
    for one in known.unexamined:
        reason = f"{one.reason}: {one.detail}" if one.detail else one.reason
        click.echo(_MESSAGES.say("unread", path=one.subject.id, reason=reason), err=True)
