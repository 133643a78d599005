"""A drill of a mode on the running gateway: does the door obey, how soon, and is all as before when it has ended?"""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from typing import NamedTuple

from yanmen.cli.requests import ask
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Noun, Phrase, Ref
from yanmen.gateway.surfaces import CHAT_COMPLETIONS, MODELS
from yanmen.policy import Policy
from yanmen.policy.modes import Mode
from yanmen.policy.trials import run
from yanmen.soc import modes
from yanmen.store import Store

LASTS = 120
"""Seconds after which a drill's mode ends by itself, whatever becomes of the drill."""
PATIENCE = 5.0
"""Seconds in which a door must have obeyed."""
_PAUSE = 0.01


class Step(Noun, frozen=True):
    """One thing that was tried."""

    name: str
    """``tests``, ``before``, ``obeyed``, ``refused``, ``ended`` or ``after``."""
    passed: bool
    milliseconds: float = 0.0
    note: str = ""


class Rehearsal(Noun, frozen=True):
    """A drill of one mode."""

    mode: str
    steps: tuple[Step, ...]

    @property
    def passed(self) -> bool:
        """Whether every step was as it should be."""
        return all(step.passed for step in self.steps)


class _Gateway(NamedTuple):
    url: str
    key: str
    model: str

    def mode(self) -> str:
        """The mode that it says it is in."""
        status, body = ask(f"{self.url}/readyz", "GET", self.key)
        try:
            said = json.loads(body)["mode"]
        except (ValueError, KeyError, TypeError) as error:
            raise YanmenError(
                Phrase(
                    en=f"the gateway does not say its mode ({status})",
                    zh=f"网关没有报告当前模式（状态码 {status}）",
                ),
                hint=Phrase(
                    en="Run the drill on the gateway's machine, or set `gateway.open_probes`.",
                    zh="请在网关所在机器上演练，或设置 `gateway.open_probes`。",
                ),
            ) from error
        return str(said)

    def refuses(self, field: str) -> bool:
        """Whether a call with a request field is refused because of it."""
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": 1,
            field: True,
        }
        status, answer = ask(f"{self.url}{CHAT_COMPLETIONS}", "POST", self.key, json.dumps(body).encode())
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}:
            raise YanmenError(
                Phrase(en=f"the gateway answers {status} to this key", zh=f"网关对该密钥返回 {status}"),
                hint=Phrase(en="Give a key that may call.", zh="请使用可调用模型且有余额的密钥。"),
            )
        return b"field_not_allowed" in answer

    def reaches(self, mode: str) -> tuple[bool, float]:
        """Whether the mode is reached in time, and after how many milliseconds."""
        begun = time.perf_counter()
        while (taken := time.perf_counter() - begun) < PATIENCE:
            if self.mode() == mode:
                return True, taken * 1_000
            time.sleep(_PAUSE)
        return False, PATIENCE * 1_000


def rehearse(store: Store, mode: Mode, url: str, key: str, actor: Ref) -> Rehearsal:
    """Put a mode in force for a moment and take it back. YanmenError where a stricter one stands: nothing could be told."""
    base = url.rstrip("/").removesuffix("/v1")
    gateway = _Gateway(base, key, _a_model(base, key))
    before = modes.standing(store)
    if before and before[0].level >= mode.level:
        raise YanmenError(
            Phrase(
                en=f"{before[0].mode} is in force, so {mode.name} cannot be seen",
                zh=f"{before[0].mode} 正在生效，无法演练 {mode.name}",
            ),
            hint=Phrase(en="End it first, or drill a stricter mode.", zh="请先结束它，或演练更严格的模式。"),
        )
    was = gateway.mode()
    trial = run(Policy.load().under(mode))
    steps = [
        Step(
            name="tests", passed=not trial.failures, note=f"{trial.count - len(trial.failures)}/{trial.count}"
        )
    ]
    field = mode.text.drill
    if field:
        steps.append(Step(name="before", passed=not gateway.refuses(field), note=field))
    done = modes.switch(store, mode, reason="drill", actor=actor, lasts=LASTS, by="drill")
    try:
        obeyed, taken = gateway.reaches(mode.name)
        steps.append(Step(name="obeyed", passed=obeyed, milliseconds=taken))
        if field:
            steps.append(Step(name="refused", passed=gateway.refuses(field), note=field))
    finally:
        modes.undo(store, done, reason="drill", actor=actor)
    back, taken = gateway.reaches(was)
    steps.append(Step(name="ended", passed=back, milliseconds=taken, note=was))
    if field:
        steps.append(Step(name="after", passed=not gateway.refuses(field), note=field))
    return Rehearsal(mode=mode.name, steps=tuple(steps))


def _a_model(url: str, key: str) -> str:
    """The first model that the gateway offers."""
    _, body = ask(f"{url}{MODELS}", "GET", key)
    try:
        return str(json.loads(body)["data"][0]["id"])
    except (ValueError, KeyError, IndexError, TypeError):
        return "drill"
