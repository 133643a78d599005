"""The OpenAPI 3.1 document, made from the table of operations and the shapes they answer with."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from yanmen.console.api.table import OPERATIONS, Operation
from yanmen.console.desk.shapes import Shape

REFERENCE = "#/components/schemas/{name}"
_WORDS = {
    400: "What was asked is not valid; the message says what.",
    401: "No usable key and no session.",
    403: "The caller may not do this, or is banned.",
    404: "There is no such thing.",
    405: "The method is not for this path.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    503: "The store could not write, or not in time: look before you try again.",
}


class ErrorDetail(Shape, frozen=True):
    """What went wrong: a stable word, a sentence, advice."""

    code: str
    message: str
    hint: str


class Error(Shape, frozen=True):
    """The one shape of errors."""

    error: ErrorDetail


class Session(Shape, frozen=True):
    """Who asks, and the token that a session's writes carry in the header x-csrf-token."""

    caller: str
    scopes: list[str]
    csrf: str


def written() -> str:
    """The document as the reference keeps it."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The whole document."""
    types: list[type] = [Error, Session]
    types += [operation.answer for operation in OPERATIONS]
    types += [operation.asked for operation in OPERATIONS if operation.method == "POST"]
    _, schemas = msgspec.json.schema_components(types, ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {"/api/session": {"get": _session()}}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Yanmen console",
            "version": "1",
            "description": "What the console's pages show and do. Times are integers: microseconds since 1970, UTC.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key of Yanmen's: ym_…"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "yanmen_session",
                    "description": "Set by the login page. Writes also need the header x-csrf-token.",
                },
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    parameters = []
    if operation.named:
        schema = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[0-9A-Za-z_]+$"}
        parameters.append({"name": "name", "in": "path", "required": True, "schema": schema})
    errors = {400, 401, 403, 405} | ({404} if operation.named else set())
    written: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": f"Needs the scope `{operation.scope}`.",
        "tags": [operation.path.split("/")[2]],
    }
    if operation.method == "GET":
        parameters += _query(operation.asked)
    else:
        errors |= {404, 413, 415, 503}
        written["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(operation.asked)}},
        }
    if parameters:
        written["parameters"] = parameters
    written["responses"] = {
        str(operation.status): _answer(operation.summary, operation.answer),
        **{str(status): _answer(_WORDS[status], Error) for status in sorted(errors)},
    }
    return written


def _session() -> dict[str, Any]:
    said = "Who asks, and the token that a session's writes carry."
    errors = {str(status): _answer(_WORDS[status], Error) for status in (401, 403, 405)}
    return {
        "operationId": "session",
        "summary": said,
        "tags": ["session"],
        "responses": {"200": _answer(said, Session), **errors},
    }


def _query(asked: type[msgspec.Struct]) -> list[dict[str, Any]]:
    schema = msgspec.json.schema(asked)
    properties = schema["$defs"][asked.__name__]["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": _not_null(one)}
        for name, one in properties.items()
    ]


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is not given is left out; it is never the word null."""
    kinds = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    plain = kinds[0] if len(kinds) == 1 else schema
    if "enum" in plain:
        plain = {**plain, "enum": [word for word in plain["enum"] if word is not None]}
    return {name: value for name, value in plain.items() if name != "default" or value is not None}


def _answer(words: str, shape: type[msgspec.Struct]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": _reference(shape)}}}


def _reference(shape: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=shape.__name__)}
