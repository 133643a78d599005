"""What stands in the place of an answer that policy withholds, where the operator has written a text for it."""

from __future__ import annotations

import msgspec

from yanmen.gateway.commands import Answer, Call
from yanmen.gateway.errors import Refusal
from yanmen.llm.wire.codec import Codec

SAY = "answer_policy_violation"
"""The refusal that a safe answer may stand for; what a prompt is refused for stays an error."""


def answer(codec: Codec, refusal: Refusal, call: Call, model: str, text: str) -> Answer:
    """HTTP 200 with the text, in the surface's shape; the decision's id says that the model did not write it."""
    said = refusal.said(call.tongue, call, model)
    headers = [*refusal.headers(), (b"x-request-id", call.id.encode())]
    return Answer(200, headers, msgspec.json.encode(codec.withheld(said, text)))
