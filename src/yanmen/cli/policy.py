"""``yanmen policy``: check files, read what would have been blocked, make exceptions and take them back."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.clock import DAY, iso, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Decision, Event, Ref
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.policy.report import Group
    from yanmen.policy.status import Status
    from yanmen.policy.waivers import Scope
    from yanmen.store import Store

_MESSAGES = Messages(Path(__file__).parent / "messages" / "policy")
BATCH = 500
"""Decisions read at a time."""
MOST = 100_000
"""Shadow decisions a report looks through."""


@click.group("policy", help=tongue("What findings lead to.", "发现之后怎么办：策略。"))
def command() -> None:
    """Nothing of its own."""


@command.command(
    "check",
    help=tongue("Check policy files and run the tests inside them.", "检查策略文件并运行其中的测试。"),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@json_option
def check(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Exit 0 when all is well, 1 when a test fails, 2 with ``file:line`` when a file is bad. No file: the built-in policy."""
    from yanmen.core.catalogue import rules
    from yanmen.policy.policy import Policy
    from yanmen.policy.trials import run, unknown_globs

    policy = Policy.load(files)
    trial = run(policy)
    idle = unknown_globs(policy, rules())
    if as_json:
        warnings = [{"where": where, "pattern": pattern} for where, pattern in idle]
        found = {"revision": policy.revision, "warnings": warnings}
        click.echo(json.dumps({**msgspec.to_builtins(trial), **found}, ensure_ascii=False, indent=2))
    else:
        for failure in trial.failures:
            click.echo(f"{failure.where}: {failure.message.say(language())}")
        for where, pattern in idle:
            click.echo(_MESSAGES.say("idle", where=where, pattern=pattern))
        key = "failed" if trial.failures else "good"
        click.echo(
            _MESSAGES.say(key, revision=policy.revision, count=trial.count, failed=len(trial.failures))
        )
    if trial.failures:
        raise SystemExit(1)


@command.command(
    "status",
    help=tongue(
        "Which policy is in force, and whether a changed file was refused.",
        "当前生效的策略，以及是否有改动未通过检查。",
    ),
)
@data_option
@json_option
def status(data: Path, *, as_json: bool) -> None:
    """What the doors said last. Exit 0 when the files are in force, 1 when they were refused."""
    with opened(data) as store:
        found = _in_force(store)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))
    else:
        files = ", ".join(visible(file) for file in found.files)
        click.echo(_MESSAGES.say("in_force", revision=found.revision, since=iso(found.since), files=files))
    if found.refused is None:
        return
    if not as_json:
        what = visible(found.refused.message.say(language()))
        where, since = visible(found.refused.where), iso(found.refused.since)
        click.echo(_MESSAGES.say("refused", where=where, what=what, since=since))
    raise SystemExit(1)


@command.command(
    "report", help=tongue("What would have been blocked (shadow mode).", "影子模式报告：哪些调用本应被拦截。")
)
@click.option("--days", type=click.FloatRange(min=0, min_open=True), default=7.0, show_default=True)
@data_option
@json_option
def report(days: float, data: Path, *, as_json: bool) -> None:
    """Group the shadow decisions of the last days, most frequent first, with the command that excepts each group."""
    from yanmen.policy.report import would_have
    from yanmen.policy.standing import Standing

    at = now()
    with opened(data) as store:
        decisions = _shadows(store, at - int(days * DAY))
        groups = would_have(decisions, Standing(store.decisions.standing(at)), at)
    if as_json:
        click.echo(json.dumps([_group_data(group) for group in groups], ensure_ascii=False, indent=2))
        return
    if len(decisions) >= MOST:
        click.echo(_MESSAGES.say("cut", count=MOST))
    for group in groups:
        click.echo(_group_text(group))
    click.echo(_MESSAGES.say("total", groups=len(groups), decisions=len(decisions), days=f"{days:g}"))


@command.command("except", help=tongue("Make an exception from a decision.", "依据某个决定创建例外。"))
@click.argument("decision")
@click.option("--days", type=float, required=True, help=tongue("How long it lasts.", "有效天数。"))
@click.option("--scope", type=click.Choice(["key", "tenant", "all"]), default="key", show_default=True)
@click.option("--reason", required=True, help=tongue("Why; it is recorded.", "理由，将写入记录。"))
@click.option(
    "--owner", default="", help=tongue("Who answers for it; by default you.", "责任人，默认为当前用户。")
)
@click.option(
    "--whole-rule", is_flag=True, help=tongue("Every finding of these rules.", "包含这些规则的所有发现。")
)
@data_option
@json_option
def except_(
    decision: str,
    days: float,
    scope: Scope,
    reason: str,
    owner: str,
    data: Path,
    *,
    whole_rule: bool,
    as_json: bool,
) -> None:
    """Write the standing waiver; every door sees it at its next look."""
    from yanmen.policy.waivers import exception_from

    owner = owner or getpass.getuser()
    with opened(data) as store:
        grounds = _known(store, decision)
        made = exception_from(grounds, scope, days, owner, reason, at=now(), whole_rule=whole_rule)
        _write(store, "decision.made", owner, made.subject, {"decision": msgspec.to_builtins(made)})
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(made), ensure_ascii=False, indent=2))
    else:
        click.echo(_exception_text(made, "excepted"))


@command.command("exceptions", help=tongue("Exceptions that stand.", "当前有效的例外。"))
@data_option
@json_option
def exceptions(data: Path, *, as_json: bool) -> None:
    """One line each: what it removes, for whom, until when, and who answers for it."""
    from yanmen.policy.standing import waives

    with opened(data) as store:
        standing = [made for made in store.decisions.standing(now()) if waives(made)]
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(standing), ensure_ascii=False, indent=2))
        return
    for made in standing:
        click.echo(_exception_text(made, "standing"))
    click.echo(_MESSAGES.say("count", count=len(standing)))


@command.command("lift", help=tongue("Take an exception back.", "撤销一个例外。"))
@click.argument("decision")
@click.option("--reason", required=True, help=tongue("Why; it is recorded.", "理由，将写入记录。"))
@data_option
def lift(decision: str, reason: str, data: Path) -> None:
    """The exception ends now."""
    from yanmen.policy.standing import waives

    with opened(data) as store:
        made = _known(store, decision)
        if not waives(made):
            raise YanmenError(
                _MESSAGES.phrase("not_one", decision=decision), hint=_MESSAGES.phrase("not_one_hint")
            )
        _write(
            store, "decision.lifted", getpass.getuser(), made.subject, {"decision": made.id, "reason": reason}
        )
    click.echo(_MESSAGES.say("lifted", decision=decision))


def opened(data: Path) -> Store:
    """The store of a folder that is there; a mistyped folder is told, not made."""
    from yanmen.store import Store

    if not data.is_dir():
        raise YanmenError(_MESSAGES.phrase("no_store", data=data), hint=_MESSAGES.phrase("no_store_hint"))
    return Store.open(data)


def _in_force(store: Store) -> Status:
    """What the latest events on policy say; YanmenError where nothing was ever started on this data."""
    from yanmen.policy.status import status_of

    latest = store.events.before(store.events.last_seq() + 1, 1, kinds=("policy.",))
    about = latest[0].event.subject if latest else None
    found = status_of([one.event for one in store.events.of(about)]) if about else None
    if found is None:
        raise YanmenError(_MESSAGES.phrase("never"), hint=_MESSAGES.phrase("never_hint"))
    return found


def _known(store: Store, decision_id: str) -> Decision:
    found = store.decisions.get(decision_id)
    if found is None:
        raise YanmenError(
            _MESSAGES.phrase("unknown", decision=decision_id), hint=_MESSAGES.phrase("unknown_hint")
        )
    return found


def _write(store: Store, kind: str, actor: str, subject: Ref, data: dict[str, Any]) -> None:
    """Append one event and wait until it is durable."""
    who = Ref(kind="user", id=actor)
    store.append(Event(id=new_id("evt"), at=now(), kind=kind, actor=who, subject=subject, data=data)).result()


def _shadows(store: Store, since: int) -> list[Decision]:
    """Shadow decisions made since a time, newest first, at most MOST."""
    found: list[Decision] = []
    before: str | None = None
    while len(found) < MOST and (batch := store.decisions.recent(BATCH, before_id=before, shadow=True)):
        fresh = [decision for decision in batch if decision.at >= since]
        found += fresh
        if len(fresh) < len(batch):
            break
        before = batch[-1].id
    return found[:MOST]


def _group_data(group: Group) -> dict[str, Any]:
    return {**msgspec.to_builtins(group), "verdict": group.verdict.word}


def _group_text(group: Group) -> str:
    caller = f"key:{group.key}" if group.key else f"tenant:{group.tenant}" if group.tenant else "-"
    scope = "key" if group.key else "tenant" if group.tenant else "all"
    head = _MESSAGES.say(
        "group",
        count=group.count,
        rule=group.rule,
        verdict=_MESSAGES.say(f"verdict.{group.verdict.word}"),
        by=group.by,
    )
    lines = [head, _MESSAGES.say("who", caller=caller, first=iso(group.first), last=iso(group.last))]
    lines.append(_MESSAGES.say("evidence", evidence=group.note, fingerprint=group.fingerprint))
    if group.excepted:
        lines.append(_MESSAGES.say("already", decision=group.excepted))
    else:
        lines.append(_MESSAGES.say("do", decision=group.decision, scope=scope))
    return "\n".join(lines)


def _exception_text(made: Decision, key: str) -> str:
    from yanmen.policy.standing import waives

    terms = made.terms["waives"]
    pairs = ", ".join(f"{rule}/{mark or '*'}" for rule, mark in waives(made))
    return _MESSAGES.say(
        key,
        decision=made.id,
        what=pairs,
        subject=made.subject,
        until=iso(made.until),
        owner=terms["owner"],
        reason=terms["reason"],
    )
