"""What the guard says of texts, and what its fast tier leaves to the encoder."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from yanmen.core.nouns import Finding, Noun, Text, Unexamined
from yanmen.guard.decoding import View

Channel = Literal["user", "data"]
"""How the learned detectors take a text: the user's own words, or data that may say anything."""


class Passage(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of a text for the encoder to read."""

    text: str
    channel: Channel


class Opinion(msgspec.Struct, frozen=True, array_like=True):
    """What the encoder says of a passage."""

    probability: float
    """Calibrated, that it is an attack."""
    attack_class: str
    start: int
    """The evidence: code points of the passage."""
    end: int


OURS = frozenset({"overloaded", "unavailable", "model-unavailable"})
"""Reasons for *could not judge* that lie with us and not with what was sent: it may be sent again."""


class Late(NamedTuple):
    """Why a passage has no opinion."""

    reason: str
    """``timed-out``, ``overloaded``, ``unavailable``, ``model-unavailable``."""
    detail: str = ""


class Question(NamedTuple):
    """A passage the fast tier is not sure of, and how to come back from it."""

    passage: Passage
    place: Text
    """The text it stands in; of passages over several texts the last one."""
    offset: int
    """Where it begins: in the view, or else in the text."""
    view: View | None = None
    across: tuple[int, int] | None = None
    """Of a passage over several texts: what of it is in ``place``."""
    digest: bytes = b""
    """Of a text that is clean but for this: what it will be remembered by."""


class Examination(Noun, frozen=True):
    """What the guard says of some texts. Clean is only what has neither findings nor anything unexamined or unsure."""

    findings: tuple[Finding, ...] = ()
    unexamined: tuple[Unexamined, ...] = ()
    score: float = 0.0
    """How likely the most suspicious text is an attack on the model; from 0.5 on it is held to be one. 0: nothing was asked."""
    part: str = ""
    """Which text that is."""
    unsure: tuple[Question, ...] = ()
    """What the encoder has still to read (``Guard.settled``); empty when all has been said."""
