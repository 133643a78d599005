"""What a model makes of labelled texts: with the shipped weights."""

from __future__ import annotations

import numpy as np
import pytest

from yanmen.guard.learning.judging import Model, Seen, look, solved
from yanmen.guard.learning.rows import Row, shipped
from yanmen.guard.model.card import FOLDER
from yanmen.guard.model.encoder import Encoder

ROWS = shipped("rehearsal")[:3] + shipped("rehearsal")[-3:]


def test_a_head_is_solved_from_what_it_said() -> None:
    """Of more texts than it has numbers."""
    rng = np.random.default_rng(1)
    weight, pooled = rng.normal(size=16), rng.normal(size=(40, 16)).astype(np.float32)
    seen = [Seen(part, (part @ weight + 0.5).astype(np.float32)) for part in np.split(pooled, 10)]

    found, bias = solved(seen)

    assert found == pytest.approx(weight, abs=1e-4)
    assert bias == pytest.approx(0.5, abs=1e-4)


def test_texts_are_read_once_and_judged_as_the_encoder_does() -> None:
    """But for what int8 makes of another batch; a text that the lexical model clears is none, whatever the encoder says."""
    encoder = Encoder.load()
    done: list[int] = []
    seen = look(encoder, ROWS, lambda count, _: done.append(count))
    model = Model.load(FOLDER, seen)

    assert done == [len(ROWS)]
    for row, one in zip(ROWS, seen, strict=True):
        reading = encoder.read(row.text, row.channel)
        assert float(one.logits.max()) == pytest.approx(
            max(each.logit for each in encoder.judge(encoder.windows(row.text, row.channel))), abs=0.6
        )
        assert model.probability(row, one) == pytest.approx(reading.probability, abs=0.2)
        cleared = model.lexical.clears(row.text, row.channel)
        assert model.attack(row, one) == (
            not cleared and model.probability(row, one) >= model.card.channels[row.channel].threshold
        )
    assert model.attacks(ROWS, seen) == [model.attack(row, one) for row, one in zip(ROWS, seen, strict=True)]


def test_a_text_without_words_has_a_reading_too() -> None:
    """Nothing divides by nothing."""
    (seen,) = look(Encoder.load(), [Row(text=" ", label="benign")])

    assert len(seen.pooled) == len(seen.logits) >= 1
