"""Packages that stay, spread, destroy, or put themselves between others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Finding, Unexamined
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.packages import rules
from yanmen.supply.packages.behaviour import Behaviour
from yanmen.supply.packages.reading.effects import Effect, Trigger, host_of
from yanmen.supply.packages.reading.places import content_tags, spreads, starts_later
from yanmen.supply.packages.reading.values import HOLE

_PUBLISH = re.compile(
    r"\bnpm\s+publish\b|\btwine\s+upload\b|\byarn\s+publish\b|\bpnpm\s+publish\b|\bgh\s+repo\s+create\b|\bgit\s+push\b|\bgh\s+api\b.{0,80}-X\s*P",
    re.IGNORECASE,
)
_ROOTS = re.compile(
    r"^(?:~|~/\*?|/\*|/|\*|[A-Za-z]:[\\/]*\*?|\$HOME.?|%USERPROFILE%|/home/?|\.\./\*?|\./?\*?)$"
)
_EVERY = re.compile(r"^(?:~|\$HOME\x00|\$USERPROFILE\x00|/|\.\.?)(?:/\x00)+$")
_EVERYWHERE = re.compile(r"^(?:~|\$HOME\x00|\$USERPROFILE\x00|/|\.\.)/?(?:/?\x00)+$")
_DESKTOP = re.compile(
    r"^(?:~|\$HOME\x00|\$USERPROFILE\x00|/Users/\x00|/home/\x00).{0,40}[/\\]Desktop[/\\]", re.DOTALL
)
_KEYS = re.compile(
    r"key_?pair|wallet|account|signer|solders|solana|web3|ethers|eth_account|send_?transaction|tronweb|xrpl",
    re.IGNORECASE,
)
_BROWSER = re.compile(r"(?:^|\.)(?:ethereum|XMLHttpRequest\.(?:open|send)|fetch)(?:\.|$)")
_HEARD = re.compile(
    r"(?:^|\.)(?:ethereum|XMLHttpRequest\.(?:open|send)|fetch)(?:\.|$)|"
    r"^(?:builtins\.(?:open|input|print)|getpass\.\w+|requests\.\w+|httpx\.\w+|urllib\.request\.\w+|https?\.(?:request|get)|console\.\w+|"
    r"bcrypt\w*\.\w+|jsonwebtoken\.\w+|crypto\.\w+)$"
)
_MAIL = re.compile(r"\bbcc\b", re.IGNORECASE)


class Lasting(Detector[Behaviour]):
    """Autostart, other people's packages and builds, deletion, replaced functions."""

    rules = (
        rules.PERSISTS, rules.PERSISTS_CALLED, rules.SPREADS, rules.SPREADS_CALLED, rules.DELETES, rules.REWIRES, rules.COPIES_MAIL,
        rules.SABOTAGES, rules.SHOWS_FORM,
    )  # fmt: skip

    def detect(self, target: Behaviour) -> Iterator[Finding | Unexamined]:
        """Each of them, at its place."""
        for effect in target.doing("writes", "runs-command"):
            yield from _stays(target, effect)
        for effect in target.doing("writes"):
            if where := spreads(effect.text):
                unasked = effect.trigger >= Trigger.IMPORT
                foreign = any(tag.startswith("download:") for tag in effect.tags)
                unasked = unasked or (where == "other package" and foreign)
                rule = rules.SPREADS if unasked else rules.SPREADS_CALLED
                yield target.finding(
                    rule, effect, 0.8 if unasked else 0.5, f"{effect.api} writes to {_PLACES[where]}"
                )
        for effect in target.doing("runs-command"):
            unasked = effect.trigger >= Trigger.IMPORT or "again and again" in effect.tags
            if unasked and _PUBLISH.search(effect.text):
                yield target.finding(rules.SPREADS, effect, 0.85, f"{effect.api} publishes")
        yield from _destroys(target)
        yield from _between(target)


_PLACES = {
    "workflow": "a build's definition",
    "package index": "the settings of a package index",
    "assistant": "the settings of a coding assistant or editor",
    "other package": "another package or program",
}


def _stays(target: Behaviour, effect: Effect) -> Iterator[Finding]:
    what = effect.api.removeprefix("start-up by ") if effect.api.startswith("start-up by ") else ""
    if effect.does == "writes":
        what = what or starts_later(effect.text)
    if not what:
        return
    let_in = what == "authorized_keys" and ("key in code" in effect.tags or content_tags(effect.text))
    if effect.trigger >= Trigger.IMPORT or let_in:
        yield target.finding(rules.PERSISTS, effect, 0.85, f"{effect.api} sets up {what}")
    else:
        yield target.finding(rules.PERSISTS_CALLED, effect, 0.5, f"{effect.api} sets up {what}")


def _destroys(target: Behaviour) -> Iterator[Finding]:
    for effect in target.doing("deletes"):
        text = effect.text.strip()
        unasked = effect.trigger >= Trigger.IMPORT
        if effect.api == "rm" or (
            _ROOTS.match(text) and (unasked or (text.startswith(("~", "$")) and "tree" in effect.api))
        ):
            yield target.finding(rules.DELETES, effect, 0.9, f"{effect.api} deletes {visible(text)}")
        elif _EVERY.match(text) and (unasked or (text.startswith(".") and target.package.ecosystem == "npm")):
            yield target.finding(
                rules.DELETES, effect, 0.7, f"{effect.api} deletes whatever it finds in a folder of the user"
            )
    for effect in target.doing("stalls", least=Trigger.IMPORT):
        yield target.finding(rules.SABOTAGES, effect, 0.7, "a loop that has no end keeps the machine busy")
    for effect in target.doing("writes", least=Trigger.IMPORT):
        if _EVERYWHERE.match(effect.text.strip()):
            yield target.finding(
                rules.DELETES,
                effect,
                0.8,
                f"{effect.api} writes over whatever it finds in a folder of the user",
            )
        elif _DESKTOP.search(effect.text):
            yield target.finding(rules.SABOTAGES, effect, 0.7, f"{effect.api} puts a file before the user")


def _tapped(target: Behaviour, replaced: list[Effect]) -> Iterator[Finding]:
    """A function through which others' data passes is replaced, in a file that sends to a host that is written there."""
    sent = {
        effect.member for effect in target.doing("sends")
        if "." in (host := host_of(effect.text)) and HOLE not in host
    }  # fmt: skip
    for effect in replaced:
        if effect.trigger >= Trigger.IMPORT and effect.member in sent and _PASSES.match(effect.text):
            yield target.finding(
                rules.REWIRES, effect, 0.75, f"replaces {visible(effect.text)} and sends", masked=True
            )


_PASSES = re.compile(
    r"^(?:builtins\.(?:open|input|print|__import__)|getpass\.\w+|requests\.|httpx\.|aiohttp\.|urllib3?\.|http\.client|https?\.|fs\.|"
    r"boto3\.|botocore\.|openai\.|anthropic\.|json\.|socket\.|ssl\.|hashlib\.|crypto\.|bcrypt|jsonwebtoken|axios|console\.|"
    r"fetch$|XMLHttpRequest\.|net\.|tls\.)"
)


def _listening(target: Behaviour, replaced: list[Effect]) -> Iterator[Finding]:
    """The browser's network is replaced in a file that sends to an address of its own."""
    sent = {
        effect.member for effect in target.doing("sends", "receives", least=Trigger.IMPORT)
        if "." in (host := host_of(effect.text)) and HOLE not in host
    }  # fmt: skip
    for effect in replaced:
        if effect.trigger >= Trigger.IMPORT and effect.member in sent and _HEARD.search(effect.text):
            yield target.finding(
                rules.REWIRES, effect, 0.7, f"replaces {visible(effect.text)} and sends", masked=True
            )


def _pages(target: Behaviour) -> Iterator[Finding]:
    """Pages that are left, or made to ask for a password, as soon as a script is loaded."""
    asked = {host_of(effect.text) for effect in target.doing("sends", "receives", least=Trigger.IMPORT)}
    for effect in target.doing("receives"):
        loaded = effect.trigger >= Trigger.IMPORT or "loaded" in effect.tags
        told = any(tag.startswith("download:") for tag in effect.tags)
        loaded = loaded or any(
            tag.partition(":")[2] in asked - {"?"} for tag in effect.tags if tag.startswith("download:")
        )
        if loaded and _GOES.search(effect.api) and (effect.text.startswith(("http:", "https:")) or told):
            yield target.finding(rules.REWIRES, effect, 0.7, "sends the page to another address")
    for effect in target.doing("shows"):
        if _FORM.search(effect.text) and _PASSWORD.search(effect.text):
            yield target.finding(
                rules.SHOWS_FORM, effect, 0.8, f"{effect.api} shows a form that sends a password away"
            )


_GOES = re.compile(r"(?:^|\.)location(?:\.href|\.replace|\.assign)?$|^open$")
_FORM = re.compile(r"<form\b[^>]{0,300}\baction\s*=\s*[\"']?https?://", re.IGNORECASE)
_PASSWORD = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)


def _between(target: Behaviour) -> Iterator[Finding]:
    replaced = target.doing("rewires")
    wallets = any("ethereum" in effect.text or "solana" in effect.text for effect in replaced)
    for effect in replaced:
        if effect.api.startswith("parameter "):
            yield target.finding(
                rules.REWIRES, effect, 0.7, f"{effect.api} is replaced by an address in the code"
            )
        if effect.trigger >= Trigger.IMPORT and (
            _KEYS.search(effect.text) or (wallets and _BROWSER.search(effect.text))
        ):
            yield target.finding(rules.REWIRES, effect, 0.8, f"replaces {visible(effect.text)}", masked=True)
    yield from _listening(target, replaced)
    yield from _tapped(target, replaced)
    yield from _pages(target)
    for effect in target.doing("sends"):
        if "copied" in effect.tags or _MAIL.search(effect.text):
            yield target.finding(
                rules.COPIES_MAIL,
                effect,
                0.7,
                f"{effect.api} sends a blind copy to an address of its own",
                masked=True,
            )
