"""Masked values: placeholders on the way to the model, the values again on the way back, for the key that sent them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from yanmen.core.nouns import Text
from yanmen.gateway.commands import Command, Mask, Masked, Own, Owned
from yanmen.guard import masking
from yanmen.llm.wire.places import Cut, cuts, joined

NAMES = 1_000
"""What looks like a placeholder in one call and is looked up."""
NOTHING = Masked({}, {})
_ID = "response:"
"""Before the id of what a model's server keeps, among the placeholders: it is a key's for as long as those are."""


class Vault(Protocol):
    """What keeps values behind placeholders: the store's, or the self-test's own."""

    def key(self, tenant: str, /) -> bytes:
        """The key that a tenant's placeholders are made with."""

    def put(self, tenant: str, key: str, values: Mapping[str, str], /) -> set[str]:
        """Keep values by placeholder; the placeholders that other values have."""

    def get(self, tenant: str, key: str, placeholders: Iterable[str], /) -> dict[str, str]:
        """The values that a key may have back."""


class Spot(NamedTuple):
    """A value that is to be masked."""

    start: int
    end: int
    kind: str
    value: str


def masked(
    tenant: str, key: str, texts: Sequence[Text], redact: Sequence[Mapping[str, Any]]
) -> Generator[Command, Any, tuple[dict[str, list[Cut]], Mapping[str, str]]]:
    """What is to be cut of a prompt, placeholders among it, and what goes back into the answer's placeholders."""
    spans = cuts([term for term in redact if "mask" not in term])
    spots = _spots(texts, redact, spans)
    names = frozenset(name for text in texts for name in masking.names(text.text))
    if not spots and not names:
        return spans, {}
    values = {(spot.kind, spot.value): None for found in spots.values() for spot in found}
    said: Masked = yield Mask(tenant, key, tuple(values), frozenset(sorted(names)[:NAMES]))
    for part, found in spots.items():
        own = [Cut(one.start, one.end, f"[{said.placeholders[one.kind, one.value]}]") for one in found]
        spans[part] = joined([*spans.get(part, ()), *own])
    return spans, said.values


def _spots(
    texts: Sequence[Text], redact: Sequence[Mapping[str, Any]], spans: dict[str, list[Cut]]
) -> dict[str, list[Spot]]:
    """The values to mask, by part. What touches a cut, or cannot be put back, joins the cuts."""
    whole = {text.part: text.text for text in texts}
    asked: dict[str, list[Cut]] = {}
    for term in redact:
        if "mask" in term:
            asked.setdefault(term["part"], []).append(Cut(term["start"], term["end"], term["mask"]))
    spots: dict[str, list[Spot]] = {}
    for part, found in asked.items():
        known = spans.get(part, [])
        for start, end, kind in joined(found):
            value = whole.get(part, "")[start:end]
            if not masking.maskable(value) or any(one.start < end and start < one.end for one in known):
                known = joined([*known, Cut(start, end, f"[redacted:{kind}]")])
            else:
                spots.setdefault(part, []).append(Spot(start, end, kind, value))
        if known:
            spans[part] = known
    return spots


def performed(vault: Vault, command: Mask | Own | Owned) -> Any:
    """Perform a command: waits for the store."""
    if isinstance(command, Mask):
        return kept(vault, command)
    names = {_ID + one: one for one in command.ids}
    if isinstance(command, Own):
        vault.put(command.tenant, command.key, names)
        return None
    return frozenset(vault.get(command.tenant, command.key, names).values())


def kept(vault: Vault, command: Mask) -> Masked:
    """Keep what placeholders stand for."""
    tenant, key, values, names = command
    placeholders: dict[tuple[str, str], str] = {}
    if values:
        secret = vault.key(tenant)
        placeholders = {pair: masking.placeholder(secret, *pair) for pair in values}
        taken = vault.put(tenant, key, {name: pair[1] for pair, name in placeholders.items()})
        longer = {
            pair: masking.placeholder(secret, *pair, masking.LONG)
            for pair, name in placeholders.items()
            if name in taken
        }
        if longer:
            vault.put(tenant, key, {name: pair[1] for pair, name in longer.items()})
            placeholders |= longer
    known = vault.get(tenant, key, names) if names else {}
    return Masked(placeholders, known | {name: pair[1] for pair, name in placeholders.items()})


def restored(
    spans: dict[str, list[Cut]],
    texts: Sequence[Text],
    values: Mapping[str, str],
    sealed: Callable[[str], bool] = lambda _: False,
) -> dict[str, list[Cut]]:
    """What is to be cut of a whole answer, with the values that go into the place of their placeholders.

    ``sealed`` parts are left as they are.
    """
    for text in [one for one in texts if not sealed(one.part)] if values else ():
        own = [Cut(*place) for place in masking.places(text.text, values)]
        if own:
            spans[text.part] = joined([*spans.get(text.part, ()), *own])
    return spans
