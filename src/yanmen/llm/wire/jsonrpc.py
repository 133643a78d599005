"""MCP's answers and errors as a surface's codec. Messages themselves are read by ``mcp``, one by one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from yanmen.core.nouns import Role
from yanmen.llm.wire import mcp
from yanmen.llm.wire.anything import Anything
from yanmen.llm.wire.codec import Said, Usage, Whole, texts_of
from yanmen.llm.wire.pieces import Pieces

_CODES = {
    "invalid_json": -32_700,
    "invalid_request": -32_600,
    "not_found": -32_601,
}
"""JSON-RPC's own codes; every other refusal is of the range that is left to implementations."""
REFUSED = -32_001


class JsonRpc(Anything):
    """Errors of MCP's surface. One that answers a request of a client is an answer like any other: HTTP 200.

    A safe answer is an error too, with the operator's words: a tool's result of our making would be taken for the tool's.
    """

    speaks = "mcp"
    others = ()

    def __init__(self, identity: str | int | None = None) -> None:
        """``identity``: the request's id; None: it is not known, or there are several."""
        self._identity = identity

    def status(self, status: int) -> int:
        """HTTP says how the message came; what became of the request is said in the message."""
        return status if self._identity is None else HTTPStatus.OK

    def whole(self, tree: dict[str, Any]) -> Whole:
        """Read an error of the server that may be no message."""
        found = Pieces(mcp.NAMES.keys, mcp.NAMES.values)
        found.any(tree, "", "")
        return texts_of(self, found.pieces)

    def role(self, part: str) -> Role:
        """Nobody says anything here."""
        del part
        return "field"

    def usage(self, tree: dict[str, Any]) -> Usage | None:
        """No tokens are told."""
        del tree
        return None

    def error(self, said: Said) -> dict[str, Any]:
        """``{"jsonrpc", "id", "error": {"code", "message", "data": {"code", "decision"}}}``."""
        code = _CODES.get(said.code, REFUSED)
        return mcp.error(self._identity, code, said.message, code=said.code, decision=said.decision)


MCP = JsonRpc()
