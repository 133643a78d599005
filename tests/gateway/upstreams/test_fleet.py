"""Several upstreams on real sockets: who serves a call, what is tried again and what never is."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from yanmen.core.config import Gateway, Health, Model, Route, Upstream
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.fleet import Fleet

Models = Callable[..., Awaitable[Any]]
Handler = Callable[[Any], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def saying(answer: bytes, seen: list[bytes] | None = None) -> Handler:
    """Answers every request so."""

    async def handle(far: Any) -> None:
        while True:
            request = await far.request()
            if seen is not None:
                seen.append(request)
            await far.say(answer)

    return handle


def status(code: int, *headers: str) -> bytes:
    """An answer with a status and an empty body."""
    return "\r\n".join([f"HTTP/1.1 {code} X", "Content-Length: 0", *headers, "", ""]).encode()


def fleet_of(*models: Any, told: list[tuple[str, str]] | None = None, **settings: Any) -> Fleet:
    """A fleet of these endpoints, called a, b, c and so on."""
    ups = {name: Upstream(url=model.url, key="k") for name, model in zip("abcdef", models, strict=False)}
    ups.update(settings.pop("upstreams", {}))

    def tell(turn: str, name: str, _why: str) -> None:
        if told is not None:
            told.append((turn, name))

    return Fleet(Gateway(upstreams=ups, **settings), tell)


async def call(
    fleet: Fleet, model: str = "m", body: bytes | None = None, **errand: str
) -> tuple[int, str, int]:
    """One call, whole: its status, who answered, and how many were asked."""
    body = body or json.dumps({"model": model, "messages": []}).encode()
    reply = await fleet.send("POST", "/chat/completions", [], body, Errand(model=model, **errand))
    await reply.read(10_000)
    return reply.status, reply.upstream, reply.tries


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that another task does."""
    while not true():  # noqa: ASYNC110  # there is no event of it
        await asyncio.sleep(0.01)


async def test_calls_go_to_all_by_weight(models: Models) -> None:
    """Three to one."""
    east, west = await models(saying(OK)), await models(saying(OK))
    ups = {"east": Upstream(url=east.url, weight=3), "west": Upstream(url=west.url)}

    async with fleet_of(upstreams=ups) as fleet:
        served = Counter([(await call(fleet))[1] for _ in range(40)])

    assert served == {"east": 30, "west": 10}


async def test_the_one_upstream_of_old_is_called_default(models: Models) -> None:
    """``[gateway.upstream]`` alone, as ever."""
    model = await models(saying(OK))

    async with Fleet(Gateway(upstream=Upstream(url=model.url))) as fleet:
        assert await call(fleet) == (200, "default", 1)


@pytest.mark.parametrize("code", [401, 429, 502, 503, 504, 529])
async def test_an_answer_that_declines_is_tried_elsewhere(models: Models, code: int) -> None:
    """And its connection can be used again or is closed, never mixed up."""
    bad, good = await models(saying(status(code))), await models(saying(OK))

    async with fleet_of(bad, good) as fleet:
        assert [await call(fleet) for _ in range(2)] == [(200, "b", 2), (200, "b", 1)]
        assert fleet.retries == 1


async def test_nobody_listening_is_tried_elsewhere_and_ejected(models: Models) -> None:
    """Five in a row; from then on nobody asks there."""
    good, told = await models(saying(OK)), list[tuple[str, str]]()
    dead = Upstream(url="http://127.0.0.1:9/v1")

    async with fleet_of(good, upstreams={"dead": dead}, told=told) as fleet:
        answers = [await call(fleet) for _ in range(40)]
        asked = fleet.members["dead"].ended["unreachable"]

    assert {status for status, _, _ in answers} == {200}
    assert {name for _, name, _ in answers} == {"a"}
    assert asked == 5
    assert told == [("ejected", "dead")]


@pytest.mark.parametrize("code", [200, 400, 404, 422, 500])
async def test_every_other_answer_is_the_answer(models: Models, code: int) -> None:
    """The client's own fault, or work that was done: never twice."""
    first, second = await models(saying(status(code))), await models(saying(status(code)))

    async with fleet_of(first, second) as fleet:
        assert await call(fleet) == (code, "a", 1)


async def test_a_call_that_was_sent_is_never_sent_twice(models: Models) -> None:
    """A new connection that dies, silence past the deadline, garbage: the model may have done the work."""
    seen: list[bytes] = []

    async def dies(far: Any) -> None:
        seen.append(await far.request())

    async def silent(far: Any) -> None:
        seen.append(await far.request())
        await far.left()

    async def babbles(far: Any) -> None:
        seen.append(await far.request())
        await far.say(b"hello\r\n\r\n")

    for bad, kind in ((dies, "broken"), (silent, "timeout"), (babbles, "garbage")):
        seen.clear()
        model, other = await models(bad), await models(bad)
        ups = {"a": Upstream(url=model.url, first_byte_seconds=0.3), "b": Upstream(url=other.url)}
        async with fleet_of(upstreams=ups) as fleet:
            with pytest.raises(UpstreamError) as caught:
                await call(fleet)

        assert (caught.value.kind, caught.value.upstream, caught.value.tries) == (kind, "a", 1)
        assert len(seen) == 1


async def test_once_a_byte_of_the_answer_is_there_nothing_is_tried_again(models: Models) -> None:
    """A stream that breaks off is the client's to see; it counts against the upstream."""

    async def breaks(far: Any) -> None:
        await far.request()
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    model, other = await models(breaks), await models(saying(OK))
    async with fleet_of(model, other) as fleet:
        reply = await fleet.send("POST", "/chat/completions", [], b'{"model":"m"}')
        with pytest.raises(UpstreamError):
            await reply.read(1_000)
        members = fleet.members

        assert other.connections == 0
        assert members["a"].ended == {"ok": 1, "broken": 1}
        assert [member.calls for member in members.values()] == [0, 0]


async def test_tries_end(models: Models) -> None:
    """At three, though there are more upstreams; the last answer is the client's."""
    bad = [await models(saying(status(503))) for _ in range(5)]

    async with fleet_of(*bad) as fleet:
        assert await call(fleet) == (503, "c", 3)


async def test_retries_are_a_budget(models: Models) -> None:
    """However many calls fail, a fifth of them is tried again."""
    bad, worse = await models(saying(status(502))), await models(saying(status(502)))
    health = Health(failures=1_000_000, failing_share=0)

    async with fleet_of(bad, worse, health=health) as fleet:
        for _ in range(200):
            await call(fleet)

        assert fleet.retries <= 10 + 0.2 * 200


async def test_who_says_429_is_spared_for_as_long_as_it_says(models: Models) -> None:
    """While another serves; it is not ejected."""
    seen: list[bytes] = []
    busy, good = await models(saying(status(429, "Retry-After: 1"), seen)), await models(saying(OK))

    async with fleet_of(busy, good) as fleet:
        answers = [await call(fleet) for _ in range(10)]
        assert len(seen) == 1
        assert {code for code, _, _ in answers} == {200}
        assert fleet.members["a"].health.ejections == 0
        await asyncio.sleep(1.1)
        await call(fleet)
        await call(fleet)

        assert len(seen) == 2


async def test_a_429_of_the_only_one_is_the_clients(models: Models) -> None:
    """With what it says of when to come again."""
    busy = await models(saying(status(429, "Retry-After: 7")))

    async with fleet_of(busy) as fleet:
        reply = await fleet.send("POST", "/chat/completions", [], b'{"model":"m"}')
        assert (reply.status, reply.header(b"retry-after")) == (429, b"7")
        assert await call(fleet) == (429, "a", 1)


async def test_an_ejected_one_returns_by_one_call(models: Models) -> None:
    """Half-open, then all the way."""
    told: list[tuple[str, str]] = []
    answer = [status(503)]

    async def turning(far: Any) -> None:
        while True:
            await far.request()
            await far.say(answer[0])

    model, other = await models(turning), await models(saying(OK))
    health = Health(failures=2, eject_seconds=0.2)
    async with fleet_of(model, other, told=told, health=health) as fleet:
        while not told:
            await call(fleet)
        assert {(await call(fleet))[1] for _ in range(10)} == {"b"}
        answer[0] = OK
        await asyncio.sleep(0.25)
        served = Counter([(await call(fleet))[1] for _ in range(20)])

    assert told == [("ejected", "a"), ("returned", "a")]
    assert served["a"] >= 9


async def test_a_probe_ejects_and_brings_back_without_any_call(models: Models) -> None:
    """Every so many seconds."""
    told: list[tuple[str, str]] = []
    answer = [status(503)]

    async def turning(far: Any) -> None:
        while True:
            assert (await far.request()).startswith(b"GET /v1/health ")
            await far.say(answer[0])

    model = await models(turning)
    ups = {"a": Upstream(url=model.url, probe="/health", probe_seconds=0.05)}
    async with fleet_of(upstreams=ups, told=told, health=Health(failures=2, eject_seconds=60)):
        async with asyncio.timeout(10):
            await until(lambda: told == [("ejected", "a")])
            answer[0] = OK
            await until(lambda: told == [("ejected", "a"), ("returned", "a")])


async def test_an_alias_is_what_the_client_says_and_its_model_what_the_upstream_hears(models: Models) -> None:
    """By upstream where they call it differently; everything else of the body keeps its bytes."""
    seen: list[bytes] = []
    east, west = await models(saying(OK, seen)), await models(saying(OK, seen))
    alias = Model(model="qwen3-8b", names={"b": "Qwen/Qwen3-8B"})
    body = b'{"temperature":0.10,"model":"fast","messages":[{"role":"user","content":"\\u4f60"}]}'

    async with fleet_of(east, west, models={"fast": alias}) as fleet:
        await call(fleet, "fast", body)
        await call(fleet, "fast", body)

    sent = {request.partition(b"\r\n\r\n")[2] for request in seen}
    assert sent == {body.replace(b'"fast"', name) for name in (b'"qwen3-8b"', b'"Qwen/Qwen3-8B"')}


async def test_a_model_nobody_serves_is_refused_before_anything_is_sent(models: Models) -> None:
    """By the names that upstreams say they serve."""
    model = await models(saying(OK))

    async with fleet_of(upstreams={"a": Upstream(url=model.url, models=("qwen*",))}) as fleet:
        assert (await call(fleet, "qwen3"))[0] == 200
        with pytest.raises(UpstreamError) as caught:
            await call(fleet, "llama")

    assert caught.value.kind == "no-route"


async def test_tenants_and_surfaces_have_their_routes(models: Models) -> None:
    """The first route of the file that fits; else to whoever serves the model and speaks the surface."""
    one, two, three = [await models(saying(OK)) for _ in range(3)]
    ups = {
        "a": Upstream(url=one.url),
        "b": Upstream(url=two.url),
        "c": Upstream(url=three.url, surfaces=("anthropic",)),
    }
    routes = {
        "bank": Route(tenants=("bank",), upstreams=("b",)),
        "rest": Route(models=("big-*",), surfaces=("openai",), upstreams=("a",)),
    }
    async with fleet_of(upstreams=ups, routes=routes) as fleet:
        bank = {(await call(fleet, speaks="openai", tenant="bank"))[1] for _ in range(4)}
        big = {(await call(fleet, "big-1", speaks="openai"))[1] for _ in range(4)}
        other = {(await call(fleet, speaks="openai"))[1] for _ in range(4)}
        claude = {(await call(fleet, speaks="anthropic"))[1] for _ in range(6)}
        with pytest.raises(UpstreamError):  # a route says where to, and there nobody speaks it
            await call(
                fleet_with(fleet, Route(tenants=("x",), upstreams=("c",))), speaks="openai", tenant="x"
            )

    assert (bank, big, other, claude) == ({"b"}, {"a"}, {"a", "b"}, {"a", "b", "c"})


def fleet_with(fleet: Fleet, route: Route) -> Fleet:
    """The same fleet with one more route."""
    old = fleet._settings
    ups = {name: member.settings for name, member in fleet.members.items()}
    fleet.apply(Gateway(upstreams=ups, models=old.models, routes={**old.routes, "more": route}))
    return fleet


async def test_a_named_upstream_never_gets_the_credential_of_the_unnamed(
    models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its variable."""
    monkeypatch.setenv("YANMEN_UPSTREAM_KEY", "sk-of-default")
    monkeypatch.setenv("YANMEN_UPSTREAM_EAST_2_KEY", "sk-of-east")
    seen: list[bytes] = []
    model, other = await models(saying(OK, seen)), await models(saying(OK, seen))

    async with fleet_of(
        upstreams={"east-2": Upstream(url=model.url), "west": Upstream(url=other.url)}
    ) as fleet:
        await call(fleet)
        await call(fleet)

    assert sum(b"authorization: Bearer sk-of-east\r\n" in request for request in seen) == 1
    assert not any(b"sk-of-default" in request for request in seen)
    assert sum(b"authorization" in request for request in seen) == 1


async def test_a_client_that_leaves_frees_its_place(models: Models) -> None:
    """While the answer is awaited, and within it; and says nothing of the upstream."""

    async def slow(far: Any) -> None:
        await far.request()
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await far.left()

    async def silent(far: Any) -> None:
        await far.request()
        await far.left()

    model = await models(silent)
    async with fleet_of(model) as fleet:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await call(fleet)
        assert fleet.members["a"].calls == 0
    model = await models(slow)
    async with fleet_of(model) as fleet:
        reply = await fleet.send("POST", "/chat/completions", [], b"{}")
        assert fleet.members["a"].calls == 1
        reply.close()

        assert fleet.members["a"].calls == 0
        assert fleet.members["a"].ended == {"ok": 1}


async def test_another_configuration_is_taken_up_while_calls_go_on(models: Models) -> None:
    """A call in flight ends where it is; who is gone gets no more calls; who stays keeps its connections."""
    gate = asyncio.Event()

    async def slow(far: Any) -> None:
        await far.request()
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")
        await gate.wait()
        await far.say(b"lf")
        await far.left()

    old, stays, new = await models(slow), await models(saying(OK)), await models(saying(OK))
    ups = {"old": Upstream(url=old.url), "stays": Upstream(url=stays.url)}
    async with fleet_of(upstreams=ups) as fleet:
        reply = await fleet.send("POST", "/chat/completions", [], b"{}")
        assert reply.upstream == "old"
        await call(fleet)
        fleet.apply(Gateway(upstreams={"stays": ups["stays"], "new": Upstream(url=new.url)}))
        served = {(await call(fleet))[1] for _ in range(4)}
        gate.set()
        whole = await reply.read(100)

    assert whole == b"half"
    assert served == {"stays", "new"}
    assert stays.connections == 1
