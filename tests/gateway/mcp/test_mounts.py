"""Calls go to their servers, to the letter of their addresses."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.config import Gateway, Mount
from yanmen.core.errors import YanmenError
from yanmen.gateway.commands import Errand
from yanmen.gateway.mcp.mounts import Mounts, endpoint


class Models:
    """Whoever serves all else."""

    def __init__(self) -> None:
        """Nobody has called."""
        self.paths: list[str] = []

    async def send(self, method: str, path: str, headers: Any, body: bytes, errand: Errand, /) -> Any:
        """Remember the path."""
        self.paths.append(path)


async def test_calls_of_models_go_on(house: Any) -> None:
    """As they came; those of MCP go to the endpoint, and its own credential with them."""
    house.stub.plays(b"{}")
    models = Models()
    mount = Mount(url=house.stub.url + "/mcp?tenant=a", key="server-credential")
    async with Mounts(Gateway(mcp={"calc": mount}), models) as mounts:
        await mounts.send("POST", "/chat/completions", [], b"{}", Errand(speaks="openai"))
        reply = await mounts.send(
            "POST",
            "/mcp/calc",
            [(b"mcp-name", b"add"), (b"cookie", b"x")],
            b"{}",
            Errand(model="calc", speaks="mcp"),
        )
        await reply.read(100)
    (seen,) = house.stub.seen

    assert models.paths == ["/chat/completions"]
    assert (seen.path, seen.headers["authorization"]) == ("/base/v1/mcp?tenant=a", "Bearer server-credential")
    assert (seen.headers["mcp-name"], "cookie" in seen.headers) == ("add", False)
    assert reply.upstream == "mcp/calc"


def test_what_is_wrong_with_a_server_is_said_with_its_name() -> None:
    """Where the configuration has it."""
    with pytest.raises(YanmenError) as wrong:
        Mounts(Gateway(mcp={"calc": Mount(url="ftp://x/mcp")}), Models())

    assert wrong.value.where == "gateway.mcp.calc.url"
    assert endpoint(Mount(url="https://tools.example/mcp?a=b")).url == "https://tools.example"
