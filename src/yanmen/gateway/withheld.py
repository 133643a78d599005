"""What stands in the place of an answer that policy withholds, where the operator has written a text for it."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.core.clock import SECOND
from yanmen.gateway.commands import Answer, Call
from yanmen.gateway.errors import Refusal

SAY = "answer_policy_violation"
"""The refusal that a safe answer may stand for; what a prompt is refused for stays an error."""


def answer(refusal: Refusal, call: Call, model: str, text: str) -> Answer:
    """HTTP 200 with the text and ``finish_reason: content_filter``; the decision's id says that the model did not write it."""
    body: dict[str, Any] = {
        "id": f"chatcmpl-{call.id}",
        "object": "chat.completion",
        "created": call.at // SECOND,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "logprobs": None,
                "finish_reason": "content_filter",
            }
        ],
    }
    if refusal.decision is not None:
        body["decision"] = refusal.decision.id
    headers = [*refusal.headers(), (b"x-request-id", call.id.encode())]
    return Answer(200, headers, msgspec.json.encode(body))
