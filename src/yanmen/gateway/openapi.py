"""The gateway's HTTP surface for machines: an OpenAPI description, made from the table of errors."""

from __future__ import annotations

from typing import Any

import yanmen
from yanmen.gateway.errors import MESSAGES, Refusal
from yanmen.gateway.surfaces import CHAT_COMPLETIONS, TABLE, Surface

_NOT_SAID = frozenset({"unexamined", "operator", "not_found", "method_not_allowed"})
"""Messages that are parts of others, and those of addresses that are not in the description."""
_JSON = "application/json"


def description() -> dict[str, Any]:
    """OpenAPI 3.1. The shapes of requests and answers are their makers' own; only what a client must send is said.

    Of the surfaces those of OpenAI; the errors of the others have shapes of their own.
    """
    paths: dict[str, dict[str, Any]] = {}
    for row in TABLE:
        if row.codec.speaks == "openai" and row.visit != "mcp":
            paths.setdefault(row.path.replace(":path}", "}"), {})[row.method.lower()] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Yanmen gateway", "version": yanmen.__version__},
        "paths": {**paths, **_PROBES},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "ym_…"}},
            "schemas": {"Error": _ERROR},
        },
    }


def _operation(row: Surface) -> dict[str, Any]:
    """One address by one method."""
    last = row.path.rpartition("/")[2].strip("{}").partition(":")[0]
    words = f"{row.method.lower()}-{row.name}-{last}".replace("_", "-").split("-")
    operation: dict[str, Any] = {
        "operationId": words[0] + "".join(word.title() for word in words[1:]),
        "security": [{"key": []}],
    }
    names = [step.strip("{}").partition(":")[0] for step in row.path.split("/") if step.startswith("{")]
    if names:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    errors = _errors()
    if row.visit == "look":
        errors = {code: said for code, said in errors.items() if code not in {"413", "415"}}
    else:
        content = {kind: {"schema": _ASKED.get(row.path, _ANYTHING)} for kind in row.kinds}
        operation["requestBody"] = {"required": True, "content": content}
    answered: dict[str, Any] = {_JSON: {"schema": _ANYTHING}}
    if row.path in _STREAMED:
        answered["text/event-stream"] = {"schema": {"type": "string"}}
    said = "The guard's own findings." if row.visit == "moderate" else "As the model endpoint says."
    operation["responses"] = {"200": {"description": said, "content": answered}, **errors}
    return operation


_ANYTHING: dict[str, Any] = {"type": "object", "additionalProperties": True}
_NAME = {"type": "string", "minLength": 1}
_TEXT = {"type": "string"}
"""It may be empty: whether that makes sense is the model's to say."""
_IDS = {"type": "array", "minItems": 1, "items": {"type": "integer"}}
_PROMPTS = {"anyOf": [_TEXT, _IDS, {"type": "array", "minItems": 1, "items": {"anyOf": [_TEXT, _IDS]}}]}
_INPUTS = {
    "anyOf": [_TEXT, {"type": "array", "minItems": 1, "items": {"anyOf": [_TEXT, {"type": "object"}]}}]
}
_MESSAGE = {"type": "object", "required": ["role"], "properties": {"role": {"type": "string"}}}
_STREAM = {"stream": {"type": ["boolean", "null"]}, "user": {"type": ["string", "null"]}}
_ASKED: dict[str, dict[str, Any]] = {
    CHAT_COMPLETIONS: {
        "type": "object",
        "required": ["model", "messages"],
        "properties": {
            "model": _NAME,
            "messages": {"type": "array", "minItems": 1, "items": _MESSAGE},
            **_STREAM,
        },
    },
    "/v1/completions": {
        "type": "object",
        "required": ["model"],
        "properties": {"model": _NAME, "prompt": {"anyOf": [_PROMPTS, {"type": "null"}]}, **_STREAM},
    },
    "/v1/embeddings": {
        "type": "object",
        "required": ["model", "input"],
        "properties": {"model": _NAME, "input": _PROMPTS, "user": {"type": ["string", "null"]}},
    },
    "/v1/moderations": {"type": "object", "required": ["input"], "properties": {"input": _INPUTS}},
    "/v1/responses": {
        "type": "object",
        "properties": {
            "model": {"type": ["string", "null"]},
            "input": {"type": ["string", "null"]},
            "instructions": {"type": ["string", "null"]},
            "previous_response_id": {"type": ["string", "null"]},
            **_STREAM,
        },
    },
}
"""What a body must have, by address; of all others that it is an object, or a form."""
_STREAMED = frozenset({CHAT_COMPLETIONS, "/v1/completions", "/v1/responses"})
_PROBES: dict[str, Any] = {
    "/healthz": {"get": {"operationId": "live", "responses": {"200": {"description": "The process lives."}}}},
    "/readyz": {
        "get": {
            "operationId": "ready",
            "responses": {
                "200": {"description": "Calls can be served."},
                "503": {"description": "They cannot."},
            },
        }
    },
    "/metrics": {"get": {"operationId": "metrics", "responses": {"200": {"description": "Prometheus."}}}},
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"enum": ["invalid_request_error", "rate_limit_error", "server_error"]},
                "param": {"type": ["string", "null"]},
                "code": {"type": "string"},
                "decision": {"type": "string"},
            },
        }
    },
}


def _errors() -> dict[str, Any]:
    """Responses by status, with the codes that each may carry."""
    codes: dict[int, set[str]] = {}
    for say in MESSAGES.keys() - _NOT_SAID:
        refusal = Refusal(say)
        codes.setdefault(refusal.status, set()).add(refusal.code)
    schema = {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        str(status): {"description": ", ".join(sorted(found)), "content": schema}
        for status, found in sorted(codes.items())
    }
