"""What ``GET /v1/models`` says where there are routes: the names that lead somewhere, for the tenant that asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.headers import Headers
from yanmen.gateway.upstreams.member import Member
from yanmen.gateway.upstreams.plans import Plans

MODELS = "/models"
LIST_SECONDS = 5.0
"""How long upstreams have to say what they offer; who is later is left out of this list."""
LIST_BYTES = 4 << 20
"""A longer list is left out."""
LIST_MODELS = 5_000
"""Models of a list that are passed on."""
_JSON = (b"content-type", b"application/json")


class Said:
    """An answer of our own in the place of an upstream's."""

    def __init__(self, tree: Any) -> None:
        """With a body of JSON."""
        self.status = 200
        self.headers: Headers = [_JSON]
        self.complete = True
        self.upstream = ""
        self.tries = 1
        self._body = msgspec.json.encode(tree)

    def header(self, name: bytes) -> bytes:
        """The first header of this name, or empty."""
        return next((value for found, value in self.headers if found == name), b"")

    async def __anext__(self) -> bytes:
        """All of it, once."""
        if not self._body:
            raise StopAsyncIteration
        body, self._body = self._body, b""
        return body

    async def read(self, limit: int) -> bytes:
        """All of it; UpstreamError past ``limit`` bytes."""
        if len(self._body) > limit:
            raise UpstreamError("too-large", f"the list is longer than {limit} bytes")
        return self._body

    def close(self) -> None:
        """There is nothing to close."""


def one(model: str) -> Said:
    """A model that is a name of ours."""
    return Said(_entry(model))


async def listing(plans: Plans, members: Mapping[str, Member], headers: Headers, errand: Errand) -> Said:
    """The names of the configuration, and what those upstreams say that serve whatever they are asked for.

    UpstreamError where neither says anything.
    """
    names, asking = plans.offered(errand)
    entries: dict[str, Any] = {name: _entry(name) for name in names}
    answers = await asyncio.gather(
        *(_asked(members[name], headers) for name in asking), return_exceptions=True
    )
    failure: UpstreamError | None = None
    for name, said in zip(asking, answers, strict=True):
        if isinstance(said, UpstreamError):
            failure = said
        elif isinstance(said, BaseException):
            raise said
        else:
            for entry in said:
                model = entry["id"]
                if model not in entries and name in plans.of(errand._replace(model=model)).peers:
                    entries[model] = entry
    if not entries and failure is not None:
        raise failure
    return Said({"object": "list", "data": list(entries.values())[:LIST_MODELS]})


def _entry(model: str) -> dict[str, Any]:
    return {"id": model, "object": "model", "created": 0, "owned_by": "yanmen"}


async def _asked(member: Member, headers: Headers) -> list[dict[str, Any]]:
    """What an upstream says that it offers."""
    try:
        async with asyncio.timeout(LIST_SECONDS):
            answer = await member.pool.send("GET", MODELS, headers, b"")
            body = await answer.read(LIST_BYTES)
        tree = msgspec.json.decode(body)
    except TimeoutError:
        raise UpstreamError("timeout", "no list of models in time") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamError("garbage", "the list of models is no JSON") from None
    data = tree.get("data") if isinstance(tree, dict) else None
    found = [entry for entry in data or () if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
    if not found and answer.status != 200:  # noqa: PLR2004  # OK
        raise UpstreamError("garbage", f"status {answer.status} for the list of models")
    return found[:LIST_MODELS]
