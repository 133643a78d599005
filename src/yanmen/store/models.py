"""Versions of the guard's model: the projection that says which there are, and which is in force."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from yanmen.core.nouns import Event
from yanmen.store.changes import Change, encode, touch, word
from yanmen.store.database import Readers
from yanmen.store.records import ModelVersion

SHIPPED = "shipped"
"""What people and events call the weights of the installation."""
LISTED = 500
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What a file of a version may be called."""
_VERSION = re.compile(r"mdl_[0-9a-f]{16}")
_HASH = re.compile(r"[0-9a-f]{64}")
_PUT = (
    "INSERT INTO models (version, seq, state, before, evaluation, body) VALUES (?, ?, 'candidate', '', x'7b7d', ?)"
    " ON CONFLICT (version) DO UPDATE SET seq = excluded.seq, body = excluded.body"
)
_RETIRE = "UPDATE models SET state = 'retired' WHERE state = 'active' AND version <> ?"
_ACTIVATE = "UPDATE models SET state = 'active', before = ? WHERE version = ?"
_RETURN = "UPDATE models SET state = 'active' WHERE version = ?"
_EVALUATED = "UPDATE models SET evaluation = ? WHERE version = ?"


def registered(seq: int, event: Event) -> list[Change]:
    """The changes by ``model.registered``: ``{"model": ModelVersion}``."""
    found = msgspec.convert(event.data["model"], ModelVersion)
    _checked(found)
    return [(_PUT, (found.version, seq, encode(found))), touch("models", seq)]


def evaluated(_seq: int, event: Event) -> list[Change]:
    """The changes by ``model.evaluated``: ``{"model": version, …the measurement}``."""
    return [(_EVALUATED, (encode(event.data), word(event.data, "model")))]


def promoted(seq: int, event: Event) -> list[Change]:
    """The changes by ``model.promoted``: ``{"model": version, "before": version}``."""
    version = str(event.data["model"])
    activate: Change = (_ACTIVATE, (own(word(event.data, "before")), version))
    return [(_RETIRE, (version,)), activate, touch("models", seq)]


def rolled_back(seq: int, event: Event) -> list[Change]:
    """The changes by ``model.rolled-back``: ``{"model": the version left, "to": version}``."""
    to = str(event.data["to"])
    return [(_RETIRE, (to,)), (_RETURN, (to,)), touch("models", seq)]


def version_of(files: Mapping[str, str]) -> str:
    """The name of a version with these files, by name and SHA-256."""
    text = "".join(f"{name}\0{digest}\n" for name, digest in sorted(files.items()))
    return f"mdl_{hashlib.sha256(text.encode()).hexdigest()[:16]}"


class Versions:
    """Reads versions."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def get(self, version: str) -> ModelVersion | None:
        """A version as it stands."""
        row = self._readers.one(f"{_SELECT} WHERE version = ?", version)
        return _version(row) if row else None

    def active(self) -> ModelVersion | None:
        """The version in force; None: the shipped weights are."""
        row = self._readers.one(f"{_SELECT} WHERE state = 'active'")
        return _version(row) if row else None

    def list(self) -> list[ModelVersion]:
        """Every version, the newest first."""
        return [_version(row) for row in self._readers.all(f"{_SELECT} ORDER BY seq DESC LIMIT ?", LISTED)]


_SELECT = "SELECT state, before, evaluation, body FROM models"


def _version(row: tuple[Any, ...]) -> ModelVersion:
    state, before, evaluation, body = row
    found = msgspec.json.decode(body, type=ModelVersion)
    return msgspec.structs.replace(
        found, state=state, before=before, evaluation=msgspec.json.decode(evaluation)
    )


def _checked(found: ModelVersion) -> None:
    """ValueError for a version whose names could lead out of its folder."""
    fit = all(NAME.fullmatch(name) and _HASH.fullmatch(digest) for name, digest in found.files.items())
    if not (fit and found.files and _VERSION.fullmatch(found.version)):
        raise ValueError(f"{found.version!r} is no version of a model")


def own(version: str) -> str:
    """The name as rows have it: nothing for the shipped weights."""
    return "" if version == SHIPPED else version
