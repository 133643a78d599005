"""What is counted of a quarter of an hour."""

from __future__ import annotations

import pytest

from yanmen.soc.abuse.features import ALL, FEATURES, NETWORKS, Window, explained, measured, number


def filled(count: int = 10, gap: float = 5.0, **data: object) -> Window:
    """A window of calls that are alike."""
    window = Window(0)
    for place in range(count):
        window.add({"texts": 1, "status": 200, **data}, "call.allowed", gap, place + 1)
    return window


def value(window: Window, name: str) -> float | None:
    """One feature by its name."""
    return dict(zip((one.name for one in FEATURES), measured(window), strict=True))[name]


def test_of_few_calls_only_their_number_is_known() -> None:
    """Shares and sizes of three calls are chance."""
    known = {one.name for one, said in zip(FEATURES, measured(filled(3)), strict=True) if said is not None}

    assert known == {"calls", "tokens", "networks"}


def test_what_an_event_says_is_not_trusted() -> None:
    """Numbers that are none count nothing."""
    assert [number(odd) for odd in (-5, 1e300, "many", None, [1], float("nan"))] == [0.0] * 6
    window = filled(20, tokens_out=1e300, tokens_in="x", status=[])
    assert (window.tokens_out, window.tokens_in, window.failed) == (0.0, 0.0, 0.0)
    assert len(window.networks) == NETWORKS


def test_errors_and_refusals_are_apart() -> None:
    """A call that policy refused failed nobody."""
    window = Window(0)
    window.add({"status": 403}, "call.refused", 1, 0)
    window.add({"status": 502}, "call.failed", 1, 0)
    window.add({"status": 429}, "call.allowed", 1, 0)
    window.add({"status": 429, "count": 40}, "call.refused", 1, 0)

    assert (window.calls, window.refused, window.failed) == (43, 41, 2)


def test_a_machines_rhythm_is_above_a_persons() -> None:
    """The pauses of a loop hardly spread."""
    person = Window(0)
    for gap in (3, 40, 8, 200, 15, 90, 5, 31, 400, 12):
        person.add({}, "call.allowed", gap, 0)
    machine, slow = value(filled(), "rhythm"), value(person, "rhythm")

    assert machine is not None
    assert slow is not None
    assert machine > slow + 2


@pytest.mark.parametrize("feature", ALL, ids=lambda one: one.name)
def test_every_feature_is_told_in_both_languages(feature: object) -> None:
    """With its value, what is usual, and by how much it moved."""
    name = feature.name  # type: ignore[attr-defined]
    said = explained(f"{name} 412 (3..30, +6.2); country DE → BR")

    assert feature.words.en + ": 412 (usually 3 to 30, +6.2 deviations)" in said.en  # type: ignore[attr-defined]
    assert feature.words.zh + "：412（通常 3 至 30，偏离 +6.2 个标准差）" in said.zh  # type: ignore[attr-defined]
    assert "country DE → BR" in said.en
    assert said.zh.endswith("；国家或地区 DE → BR")


def test_other_evidence_is_told_in_both_languages_too() -> None:
    """Places, and the counts of a harvest."""
    said = explained("701 calls, 42497 tokens of answers, 99% same, 1% of one template")

    assert said.zh == "调用 701 次，回答 42497 token，仅编号不同 99%，同一模板 1%"
    places = explained("system AS1 → AS2; client openai-python/1 → curl/8; within an hour DE → BR")
    assert places.zh == "网络 AS1 → AS2；客户端 openai-python/1 → curl/8；一小时内 DE → BR"
