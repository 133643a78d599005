"""Versions of the guard's model: which there are, how they measure, which is in force."""

from __future__ import annotations

from typing import Any, Literal

from yanmen.console.desk.house import AbsentError, Caller, House
from yanmen.console.desk.shapes import Asked, Line, Nothing, Shape
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.store import ModelVersion
from yanmen.store.models import SHIPPED


class AskedRollback(Asked, frozen=True):
    """Why the version before is wanted again."""

    reason: Line


class VersionShape(Shape, frozen=True):
    """A version of the guard's model."""

    version: str
    """``shipped``, or the id of a version that was trained here."""
    state: Literal["shipped", "candidate", "active", "retired"]
    made: int
    parent: str
    before: str
    card: dict[str, Any]
    """What it was trained on: counts, hashes, quarantine, what each source changed. No text."""
    evaluation: dict[str, Any]
    """Its newest measurement against the gates."""


class Models(Shape, frozen=True):
    """Every version, the newest first; the shipped one last."""

    models: list[VersionShape]
    active: str


def models(house: House, caller: Caller, asked: Nothing) -> Models:
    """Versions of the guard's model, the newest first."""
    del caller, asked
    found = house.store.models.list()
    active = next((one.version for one in found if one.state == "active"), SHIPPED)
    shipped = VersionShape(
        version=SHIPPED,
        state="active" if active == SHIPPED else "shipped",
        made=0,
        parent="",
        before="",
        card={},
        evaluation={},
    )
    return Models(models=[*(_shape(one) for one in found), shipped], active=active)


def promote_model(house: House, caller: Caller, name: str, asked: Nothing) -> VersionShape:
    """Put a version in force that was measured against the one in force now, and found no worse; durable on answer."""
    del asked
    found = house.store.models.get(name)
    if found is None:
        raise AbsentError(
            Phrase(en=f"there is no model version {visible(name)}", zh=f"没有模型版本 {visible(name)}")
        )
    if not promotable(found, _active(house)):
        raise YanmenError(
            Phrase(
                en=f"{found.version} was not measured against the version in force, or is worse",
                zh=f"{found.version} 尚未与当前版本对照评测，或有门槛退步",
            ),
            hint=Phrase(
                en=f"Run `yanmen guard promote {found.version}`, which measures it first.",
                zh=f"请运行 `yanmen guard promote {found.version}`，它会先行评测。",
            ),
        )
    return _shape(house.store.models.promote(found.version, actor=caller.ref))


def rollback_model(house: House, caller: Caller, asked: AskedRollback) -> Models:
    """Put the version before in force again; durable before it is answered. The gateway takes it up within a second."""
    house.store.models.rollback(actor=caller.ref, reason=visible(asked.reason))
    return models(house, caller, Nothing())


def promotable(found: ModelVersion, active: str) -> bool:
    """Whether a version's newest measurement lets it take the place of the one in force."""
    measured = found.evaluation
    return bool(measured.get("passed")) and measured.get("against") == active and found.version != active


def _active(house: House) -> str:
    found = house.store.models.active()
    return found.version if found else SHIPPED


def _shape(one: ModelVersion) -> VersionShape:
    return VersionShape(
        version=one.version,
        state=one.state,
        made=one.made,
        parent=one.parent or SHIPPED,
        before=one.before or SHIPPED,
        card=one.card,
        evaluation=one.evaluation,
    )
