"""``yanmen policy``, on a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from yanmen.cli.policy import command
from yanmen.core.clock import DAY, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Event, Finding, Phrase, Ref, Rule, Severity, Verdict, Where
from yanmen.policy import Policy, Reloader, Situation, Standing
from yanmen.store import Store

SAID = Phrase(en="said", zh="说")
ATTACK = Rule(
    id="prompt.ignores-instructions", title=SAID, severity=Severity.HIGH, fix=SAID, tags=("owasp-llm:LLM01",)
)
FOUND = Finding(
    rule=ATTACK,
    subject=Ref(kind="text", id="t"),
    confidence=0.95,
    evidence="ignore all",
    where=Where(part="/messages/0/content", end=10),
)


def situation(at: int, *, shadow: bool = True) -> Situation:
    """A call of key_1."""
    subjects = (Ref(kind="key", id="key_1"), Ref(kind="tenant", id="default"))
    until = at + 1 if shadow else 0
    return Situation(
        at=at, subject=Ref(kind="call", id=new_id("call")), subjects=subjects, shadow_until=until
    )


def shadow_decision(at: int) -> Decision:
    """What the built-in policy would have decided."""
    made = Policy.load().judge([FOUND], [], situation(at), Standing()).shadow
    assert made is not None
    return made


def write(store: Store, decision: Decision) -> None:
    """The event of a call that was allowed in shadow."""
    data = {"shadow": msgspec.to_builtins(decision)}
    event = Event(id=new_id("evt"), at=decision.at, kind="call.allowed", subject=decision.subject, data=data)
    store.append(event).result(10)


def run(*words: str) -> Result:
    """The command's answer."""
    return CliRunner().invoke(command, list(words), catch_exceptions=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a store with two shadow decisions of now and one of nine days ago."""
    folder = tmp_path / "data"
    with Store.open(folder) as store:
        for at in (now() - 9 * DAY, now(), now()):
            write(store, shadow_decision(at))
    return folder


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    """The same store, open."""
    with Store.open(data) as opened:
        yield opened


def reported(data: Path, *words: str) -> list[dict[str, Any]]:
    """The report as JSON."""
    found: list[dict[str, Any]] = json.loads(run("report", "--data", str(data), "--json", *words).output)
    return found


def test_the_built_in_policy_is_good() -> None:
    """No file named: the built-in one."""
    said = run("check")

    assert said.exit_code == 0
    assert Policy.load().revision in said.output


def test_a_failing_test_is_found_and_a_bad_file_is_told(tmp_path: Path) -> None:
    """Exit code 1 with every failure's line; YanmenError (2) with the line."""
    file = tmp_path / "p.yaml"
    file.write_text("version: 1\ntests:\n  - {given: {rule: a.b}, expect: allow}\n", "utf-8")

    said = run("check", str(file))
    as_json = json.loads(run("check", str(file), "--json").output)

    assert said.exit_code == 1
    assert f"{file}:3: expected allow, got block" in said.output
    assert as_json["failures"][0]["where"] == f"{file}:3"
    file.write_text("version: 1\nrulez: []\n", "utf-8")
    with pytest.raises(YanmenError) as wrong:
        run("check", str(file))
    assert wrong.value.where == f"{file}:2"


def test_the_status_tells_a_refused_file_and_that_it_was_mended(data: Path, tmp_path: Path) -> None:
    """Exit 0 in force, 1 refused: which file, since when, what is wrong, what holds meanwhile; as JSON too."""
    file = tmp_path / "p.yaml"
    file.write_text("version: 1\nrules:\n  - {id: a, when: {rule: x.y}, then: block}\n", "utf-8")
    with Store.open(data) as store:
        reloader = Reloader([file], lambda event: store.append(event).result(10))
        good = run("status", "--data", str(data))
        file.write_text("version: 1\nrulez: []\n", "utf-8")
        reloader.poll()
        bad = run("status", "--data", str(data))
        as_json = json.loads(run("status", "--data", str(data), "--json").output)
        file.write_text("version: 1\nrules:\n  - {id: a, when: {rule: x.y}, then: challenge}\n", "utf-8")
        reloader.poll()
        mended = run("status", "--data", str(data))

    assert (good.exit_code, bad.exit_code, mended.exit_code) == (0, 1, 0)
    assert good.output.startswith("In force since 2")
    kept = as_json["revision"]
    assert f"policy {kept}, from {file}." in good.output
    assert f": {file}:2: " in bad.output
    assert "rulez" in bad.output
    assert kept in bad.output
    assert as_json["refused"]["where"] == f"{file}:2"
    assert set(as_json["refused"]["message"]) == {"en", "zh"}
    assert reloader.policy.revision in mended.output
    assert "efused" not in mended.output


def test_the_status_of_data_on_which_nothing_was_started_is_an_error(data: Path) -> None:
    """It cannot be said."""
    with pytest.raises(YanmenError):
        run("status", "--data", str(data))


def test_a_pattern_that_matches_nothing_is_a_warning(tmp_path: Path) -> None:
    """And no failure."""
    file = tmp_path / "p.yaml"
    file.write_text("version: 1\nrules:\n  - {id: a, when: {rule: promt.*}, then: block}\n", "utf-8")

    said = run("check", str(file))

    assert said.exit_code == 0
    assert f"{file}:3: warning: promt.* matches no rule" in said.output


def test_the_report_groups_what_would_have_been_blocked(data: Path) -> None:
    """Within the days asked for, with the command that excepts it."""
    (group,) = reported(data)
    (longer,) = reported(data, "--days", "30")
    text = run("report", "--data", str(data)).output

    assert (group["count"], longer["count"]) == (2, 3)
    assert (group["rule"], group["key"], group["verdict"]) == (ATTACK.id, "key_1", "block")
    assert f"yanmen policy except {group['decision']} --days 14 --scope key" in text
    assert "would have been blocked" in text


@pytest.mark.parametrize("scope", ["key", "tenant", "all"])
def test_the_command_it_prints_makes_the_exception(data: Path, scope: str) -> None:
    """From then on the same claim is let through, until it ends or is lifted."""
    (group,) = reported(data)
    words = ("except", group["decision"], "--days", "14", "--scope", scope, "--reason", "training")

    said = run(*words, "--owner", "alice", "--data", str(data))

    assert said.exit_code == 0
    (after,) = reported(data)
    assert after["excepted"]
    assert after["excepted"] in run("report", "--data", str(data)).output
    with Store.open(data) as store:
        standing = Standing(store.decisions.standing(now()))
        assert Policy.load().verdict(FOUND, situation(now(), shadow=False), standing)[0] is Verdict.ALLOW
    listed = run("exceptions", "--data", str(data)).output
    assert "alice: training" in listed
    assert run("lift", after["excepted"], "--reason", "over", "--data", str(data)).exit_code == 0
    assert "0 exceptions" in run("exceptions", "--data", str(data)).output
    assert reported(data)[0]["excepted"] == ""


def test_an_exception_is_written_as_a_decision_with_its_maker(data: Path, store: Store) -> None:
    """An event that anybody can verify."""
    (group,) = reported(data)

    made = json.loads(
        run(
            *(
                "except",
                group["decision"],
                "--days",
                "1",
                "--reason",
                "r",
                "--owner",
                "alice",
                "--whole-rule",
            ),
            *("--data", str(data), "--json"),
        ).output
    )

    decision = store.decisions.get(made["id"])
    assert decision is not None
    assert decision.terms["waives"]["fingerprint"] == ""
    (recorded,) = store.events.after(0, kinds=("decision.made",))
    assert recorded.event.actor == Ref(kind="user", id="alice")
    assert json.loads(run("exceptions", "--data", str(data), "--json").output)[0]["id"] == made["id"]


def test_what_cannot_be_excepted_or_lifted_is_told(data: Path) -> None:
    """An unknown id; a decision that is no exception; a folder that is not there."""
    (group,) = reported(data)

    with pytest.raises(YanmenError, match="no decision dec_x"):
        run("except", "dec_x", "--days", "1", "--reason", "r", "--data", str(data))
    with pytest.raises(YanmenError, match="is not an exception"):
        run("lift", group["decision"], "--reason", "r", "--data", str(data))
    with pytest.raises(YanmenError, match="is no store"):
        run("report", "--data", str(data / "nowhere"))
    assert not (data / "nowhere").exists()


def test_it_speaks_chinese(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Report and check alike."""
    monkeypatch.setenv("YANMEN_LANG", "zh")

    assert "本应拦截" in run("report", "--data", str(data)).output
    assert "测试全部通过" in run("check").output
