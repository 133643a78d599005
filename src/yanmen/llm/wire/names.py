"""Names of the chat surface that say nothing by themselves: keys and enumerated values that need no judging.

A string that equals one of these is the protocol's own word. Any other string, key or value, is text.
"""

from __future__ import annotations

REQUEST_FIELDS = frozenset(
    """
    audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages
    metadata modalities model n parallel_tool_calls prediction presence_penalty prompt_cache_key reasoning_effort
    response_format safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools
    top_logprobs top_p user verbosity web_search_options
    """.split()
)
"""Fields of a chat completion request in OpenAI's published description (openai/openai-openapi, 2026)."""

MESSAGE_FIELDS = frozenset(
    "annotations audio content function_call name reasoning reasoning_content refusal role tool_call_id tool_calls".split()
)

KEYS = (
    REQUEST_FIELDS
    | MESSAGE_FIELDS
    | frozenset(
        """
        accepted_prediction_tokens additionalProperties allOf anyOf arguments audio_tokens bytes cached_tokens choices
        code completion_tokens completion_tokens_details const created data default delta description detail enum error
        exclusiveMaximum exclusiveMinimum file file_data file_id filename finish_reason format function id image_url
        include_obfuscation include_usage index input_audio items json_schema maxItems maxLength maximum message minItems
        minLength minimum native_finish_reason not object oneOf param parameters pattern prompt_tokens
        prompt_tokens_details properties reasoning_tokens rejected_prediction_tokens required schema strict
        system_fingerprint text title token total_tokens type uniqueItems url usage $defs $ref $schema
        """.split()
    )
)
"""Keys of requests, answers and JSON Schema."""

VALUES = frozenset(
    """
    array assistant auto boolean chat.completion chat.completion.chunk content_filter default developer error file flex
    function function_call grammar high image_url input_audio integer json_object json_schema length list low medium
    minimal mp3 model none null number object priority required stop string system text tool tool_calls user wav xhigh
    """.split()
)
"""Values of enumerated fields."""
