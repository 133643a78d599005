"""``yanmen selftest``: is everything that comes and goes really looked at?"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import click

from yanmen.cli.options import json_option, tongue
from yanmen.cli.requests import ask
from yanmen.core import config as configuration
from yanmen.core.errors import YanmenError
from yanmen.core.keys import new_key
from yanmen.core.language import Messages
from yanmen.core.nouns import Phrase
from yanmen.gateway.carriers.choices import messages
from yanmen.gateway.selftest import Sight, selftest
from yanmen.gateway.surfaces import CHAT_COMPLETIONS
from yanmen.guard import Guard
from yanmen.policy import Policy

_MESSAGES = Messages(Path(__file__).parent / "messages" / "selftest")


@click.command(
    "selftest", help=tongue("Plant a canary in every carrier.", "在每一种载体中埋入探针，验证防护在位。")
)
@click.option(
    "--config", "file", type=click.Path(path_type=Path), help=tongue("Configuration file.", "配置文件。")
)
@click.option("--url", help=tongue("A running gateway to try as well.", "同时检验一个运行中的网关。"))
@click.option(
    "--key", envvar="YANMEN_KEY", help=tongue("A key for it (or YANMEN_KEY).", "其密钥（或 YANMEN_KEY）。")
)
@json_option
def command(file: Path | None, url: str | None, key: str | None, *, as_json: bool) -> None:
    """Exit 0 when all was seen, 1 when something was not.

    Without ``--url`` the configured guard and policy are tried behind the real door, in this process, requests and
    answers both. With it the canary goes to the running gateway too, which must refuse it before its model sees it.
    """
    config = configuration.load(file).config
    policy = Policy.load([Path(name) for name in config.policy.files])
    sights = asyncio.run(selftest(Guard(config.guard), policy))
    if url:
        if not key:
            raise YanmenError(
                Phrase(en="a running gateway asks for a key", zh="访问运行中的网关需要密钥"),
                hint=Phrase(en="Give --key, or set YANMEN_KEY.", zh="请用 --key 或 YANMEN_KEY 指定。"),
            )
        sights += tuple(_live(url, key))
    if as_json:
        click.echo(json.dumps([sight._asdict() for sight in sights], indent=2))
    else:
        for sight in sights:
            word = _MESSAGES.say("seen" if sight.seen else "unseen")
            click.echo(f"{word}  {sight.surface:<20} {sight.carrier}")
        seen = sum(sight.seen for sight in sights)
        click.echo(_MESSAGES.say("sum", seen=seen, all=len(sights)))
    sys.exit(0 if all(sight.seen for sight in sights) else 1)


def _live(url: str, key: str) -> Iterator[Sight]:
    """The carriers of a request, at the running gateway: each must be refused by policy."""
    whole = url.rstrip("/").removesuffix("/v1") + CHAT_COMPLETIONS
    for carrier, message, more in messages(new_key()):
        body = {"model": "selftest", "messages": [message], "max_tokens": 1, **more}
        status, answer = ask(whole, "POST", key, json.dumps(body).encode())
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise YanmenError(
                Phrase(
                    en=f"the gateway does not know this key ({status})",
                    zh=f"网关不接受该密钥（状态码 {status}）",
                ),
                hint=Phrase(en="See `yanmen keys list`.", zh="现有密钥见 `yanmen keys list`。"),
            )
        seen = status == HTTPStatus.BAD_REQUEST and b"content_policy_violation" in answer
        yield Sight("live", f"request {carrier}", seen)
