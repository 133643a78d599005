"""Masked values, from the prompt to the model and back, through a real gateway and OpenAI's own client."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import openai
import pytest

from yanmen.core.nouns import Text
from yanmen.gateway import restoring
from yanmen.gateway.commands import Mask
from yanmen.guard.masking import LONG, placeholder
from yanmen.llm.wire.places import Cut
from yanmen.policy import Policy
from yanmen.store import Store

House = Any
ID, PHONE, NAME = "11010519491231002X", "13812345678", "王小明"
PROMPT = f"姓名：{NAME}，身份证号：{ID}，手机：{PHONE}，请核对。"
RULES = """version: 1
extends: default
rules:
  - id: mask-personal
    when: {tags: "class:personal", direction: in, confidence: 0.8}
    then: redact
    mask: true
"""


@pytest.fixture
async def masking(houses: Callable[..., Awaitable[House]], tmp_path: Path) -> House:
    """A gateway whose policy masks personal data."""
    file = tmp_path / "policy.yaml"
    file.write_text(RULES, "utf-8")
    house = await houses()
    house.gateway._policies.policy = Policy.load([file])
    house.gateway.take_mode()
    return house


def names(store: Store, tenant: str = "default") -> tuple[str, str]:
    """The placeholders of the identity number and of the telephone number."""
    key = store.masks.key(tenant)
    return placeholder(key, "personal.id-card", ID), placeholder(key, "personal.mobile", PHONE)


def client(house: House, key: str = "") -> openai.AsyncOpenAI:
    """OpenAI's client."""
    return openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=key or house.key, max_retries=0)


def event(**delta: Any) -> dict[str, Any]:
    """An event of a streamed answer."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "stub", "choices": [choice]}


def whole(**message: Any) -> bytes:
    """An answer that is not streamed."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    tree = {"id": "c", "object": "chat.completion", "created": 1, "model": "stub", "choices": [choice]}
    return json.dumps(tree).encode()


async def asked(house: House, text: str, key: str = "") -> str:
    """The answer to a prompt."""
    async with client(house, key) as ai:
        said = await ai.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])
    return said.choices[0].message.content or ""


async def test_the_model_sees_placeholders_and_the_caller_gets_the_values_back(masking: House) -> None:
    """The same value has the same placeholder in every call; nothing on record holds a value."""
    card, phone = names(masking.store)
    masking.stub.plays(whole(content=f"[{card}] 与 {phone} 已核对", reasoning_content=f"id [{card}]"))

    async with client(masking) as ai:
        said = await ai.chat.completions.create(model="m", messages=[{"role": "user", "content": PROMPT}])

    sent = masking.stub.seen[0].body.decode()
    assert said.choices[0].message.content == f"{ID} 与 {PHONE} 已核对"
    assert said.choices[0].message.model_dump()["reasoning_content"] == f"id {ID}"
    assert f"身份证号：[{card}]" in json.loads(sent)["messages"][0]["content"]
    assert not any(value in sent for value in (ID, PHONE, NAME))
    await masking.ended()
    events = "".join(str(one.event) for one in masking.store.events.after(0, 10_000))
    assert not any(value in events for value in (ID, PHONE, NAME))
    assert not any(
        ID.encode() in path.read_bytes() for path in masking.store.folder.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("size", [1, 3, 200])
async def test_streams_are_restored_at_every_chunking(masking: House, size: int) -> None:
    """Content, reasoning and the arguments of tool calls, across events."""
    card, phone = names(masking.store)
    text, arguments = f"号码[{card}]，手机{phone}。", json.dumps({"id": f"[{card}]", "n": 1})
    call = {"index": 0, "id": "call_1", "type": "function"}
    events = [event(role="assistant", content="")]
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    events += [event(content=piece, reasoning_content=piece) for piece in pieces]
    for start in range(0, len(arguments), size):
        function = {"name": "f"} if not start else {}
        function["arguments"] = arguments[start : start + size]
        events.append(event(tool_calls=[{**(call if not start else {"index": 0}), "function": function}]))
    masking.stub.streams(*events)

    got, thought, spelt = "", "", ""
    async with client(masking) as ai:
        stream = await ai.chat.completions.create(
            model="m", messages=[{"role": "user", "content": PROMPT}], stream=True
        )
        async for one in stream:
            delta = one.choices[0].delta
            got += delta.content or ""
            thought += delta.model_dump().get("reasoning_content") or ""
            spelt += "".join(
                (tool.function.arguments or "") for tool in delta.tool_calls or [] if tool.function
            )

    assert got == thought == f"号码{ID}，手机{PHONE}。"
    assert json.loads(spelt) == {"id": ID, "n": 1}


async def test_no_other_key_gets_a_value_back(masking: House) -> None:
    """Not one of the same tenant, not one of another; the owner does, without sending the value again."""
    card, _ = names(masking.store)
    masking.stub.plays(whole(content="ok"))
    await asked(masking, PROMPT)
    masking.stub.plays(whole(content=f"it is [{card}]"))
    colleague, stranger = masking.mint()[0], masking.mint(tenant="other")[0]
    masking.gateway._policies.policy = Policy.load([masking.store.folder.parent / "policy.yaml"])
    masking.gateway.take_mode()

    assert await asked(masking, f"who is [{card}]?", colleague) == f"it is [{card}]"
    assert await asked(masking, f"who is [{card}]?", stranger) == f"it is [{card}]"
    assert await asked(masking, "who was it?") == f"it is [{card}]"
    assert await asked(masking, f"who is [{card}]?") == f"it is {ID}"


async def test_a_tool_result_and_arguments_are_masked_as_json(masking: House) -> None:
    """What the model is sent can still be read."""
    card, _ = names(masking.store)
    masking.stub.plays(whole(content="ok"))
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": json.dumps({"证": f"身份证{ID}"})},
    }
    messages: list[Any] = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": json.dumps({"身份证": ID})},
    ]
    async with client(masking) as ai:
        await ai.chat.completions.create(model="m", messages=messages)

    sent = masking.stub.seen[0].json["messages"]
    assert json.loads(sent[1]["tool_calls"][0]["function"]["arguments"]) == {"证": f"身份证[{card}]"}
    assert json.loads(sent[2]["content"]) == {"身份证": f"[{card}]"}


async def test_a_number_that_the_model_made_up_is_still_cut(masking: House) -> None:
    """Only what the caller sent is given back."""
    masking.stub.plays(whole(content=f"try {ID}"))

    assert await asked(masking, "make one up") == "try [redacted:personal.id-card]"


def test_a_placeholder_that_another_value_has_becomes_longer(store: Store) -> None:
    """Both are known by it."""
    pair = ("personal.mobile", PHONE)
    short = placeholder(store.masks.key("t"), *pair)
    store.masks.put("t", "key_b", {short: "another"})

    said = restoring.kept(store.masks, Mask("t", "key_a", (pair,), frozenset()))

    assert said.placeholders == {pair: placeholder(store.masks.key("t"), *pair, LONG)}
    assert said.values == {said.placeholders[pair]: PHONE}


def test_what_cannot_be_put_back_and_what_touches_a_cut_is_cut() -> None:
    """A place is never left as it was."""
    text = Text(text='abc"def ghi', role="user", trust="user", part="/p")
    redact = [
        {"part": "/p", "start": 0, "end": 7, "with": "[redacted:a]", "mask": "a"},
        {"part": "/p", "start": 8, "end": 10, "with": "[redacted:b]", "mask": "b"},
        {"part": "/p", "start": 9, "end": 11, "with": "[redacted:c]"},
    ]
    steps = restoring.masked("t", "key", (text,), redact)

    with pytest.raises(StopIteration) as done:
        next(steps)
    assert done.value.value == ({"/p": [Cut(0, 7, "[redacted:a]"), Cut(8, 11, "[redacted:b]")]}, {})
