"""The shapes of providers' keys, from ``providers.yaml``. One entry there adds one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
import yaml

_NAMES = {"{alnum}": "[A-Za-z0-9]", "{token}": "[A-Za-z0-9_-]"}


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of key."""

    slug: str
    """The rule is ``secret.SLUG``."""
    en: str
    zh: str
    patterns: tuple[str, ...]
    """In the syntax of ``guard.parser``; the match is the secret."""
    check: Literal["crc62", "macaroon", "random"] = "random"
    """What a match must pass: a checksum, a structure, or being varied and no placeholder."""
    confidence: float = 0.95


def _read() -> tuple[Provider, ...]:
    text = Path(__file__).with_suffix(".yaml").read_text("utf-8")
    for name, stands_for in _NAMES.items():
        text = text.replace(name, stands_for)
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), tuple[Provider, ...])  # it is safe


PROVIDERS = _read()
