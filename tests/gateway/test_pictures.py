"""Images in prompts, from OpenAI's own client through a real gateway to the model, read by the real engine."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import openai
import pytest

pytest.importorskip("rapidocr", reason="the extra images is not installed")

from yanmen.core import config

House = Any
CORPUS = Path(__file__).parents[1] / "corpora" / "images"


def data_url(name: str) -> str:
    """An image of the corpus."""
    return f"data:image/png;base64,{b64encode((CORPUS / name).read_bytes()).decode()}"


async def asked(house: House, *urls: str) -> str:
    """The answer to a prompt with images."""
    images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    house.stub.plays(
        b'{"id":"c","object":"chat.completion","created":1,"model":"stub","choices":'
        b'[{"index":0,"message":{"role":"assistant","content":"A chart."},"finish_reason":"stop"}]}'
    )
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.key, max_retries=0) as ai:
        content: Any = [{"type": "text", "text": "What does this page say?"}, *images]
        answer = await ai.chat.completions.create(
            model="m", messages=[{"role": "user", "content": content}], timeout=120
        )
    return answer.choices[0].message.content or ""


@pytest.fixture
async def seeing(houses: Callable[..., Awaitable[House]]) -> House:
    """A gateway that reads images."""
    return await houses(guard=config.Guard(images=True, image_seconds=110))


@pytest.fixture
async def site() -> AsyncIterator[Callable[[bytes], str]]:
    """A web server that answers with what it is given; its address."""
    answers: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers[0])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def plays(answer: bytes) -> str:
        answers[:] = [answer]
        return f"127.0.0.1:{port}"

    yield plays
    server.close()


def found(data: bytes) -> bytes:
    """An HTTP answer with a body."""
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(data), data)


@pytest.mark.parametrize("name", ["one-level.png"])
async def test_an_attack_in_an_image_is_refused(seeing: House, name: str) -> None:
    """One level of grey from white: invisible to people, legible to models."""
    with pytest.raises(openai.BadRequestError) as caught:
        await asked(seeing, data_url("clean.png"), data_url(name))

    assert caught.value.code == "content_policy_violation"
    (event,) = await seeing.ended()
    assert {one["part"] for one in event.data["findings"]} == {"/messages/0/content/2/image_url/url"}
    assert not seeing.stub.seen


async def test_a_clean_image_goes_to_the_model_as_it_came(seeing: House) -> None:
    """Byte for byte, like the rest of the call."""
    assert await asked(seeing, data_url("clean.png")) == "A chart."
    (seen,) = seeing.stub.seen
    assert seen.json["messages"][0]["content"][1]["image_url"]["url"] == data_url("clean.png")


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64,AAAA",
        "data:image/png;base64,not base64",
        "data:image/svg+xml,<svg/>",
        "https://images.example/a.png",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ],
)
async def test_what_cannot_be_read_is_not_clean(seeing: House, url: str) -> None:
    """Broken, encoded in a way that readers differ on, or somewhere we do not fetch from."""
    with pytest.raises(openai.BadRequestError):
        await asked(seeing, url)
    assert not seeing.stub.seen


async def test_without_reading_images_are_refused(houses: Callable[..., Awaitable[House]]) -> None:
    """Nothing is let through unseen by default."""
    house = await houses()
    with pytest.raises(openai.BadRequestError):
        await asked(house, data_url("clean.png"))
    assert not house.stub.seen


async def test_what_was_fetched_is_what_the_model_sees(
    houses: Callable[..., Awaitable[House]], site: Callable[[bytes], str]
) -> None:
    """The model must not fetch again: another image could stand there by then."""
    host = site(found((CORPUS / "clean.png").read_bytes()))
    house = await houses(guard=config.Guard(images=True, image_hosts=(host,), image_seconds=110))
    assert await asked(house, f"http://{host}/page.png") == "A chart."
    (seen,) = house.stub.seen
    assert seen.json["messages"][0]["content"][1]["image_url"]["url"] == data_url("clean.png")


async def test_an_attack_behind_an_address_is_refused(
    houses: Callable[..., Awaitable[House]], site: Callable[[bytes], str]
) -> None:
    """Wherever it stands."""
    host = site(found((CORPUS / "attack.png").read_bytes()))
    house = await houses(guard=config.Guard(images=True, image_hosts=(host,), image_seconds=110))
    with pytest.raises(openai.BadRequestError):
        await asked(house, f"http://{host}/page.png")
    assert not house.stub.seen
