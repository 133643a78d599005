"""The guard's lessons: train a candidate from what people labelled, measure it, put it in force, take it back.

Everything that changes what the guard says is an event by whoever did it. The gateway takes a promoted version up by itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from yanmen.core.clock import iso, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Noun, Phrase, Ref
from yanmen.guard.learning.containment import OWN, contain
from yanmen.guard.learning.gates import Measured, measure
from yanmen.guard.learning.judging import Model, Seen, look
from yanmen.guard.learning.rows import Row, read, shipped
from yanmen.guard.learning.training import blamed, data_card, train, write
from yanmen.guard.model.card import FOLDER
from yanmen.guard.model.encoder import Encoder
from yanmen.guard.sketch import sketch
from yanmen.soc.reviews import text_of
from yanmen.store import ModelVersion, Review, Store
from yanmen.store.models import SHIPPED
from yanmen.store.registry import KIND

WAIT_SECONDS = 30.0
Told = Callable[[str, int, int], object]
"""Hears what is being read, and how many of how many texts are done."""


def _silent(*_: object) -> None:
    """Nobody wants to know."""


class Lesson(Noun, frozen=True):
    """What came of a training."""

    model: ModelVersion
    card: dict[str, Any]
    measured: dict[str, Any]


def folder_of(store: Store, version: str = "") -> Path:
    """The files of a version, verified; of ``shipped`` the installation's own, by default of the version in force."""
    if not version:
        active = store.models.active()
        version = active.version if active else SHIPPED
    return FOLDER if version == SHIPPED else store.models.folder(version)


def rows_of(store: Store) -> tuple[list[Row], int]:
    """What people labelled, and how many of those texts are not kept and so cannot be learnt from."""
    found, lost = [], 0
    for review in store.reviews.labelled():
        text = text_of(store, review)
        if text is None or review.state not in {"attack", "benign"}:
            lost += 1
        else:
            found.append(_row(review, text))
    return found, lost


def _row(review: Review, text: str) -> Row:
    """A labelled review as a row. Its reporter is one of those who say so, where they said the same."""
    last = review.voices[-1]
    agreeing = {voice.actor for voice in review.voices if voice.label == last.label}
    if review.label == last.label:
        agreeing.add(review.actor)
    return Row(
        text=text,
        label="attack" if last.label == "attack" else "benign",
        channel="data" if review.channel == "data" else "user",
        kind=last.kind,
        id=review.id,
        source=review.origin,
        sketch=review.sketch,
        analyst=last.actor,
        voices=len(agreeing),
    )


def teach(
    store: Store,
    *,
    actor: Ref,
    files: Sequence[Path] = (),
    gates: Sequence[Path] = (),
    told: Told = _silent,
) -> Lesson:
    """Train a candidate from the labelled reviews and from JSONL files, and register it; the version in force stays.

    YanmenError where there is nothing to learn from, or a file is none of labelled texts.
    """
    parent = store.models.active()
    folder = folder_of(store)
    rows, lost = rows_of(store)
    rows += [row for file in files for row in _own(file)]
    rehearsal, measured_on = list(shipped("rehearsal")), _gates(gates)
    encoder = Encoder.load(folder)
    known = look(encoder, rehearsal, lambda done, of: told("rehearsal", done, of))
    model = Model.load(folder, known)
    seen = dict(
        zip(
            (row.id for row in rows),
            look(encoder, rows, lambda done, of: told("rows", done, of)),
            strict=True,
        )
    )
    contained = contain(rows, rehearsal, {row.id: model.probability(row, seen[row.id]) for row in rows})
    if not contained.rows:
        raise _nothing(len(contained.quarantined), lost)
    learnt = [seen[row.id] for row in contained.rows]
    after = train(model, contained.rows, learnt, rehearsal, known)
    viewed = look(encoder, measured_on, lambda done, of: told("gates", done, of))
    result = measure(measured_on, model.attacks(measured_on, viewed), after.attacks(measured_on, viewed))
    card = {
        **data_card(contained.rows, rehearsal),
        "quarantined": dict(list(contained.quarantined.items())[:200]),
        "capped": contained.capped,
        "not_kept": lost,
        "changed": blamed(model, after, contained.rows, learnt, rehearsal, known, measured_on, viewed),
    }
    with tempfile.TemporaryDirectory(dir=store.folder) as temporary:
        write(after, Path(temporary), day=iso(now())[:10])
        made = store.models.register(
            Path(temporary), parent=parent.version if parent else SHIPPED, card=card, actor=actor
        )
    _tell_quarantine(store, made.version, contained.quarantined, actor)
    told_of = _tell(store, made.version, parent.version if parent else SHIPPED, measured_on, result, actor)
    return Lesson(model=made, card=card, measured=told_of)


def evaluate(
    store: Store, version: str, *, actor: Ref, gates: Sequence[Path] = (), told: Told = _silent
) -> dict[str, Any]:
    """Measure a version against the gates, beside the one in force; recorded as ``model.evaluated``."""
    active = store.models.active()
    rows = _gates(gates)
    before, after = (
        _verdicts(folder, rows, told) for folder in (folder_of(store), folder_of(store, version))
    )
    standing = active.version if active else SHIPPED
    return _tell(store, version, standing, rows, measure(rows, before, after), actor)


def promote(
    store: Store,
    version: str,
    *,
    actor: Ref,
    gates: Sequence[Path] = (),
    force: bool = False,
    reason: str = "",
    told: Told = _silent,
) -> ModelVersion:
    """Put a version in force, durably, where no gate has regressed; with ``force`` and a reason in spite of it.

    YanmenError where one has, where force has no reason, or where a file of the version was altered.
    """
    if force and not reason.strip():
        raise YanmenError(
            Phrase(en="to force a promotion needs a reason", zh="强制启用必须说明原因"),
            hint=Phrase(en="It is recorded: --reason TEXT.", zh="原因会留档：--reason TEXT。"),
        )
    measured = evaluate(store, version, actor=actor, gates=gates, told=told)
    if not measured["passed"] and not force:
        data = {"model": version, "worse": measured["worse"]}
        _append(store, "model.refused", version, data, actor)
        named = ", ".join(measured["worse"])
        raise YanmenError(
            Phrase(en=f"{version} is worse at: {named}", zh=f"{version} 在以下门槛上退步：{named}"),
            hint=Phrase(
                en=f"See `yanmen guard evaluate {version}`; --force with --reason promotes it in spite of this.",
                zh=f"详见 `yanmen guard evaluate {version}`；仍要启用请加 --force 并用 --reason 说明原因。",
            ),
        )
    return store.models.promote(
        version, actor=actor, reason=reason.strip(), forced=force and not measured["passed"]
    )


def _verdicts(folder: Path, rows: Sequence[Row], told: Told) -> list[bool]:
    encoder = Encoder.load(folder)
    seen: list[Seen] = look(encoder, rows, lambda done, of: told("gates", done, of))
    return Model.load(folder, seen).attacks(rows, seen)


def _gates(files: Sequence[Path]) -> list[Row]:
    """The shipped gates, and the user's own."""
    return [*shipped("gates"), *(row for file in files for row in read(file))]


def _own(file: Path) -> list[Row]:
    """The operator's own rows: trusted as a file is, and each by its place in it."""
    return [
        msgspec.structs.replace(
            row,
            id=f"{file.name}:{number}",
            source=f"{OWN}{file.name}",
            sketch=sketch(row.text),
            voices=1,
            analyst="",
        )
        for number, row in enumerate(read(file), 1)
    ]


def _tell(
    store: Store, version: str, before: str, rows: Sequence[Row], measured: Measured, actor: Ref
) -> dict[str, Any]:
    """Record a measurement; what was recorded."""
    data: dict[str, Any] = {
        "model": version,
        "against": before,
        "rows": len(rows),
        "passed": measured.passed,
        "worse": list(measured.worse),
        "cells": [msgspec.to_builtins(gate) for gate in measured.gates],
    }
    _append(store, "model.evaluated", version, data, actor)
    return data


def _tell_quarantine(store: Store, version: str, quarantined: dict[str, str], actor: Ref) -> None:
    found = {name: why for name, why in quarantined.items() if name.startswith("rev_")}
    if found:
        _append(store, "review.quarantined", version, {"reviews": found, "model": version}, actor)


def _append(store: Store, kind: str, version: str, data: dict[str, Any], actor: Ref) -> None:
    subject = Ref(kind=KIND, id=version)
    event = Event(id=new_id("evt"), at=now(), kind=kind, actor=actor, subject=subject, data=data)
    store.append(event).result(WAIT_SECONDS)


def _nothing(quarantined: int, lost: int) -> YanmenError:
    return YanmenError(
        Phrase(
            en=f"there is nothing to learn from: {quarantined} labels wait for a second person, {lost} texts are not kept",
            zh=f"没有可供学习的内容：{quarantined} 条标注待第二人确认，{lost} 条文本未留存",
        ),
        hint=Phrase(
            en="Label texts in the console under Review, or name files with --with.",
            zh="请在控制台“复核”页标注文本，或用 --with 指定标注文件。",
        ),
    )
