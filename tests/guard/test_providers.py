"""Every row of the table of providers' keys."""

from __future__ import annotations

import base64
import random
import string
import zlib
from collections.abc import Callable

import pytest

from yanmen.core.nouns import Finding
from yanmen.guard.grammar import Node
from yanmen.guard.parser import parse
from yanmen.guard.providers import PROVIDERS, Provider

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def genuine(provider: Provider, source: str, write: Callable[[Node, int], str], seed: int) -> str:
    """A made key of the right shape, checksum included."""
    if provider.check == "crc62":
        body = "".join(random.Random(seed).choices(BASE62, k=30))
        number, check = zlib.crc32(body.encode()), ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            check = BASE62[digit] + check
        return write(parse(source.partition("_")[0] + "_"), seed) + body + check
    if provider.check == "macaroon":
        token = base64.b64decode("AgEIcHlwaS5vcmcC") + random.Random(seed).randbytes(100)
        return "pypi-" + base64.urlsafe_b64encode(token).decode().rstrip("=")
    return write(parse(source), seed)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.slug)
def test_a_made_key_is_found_and_its_evidence_is_masked(
    provider: Provider, found: Callable[[str], list[Finding]], written: Callable[[Node, int], str]
) -> None:
    """By its own rule, over exactly its characters."""
    for source in provider.patterns:
        hits = 0
        for seed in range(8):
            key = genuine(provider, source, written, seed)
            findings = [
                each for each in found(f"use ({key}) please") if each.rule.id == f"secret.{provider.slug}"
            ]
            hits += bool(findings)
            for finding in findings:
                assert "use ("[: finding.where.start] == "use ("
                assert key not in finding.evidence
                assert len(finding.evidence) < 40
        assert hits >= 5, source


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.slug)
def test_a_placeholder_of_the_same_shape_is_ignored(
    provider: Provider, found: Callable[[str], list[Finding]], written: Callable[[Node, int], str]
) -> None:
    """One character over and over is nobody's key."""
    for source in provider.patterns:
        key = genuine(provider, source, written, 1)
        fake = key[:8] + "x" * (len(key) - 8)

        assert not [
            each for each in found(f"use ({fake}) please") if each.rule.id == f"secret.{provider.slug}"
        ]


def test_slugs_are_distinct() -> None:
    """Each is a rule of its own."""
    assert len({provider.slug for provider in PROVIDERS}) == len(PROVIDERS)
