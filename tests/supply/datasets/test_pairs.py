"""What two answers have in common is what was asked."""

from __future__ import annotations

from yanmen.supply.datasets.pairs import parted
from yanmen.supply.datasets.shapes import row_of, shape_of

_TALK = "\n\nHuman: Is it late?\n\nAssistant: A little.\n\nHuman: How late?\n\nAssistant:"


def test_a_dialogue_is_cut_before_the_last_answer() -> None:
    """As hh-rlhf writes it, also where both answers begin alike."""
    asked, chosen, rejected = parted(f"{_TALK} Ten o'clock.", f"{_TALK} Ten past nine.")

    assert asked.endswith("Human: How late?")
    assert (chosen, rejected) == ("Ten o'clock.", "Ten past nine.")


def test_dialogues_that_part_early_are_cut_there() -> None:
    """Where the first answers differ already."""
    asked, chosen, _ = parted(
        "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Bye\n\nAssistant: Bye",
        "\n\nHuman: Hi\n\nAssistant: Go away\n\nHuman: Why?\n\nAssistant: So",
    )

    assert asked == "Human: Hi"
    assert chosen.startswith("Hello")


def test_texts_that_are_no_dialogue_are_left_whole() -> None:
    """A question in a column of its own."""
    assert parted("It is ten.", "It is late.") == ("", "It is ten.", "It is late.")
    assert parted("", "") == ("", "", "")


def test_turns_in_common_are_asked() -> None:
    """As UltraFeedback has it: the question again before each answer."""
    record = {
        "chosen": [{"role": "user", "content": "How late?"}, {"role": "assistant", "content": "Ten."}],
        "rejected": [{"role": "user", "content": "How late?"}, {"role": "assistant", "content": "No."}],
    }
    row = row_of(shape_of([record]), 1, 0, record, 1_000)

    assert (row.asked, row.answered, row.rejected) == ("How late?", "Ten.", "No.")


def test_a_question_in_its_own_column_is_not_told_twice() -> None:
    """Prompt and turns say the same."""
    record = {
        "prompt": "How late?",
        "chosen": [{"role": "user", "content": "How late?"}, {"role": "assistant", "content": "Ten."}],
        "rejected": [{"role": "user", "content": "How late?"}, {"role": "assistant", "content": "No."}],
    }
    row = row_of(shape_of([record]), 1, 0, record, 1_000)

    assert (row.asked, row.answered, row.rejected) == ("How late?", "Ten.", "No.")


def test_one_turn_each_is_an_answer() -> None:
    """As LLaMA-Factory has it; equal answers are never taken for what was asked."""
    same = {"from": "gpt", "value": "Ten."}

    assert parted(same, same) == ("", same, same)
    assert parted([same], [same]) == ("", [same], [same])
    assert parted(None, 7) == ("", None, 7)
