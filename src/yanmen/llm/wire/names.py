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

RESPONSES_FIELDS = frozenset(
    """
    background conversation include input instructions max_output_tokens max_tool_calls metadata model parallel_tool_calls
    previous_response_id prompt prompt_cache_key prompt_cache_retention reasoning safety_identifier service_tier store
    stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user
    """.split()
)
"""Fields of a Responses request in OpenAI's published description."""
ITEM_FIELDS = frozenset(
    "arguments call_id content encrypted_content id name output phase role status summary type".split()
)
"""Fields of an item that is put into a response, or comes out of it."""

KEYS = (
    REQUEST_FIELDS
    | MESSAGE_FIELDS
    | RESPONSES_FIELDS
    | ITEM_FIELDS
    | frozenset(
        """
        active annotations audio_url b64_json categories category_applied_input_types category_scores completed_at
        content_index created_at deleted effort embedding end end_index end_turn expires_at file_url filename first_id
        flagged full_text generate_summary has_more incomplete_details input_image input_text input_tokens
        input_tokens_details item item_id last_id logprob obfuscation object output_index output_text output_tokens
        output_tokens_details owned_by part partial_image_index quality queries response results revised_prompt role
        segments sequence_number size start start_index suffix summary_index token_logprobs tokens top_logprobs
        text_offset verbosity words
        """.split()
    )
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
    completed in_progress incomplete failed queued cancelled message reasoning response list disabled embedding
    output_text input_text input_image input_file summary_text reasoning_text refusal function_call_output
    item_reference text_completion url_citation concise detailed float base64
    """.split()
)
"""Values of enumerated fields."""
