"""SentencePiece vocabularies: pieces with scores, and how they were trained. Data only."""

from __future__ import annotations

from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.models.wire import BYTES, Wire
from yanmen.supply.targets import Artifact, Examined

_FIELDS = {1: "pieces", 2: "trainer", 3: "normalizer", 4: "self-test", 5: "denormalizer"}
"""Of sentencepiece_model.proto; others are extensions."""


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Every field to the end of the file."""
    report = Report(artifact, bounds, "sentencepiece")
    wire = Wire(artifact, bounds)
    pieces = 0
    try:
        for field in wire.fields():
            if field.number not in _FIELDS or field.kind != BYTES:
                report.miss("unsupported", f"the field {field.number} is none of a vocabulary's")
                break
            pieces += field.number == 1
    except Unjudged as error:
        report.failed(error)
    finally:
        wire.close()
    report.fact("pieces", str(pieces))
    report.step(f"sentencepiece: {pieces} pieces, data only")
    return report.done()
