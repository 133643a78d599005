"""Ollama's store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.ollama import Ollama
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
DIGEST, LICENCE = "ab" * 32, "cd" * 32
MANIFEST = f"""
{{"schemaVersion": 2, "config": {{"mediaType": "application/vnd.docker.container.image.v1+json"}}, "layers": [
  {{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:{DIGEST}"}},
  {{"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:{LICENCE}"}}
]}}
"""


def test_models_of_the_store(lay: Lay, ask: Ask) -> None:
    """By registry, name and tag, with the digest of the weights and the licence's first line."""
    root = lay(
        {
            "models/manifests/registry.example/library/llama3/8b": MANIFEST,
            "models/manifests/hf.co/org/tiny/latest": MANIFEST,
            f"models/blobs/sha256-{DIGEST}": "GGUF",
            f"models/blobs/sha256-{LICENCE}": "\n LLAMA LICENCE \nmore",
        }
    )
    found, missed = ask(root, Ollama())

    assert missed == []
    assert [(one.purl, one.name, one.version) for one in found] == [
        ("pkg:huggingface/org/tiny@latest", "org/tiny", "latest"),
        ("pkg:generic/ollama/library/llama3@8b", "library/llama3", "8b"),
    ]
    assert (found[0].hashes, found[0].licences) == ({"sha256": DIGEST}, ("LLAMA LICENCE",))


def test_blobs_that_are_gone_and_other_manifests(lay: Lay, ask: Ask) -> None:
    """The first are said, the second are somebody else's."""
    root = lay(
        {
            "models/manifests/r/l/m/t": MANIFEST,
            "deploy/manifests/a/b/c/d": "kind: Pod",
            "manifests/a/b/c/e": "{}",
        }
    )
    found, missed = ask(root, Ollama())

    assert len(found) == 1
    assert [one.reason for one in missed] == ["unreadable", "unreadable"]
