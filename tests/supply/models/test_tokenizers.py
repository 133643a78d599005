"""SentencePiece vocabularies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yanmen
from yanmen.supply.targets import Examined

MODEL = Path(yanmen.__file__).parent / "guard/model/weights/tokens.model"


def test_a_vocabulary_is_proven_safe_and_a_cut_one_is_not(examined: Callable[..., Examined]) -> None:
    """The one that Yanmen ships."""
    data = MODEL.read_bytes()
    found = examined(data, "tokens.model")

    assert (found.format, found.proof) == ("sentencepiece", "proven_safe")
    assert int(found.facts["pieces"]) > 1000
    assert examined(data[:-3], "tokens.model").unexamined[0].reason == "malformed"
    assert examined(data + b"\x42\x01x", "tokens.model").unexamined[0].reason == "unsupported"
