"""What the door knows at one moment: keys, standing decisions, the policy in force. A snapshot; the shell renews it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from yanmen.core.clock import SECOND
from yanmen.core.config import Tenant
from yanmen.core.config.limits import Limits
from yanmen.core.keys import is_key, key_hash
from yanmen.core.nouns import FOREVER, Decision, Finding, Reason, Ref, Unexamined, Verdict
from yanmen.gateway.commands import Call
from yanmen.gateway.errors import Refusal
from yanmen.gateway.limits.plans import Planner
from yanmen.gateway.ruling import Ruler
from yanmen.intel.networks import NOWHERE, Origin
from yanmen.policy import Policy, Situation, Standing
from yanmen.store import Key

SCOPE = "call"


class Proving(NamedTuple):
    """What proofs of work are made and judged with."""

    secret: bytes
    bits: int
    """Asked where a decision does not say how many."""
    seconds: int
    """How long a challenge is good for."""


class Knowledge(NamedTuple):
    """A snapshot."""

    keys: Mapping[str, Key]
    """By hash."""
    standing: Standing
    policy: Policy
    tenants: Mapping[str, Tenant] = {}
    shadow_until: int = 0
    ids: Mapping[str, Key] = {}
    """The same keys by id."""
    planner: Planner = Planner(Limits())
    """Which limits concern whom."""
    proving: Proving | None = None
    """What proofs of work go by; None: none are taken, and whoever is challenged is refused."""

    def caller(self, call: Call, names: Sequence[bytes] = (b"authorization",)) -> Key:
        """Whose call it is; Refusal where it is nobody's. Whatever is not a key of ours never comes near the hashes.

        ``names``: the headers that a key may stand in. In two of them it must be the same.
        """
        found = [(name, value) for name in names for value in call.header(name)]
        said = {_credential(name, value) for name, value in found}
        text = said.pop() if len(said) == 1 and len({name for name, _ in found}) == len(found) else ""
        if not is_key(text):
            raise Refusal("invalid_api_key", detail="no key of ours")
        key = self.keys.get(key_hash(text))
        if key is None or not key.usable(call.at):
            raise Refusal("invalid_api_key", detail="unknown" if key is None else f"{key.id} has ended")
        if SCOPE not in key.scopes:
            raise Refusal("insufficient_scope", detail=key.id)
        return key

    def barred(self, subjects: tuple[Ref, ...], at: int) -> Decision | None:
        """What bars one of these now: a ban, or the end of the key. A cut is an obeyed decision, so both are one."""
        ban = self.standing.refusal(subjects, at)
        if ban is not None and ban.verdict is Verdict.BLOCK:  # who is asked for work has proved it to come in
            return ban
        for subject in subjects:
            if subject.kind == "key":
                key = self.ids.get(subject.id)
                if key is None or not key.usable(at):
                    return _ended(subject, at)
        return None

    def ruler(self, situation: Situation) -> Ruler:
        """Policy's word on single findings, for a text that is judged while it comes."""
        policy, standing = self.policy, self.standing

        def finding(found: Finding) -> Verdict:
            return policy.verdict(found, situation, standing)[0]

        def unexamined(one: Unexamined) -> Verdict:
            return policy.judge((), (one,), situation, standing).decision.verdict

        return Ruler(finding, unexamined)


def _credential(name: bytes, value: bytes) -> str:
    """The key that a header carries; ``authorization`` says a scheme before it."""
    text = value.decode("latin-1")
    if name == b"authorization":
        scheme, _, text = text.partition(" ")
        if scheme.lower() != "bearer":
            return ""
    return text.strip()


def subjects_of(
    key: Key, ip: str, *, user: str = "", model: str = "", origin: Origin = NOWHERE
) -> tuple[Ref, ...]:
    """Whom a call concerns: a ban of any of them refuses it."""
    found = [Ref(kind="key", id=key.id), Ref(kind="tenant", id=key.tenant)]
    if ip:
        found.append(Ref(kind="ip", id=ip))
    if key.team:
        found.append(Ref(kind="team", id=key.team))
    if user:
        found.append(Ref(kind="user", id=user))
    if model:
        found.append(Ref(kind="model", id=model))
    return (*found, *origin.refs)


def _ended(subject: Ref, at: int) -> Decision:
    """The end of a key, as the decision that a cut obeys."""
    return Decision(
        id="dec_key-ended",
        at=at - at % SECOND,
        subject=subject,
        verdict=Verdict.BLOCK,
        because=(Reason(rule="key.ended"),),
        lasts=FOREVER,
    )
