"""The gateway's HTTP surface for machines: an OpenAPI description, made from the table of errors."""

from __future__ import annotations

from typing import Any

import yanmen
from yanmen.gateway.errors import MESSAGES, Refusal
from yanmen.gateway.surfaces import CHAT_COMPLETIONS, MODELS

_NOT_SAID = frozenset({"unexamined", "operator", "not_found", "method_not_allowed"})
"""Messages that are parts of others, and those of addresses that are not in the description."""
_JSON = "application/json"


def description() -> dict[str, Any]:
    """OpenAPI 3.1. The shapes of chat requests and answers are OpenAI's own; only what a client must send is said."""
    errors = _errors()
    key: list[dict[str, list[str]]] = [{"key": []}]
    anything = {"type": "object", "additionalProperties": True}
    message = {"type": "object", "required": ["role"], "properties": {"role": {"type": "string"}}}
    chat = {
        "type": "object",
        "required": ["model", "messages"],
        "properties": {
            "model": {"type": "string", "minLength": 1},
            "messages": {"type": "array", "minItems": 1, "items": message},
            "stream": {"type": ["boolean", "null"]},
            "user": {"type": ["string", "null"]},
        },
    }
    answered = {_JSON: {"schema": anything}, "text/event-stream": {"schema": {"type": "string"}}}
    create = {
        "operationId": "createChatCompletion",
        "security": key,
        "requestBody": {"required": True, "content": {_JSON: {"schema": chat}}},
        "responses": {"200": {"description": "A completion, or its events.", "content": answered}, **errors},
    }
    gets = {code: said for code, said in errors.items() if code not in {"413", "415"}}
    listed = {
        "200": {"description": "As the model endpoint says.", "content": {_JSON: {"schema": anything}}},
        **gets,
    }
    name = {"name": "model", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Yanmen gateway", "version": yanmen.__version__},
        "paths": {
            CHAT_COMPLETIONS: {"post": create},
            MODELS: {"get": {"operationId": "listModels", "security": key, "responses": listed}},
            f"{MODELS}/{{model}}": {
                "get": {"operationId": "getModel", "security": key, "parameters": [name], "responses": listed}
            },
            "/healthz": {
                "get": {"operationId": "live", "responses": {"200": {"description": "The process lives."}}}
            },
            "/readyz": {
                "get": {
                    "operationId": "ready",
                    "responses": {
                        "200": {"description": "Calls can be served."},
                        "503": {"description": "They cannot."},
                    },
                }
            },
            "/metrics": {
                "get": {"operationId": "metrics", "responses": {"200": {"description": "Prometheus."}}}
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "ym_…"}},
            "schemas": {"Error": _ERROR},
        },
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
