"""Errors as MCP's clients take them."""

from __future__ import annotations

from yanmen.llm.wire.codec import Said
from yanmen.llm.wire.jsonrpc import MCP, JsonRpc

SAID = Said(call="call_1", at=0, model="", status=403, code="banned", message="no", decision="dec_1")


def test_a_refusal_of_a_request_is_its_answer() -> None:
    """HTTP says how the message came; of what nobody can tell whose it is the status tells."""
    error = {"code": -32_001, "message": "no", "data": {"code": "banned", "decision": "dec_1"}}

    assert JsonRpc("a").error(SAID) == {"jsonrpc": "2.0", "id": "a", "error": error}
    assert JsonRpc("a").status(403) == 200
    assert MCP.error(SAID)["id"] is None
    assert MCP.status(403) == 403


def test_codes_of_its_own_are_used_where_it_has_some() -> None:
    """For what is no JSON, no message, and nowhere."""
    codes = {
        code: MCP.error(SAID._replace(code=code))["error"]["code"]
        for code in ("invalid_json", "invalid_request", "not_found")
    }

    assert codes == {"invalid_json": -32_700, "invalid_request": -32_600, "not_found": -32_601}


def test_errors_of_servers_that_are_no_messages_are_read_too() -> None:
    """Every string."""
    assert [text.text for text in MCP.whole({"detail": "who?", "trace": ["x"]}).texts] == [
        "who?",
        "trace",
        "x",
    ]
    assert MCP.role("/detail") == "field"
    assert MCP.usage({}) is None


def test_a_safe_answer_is_an_error_with_the_operators_words() -> None:
    """No result is made up for a tool."""
    fresh = JsonRpc(7).withheld(SAID, "Ask the desk.")

    assert fresh["id"] == 7
    assert fresh["error"]["message"] == "Ask the desk."
    assert "result" not in fresh
