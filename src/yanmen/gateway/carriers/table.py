"""The carriers of each surface, by its name. A surface without any fails the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yanmen.gateway.carriers import anthropic, choices, ollama, others, responses
from yanmen.gateway.carriers.planted import Carriers, Planted

CARRIERS: Mapping[str, Carriers] = {
    "chat": choices.chat,
    "completions": choices.completions,
    "responses": responses.responses,
    "responses-kept": responses.kept,
    "embeddings": others.embeddings,
    "moderations": others.moderations,
    "models": others.models,
    "audio-speech": others.speech,
    "audio-transcriptions": others.transcriptions,
    "audio-translations": others.translations,
    "images-generations": others.images,
    "images-edits": others.edits,
    "images-variations": others.variations,
    "passed": others.passed,
    "messages": anthropic.messages,
    "count-tokens": anthropic.counted,
    "ollama-chat": ollama.chat,
    "ollama-generate": ollama.generate,
    "ollama-embed": ollama.embed,
    "ollama-models": ollama.models,
}


def planted(text: str) -> Iterator[Planted]:
    """Every carrier of every surface, with a text in it."""
    for carriers in CARRIERS.values():
        yield from carriers(text)
