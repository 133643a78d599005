"""Packages that take something away: credentials, environments, wallets, facts of the machine, what the user types or copies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Finding, Unexamined
from yanmen.core.plugins import Detector
from yanmen.supply.packages import rules
from yanmen.supply.packages.behaviour import Behaviour
from yanmen.supply.packages.reading.effects import Effect, Trigger, host_of
from yanmen.supply.packages.reading.values import HOLE

_LEAVES = ("sends", "looks-up", "receives", "listens")
_NEVER_SENT = frozenset({"browser store", "wallets", "ssh keys", "chat sessions", "password hashes"})
"""What an honest package does not send, not even when it is called."""
_BELONGS_IN_HEADER = frozenset(
    {"cloud credentials", "publishing tokens", "developer tokens", "credentials", "files of the user"}
)
"""What an honest client takes a token out of, and puts that into a header: the whole of it is in no message."""
_NEVER_RAW = frozenset({"AWS_SECRET_ACCESS_KEY"})
"""Variables whose value only signs: it is never sent itself."""
_WALLETS = frozenset({"wallets", "key material", "wallet accounts"})
_HOOK = re.compile(
    r"/api/(?:v\d+/)?webhooks/\d+/[\w-]+|/bot\d+:[\w-]+/send|hooks\.slack\.\w+/services/T\w+|/bot\d+:[\w-]{3,}/?$",
    re.IGNORECASE,
)
"""Addresses of chat services that anybody who knows them may write to."""
_MESSENGER = re.compile(r"sendMail|sendmail|send_message|sendMessage|[Ww]ebhook")
_SHARE = re.compile(r"^(?:\\\\|//)(?:\d{1,3}\.){3}\d{1,3}[\\/]")
_ADDRESS = re.compile(r"\^?\(?(?:bc1|0x\[a-f|\[13\]|T\[A-Z|1\[A-Za-z|bitcoincash|\[LM3\])", re.IGNORECASE)


def _secrets(effect: Effect) -> frozenset[str]:
    return frozenset(tag.partition(":")[2] for tag in effect.tags if tag.startswith("secret:"))


def _said(effect: Effect, what: str) -> str:
    verb = {"looks-up": "asks a name server with"}.get(effect.does, "sends")
    return f"{effect.api} {verb} {what}"


class Theft(Detector[Behaviour]):
    """Follows what was read to where it is sent; where the thread is lost, both must happen unasked in one file."""

    rules = (
        rules.STEALS_CREDENTIALS, rules.STEALS_ENVIRONMENT, rules.STEALS_WALLETS, rules.SENDS_HOST_FACTS, rules.SENDS_ON_IMPORT,
        rules.WATCHES_CLIPBOARD, rules.WATCHES_USER, rules.SENDS_TO_HOOK, rules.HANDS_ON, rules.ASKS_NAMES,
    )  # fmt: skip

    def detect(self, target: Behaviour) -> Iterator[Finding | Unexamined]:
        """Each kind of theft, at each place where something leaves."""
        yield from _followed(target)
        yield from _together(target)
        yield from _watching(target)


def _followed(target: Behaviour) -> Iterator[Finding]:
    for effect in target.doing(*_LEAVES):
        found = _secrets(effect)
        unasked = effect.trigger >= Trigger.IMPORT
        if found & _WALLETS and (
            unasked
            or "wallets" in found
            or (
                "key material" in found
                and (
                    (effect.does != "listens" and (target.coins or _named(effect)))
                    or _MESSENGER.search(effect.api)
                )
            )
        ):
            yield target.finding(
                rules.STEALS_WALLETS,
                effect,
                0.9 if unasked else 0.75,
                _said(effect, ", ".join(sorted(found & _WALLETS))),
            )
        silent = "unanswered" in effect.tags and _named(effect) and effect.does != "looks-up"
        said = "in body" in effect.tags and bool(found & _BELONGS_IN_HEADER) and _named(effect)
        if (rest := found - _WALLETS) and (unasked or silent or said or rest & _NEVER_SENT or len(rest) > 1):
            yield target.finding(
                rules.STEALS_CREDENTIALS,
                effect,
                0.95 if unasked else 0.75,
                _said(effect, ", ".join(sorted(rest))),
            )
        yield from _environment(target, effect)
        yield from _page(target, effect)
        yield from _handed_on(effect, target)
    for effect in target.doing("reads", "receives", least=Trigger.IMPORT):
        if _SHARE.match(effect.text):
            yield target.finding(
                rules.STEALS_CREDENTIALS, effect, 0.8, f"{effect.api} gives the Windows sign-in to a share"
            )
    for effect in target.doing("sends"):
        if "key in code" in effect.tags and not _ASIDE & set(effect.member.lower().split("/")):
            yield target.finding(
                rules.SENDS_TO_HOOK,
                effect,
                0.7,
                f"{effect.api} signs in to an account whose key is in the code",
            )
    for effect in target.doing("sends", "receives"):
        if _HOOK.search(effect.text):
            yield target.finding(
                rules.SENDS_TO_HOOK,
                effect,
                0.8,
                f"{effect.api} sends to a hook whose key is in the code",
                masked=True,
            )


def _handed_on(effect: Effect, target: Behaviour) -> Iterator[Finding]:
    """What a caller gave in confidence goes to a place that the code names, in a way in which no service is asked."""
    given = {tag.partition(":")[2] for tag in effect.tags if tag.startswith("given:")}
    encoded = "encoded" in effect.tags and effect.does in {"receives", "looks-up"}
    silent = "unanswered" in effect.tags or any(tag.startswith("host:") for tag in effect.tags)
    if given and _named(effect) and (_NEVER_HANDED & given or encoded or silent):
        yield target.finding(
            rules.HANDS_ON, effect, 0.75, _said(effect, f"what the caller gave as {', '.join(sorted(given))}")
        )
    if effect.does == "looks-up" and "encoded" in effect.tags and _LABELS.match(effect.text):
        yield target.finding(
            rules.ASKS_NAMES, effect, 0.8, f"{effect.api} puts encoded data in front of a domain"
        )


_NEVER_HANDED = frozenset({"secret access key"})
"""What only signs: no service is ever sent it."""
_LABELS = re.compile(rf"^[^/]{{0,200}}{HOLE}[\w.-]{{0,100}}\.[\w-]+\.\w{{2,}}$")
_ASIDE = frozenset({"test", "tests", "testing", "example", "examples", "docs", "doc", "demo", "samples"})


def _named(effect: Effect) -> bool:
    """Whether it goes to a host that is written in the code, whole."""
    host = host_of(effect.text) if effect.does != "looks-up" else effect.text.rpartition(HOLE)[2]
    return "." in host.strip(".") and HOLE not in host


def _page(target: Behaviour, effect: Effect) -> Iterator[Finding]:
    """What a page holds, sent to a fixed address without being asked."""
    kinds = sorted(tag.partition(":")[2] for tag in effect.tags if tag.startswith("page:"))
    if kinds and effect.trigger >= Trigger.IMPORT and _fixed(effect):
        yield target.finding(
            rules.STEALS_CREDENTIALS, effect, 0.8, _said(effect, f"the page's {', '.join(kinds)}")
        )


def _led(effect: Effect) -> bool:
    """Whether it goes to a host that stands in the code, or to one that the network named."""
    return _named(effect) or any(tag.startswith("download:") for tag in effect.tags)


def _fixed(effect: Effect) -> bool:
    """Whether it goes to an address that is written in the code."""
    return host_of(effect.text).strip(f"?{HOLE}") != ""


def _environment(target: Behaviour, effect: Effect) -> Iterator[Finding]:
    unasked = effect.trigger >= Trigger.IMPORT
    variables = sorted(tag.partition(":")[2] for tag in effect.tags if tag.startswith("variable:"))
    if "env" in effect.tags and (unasked or effect.does in {"sends", "receives"}):
        yield target.finding(
            rules.STEALS_ENVIRONMENT, effect, 0.9 if unasked else 0.7, _said(effect, "the whole environment")
        )
    elif variables and effect.does != "listens" and (
        unasked or _NEVER_RAW & set(variables)
        or (effect.does == "sends" and len(variables) > 1 and "unanswered" in effect.tags and _led(effect))
    ):  # fmt: skip
        yield target.finding(rules.STEALS_ENVIRONMENT, effect, 0.8, _said(effect, ", ".join(variables[:6])))
    elif (
        unasked
        and effect.does != "listens"
        and (effect.does != "receives" or _fixed(effect))
        and any(tag.startswith(("host:", "output")) for tag in effect.tags)
    ):
        yield target.finding(rules.SENDS_HOST_FACTS, effect, 0.8, _said(effect, "facts of the machine"))
    elif unasked and effect.does == "sends":
        yield target.finding(rules.SENDS_ON_IMPORT, effect, 0.6, _said(effect, "data"))


def _together(target: Behaviour) -> Iterator[Finding]:
    """Reads of secrets and sending in one file, both unasked, where no thread was found between them."""
    sent = target.doing("sends", "looks-up", least=Trigger.IMPORT)
    told = {effect.member for effect in sent if _secrets(effect)}
    for member in sorted({effect.member for effect in sent} - told):
        reads = [
            effect
            for effect in target.doing("reads", "runs-command", least=Trigger.IMPORT)
            if effect.member == member and _secrets(effect)
        ]
        if reads:
            rule = rules.STEALS_WALLETS if _secrets(reads[0]) <= _WALLETS else rules.STEALS_CREDENTIALS
            yield target.finding(
                rule,
                reads[0],
                0.7,
                f"{reads[0].api} reads {', '.join(sorted(_secrets(reads[0])))} in a file that also sends",
            )


def _watching(target: Behaviour) -> Iterator[Finding]:
    watched = target.doing("watches")
    for effect in watched:
        unasked = effect.trigger >= Trigger.IMPORT
        clipboard = "clip" in effect.api.lower() or "paste" in effect.api or "pyperclip" in effect.api
        if clipboard and (unasked or _replaces_addresses(target, effect.member)):
            yield target.finding(
                rules.WATCHES_CLIPBOARD,
                effect,
                0.85 if unasked else 0.7,
                f"{effect.api} reads or replaces the clipboard",
            )
        elif not clipboard and unasked:
            yield target.finding(rules.WATCHES_USER, effect, 0.8, f"{effect.api} records what the user does")
    yield from _sent_record(target)


def _sent_record(target: Behaviour) -> Iterator[Finding]:
    for effect in target.doing("sends", "receives", least=Trigger.IMPORT):
        if "forms" in effect.tags and (_fixed(effect) or effect.api.startswith(("$", "jQuery"))):
            yield target.finding(rules.WATCHES_USER, effect, 0.8, _said(effect, "what is typed into forms"))
    for effect in target.doing("sends"):
        for tag, rule, what in (
            ("keystrokes", rules.WATCHES_USER, "keystrokes"),
            ("screen", rules.WATCHES_USER, "the screen"),
            ("clipboard", rules.WATCHES_CLIPBOARD, "the clipboard"),
        ):
            if tag in effect.tags:
                yield target.finding(rule, effect, 0.8, _said(effect, what))


def _replaces_addresses(target: Behaviour, member: str) -> bool:
    """Whether a file that reads the clipboard looks for addresses of coins and writes the clipboard."""
    writes = any(
        effect.member == member
        and effect.api.endswith(("copy", "write", "writeSync", "writeText", "SetClipboardData"))
        for effect in target.doing("watches")
    )
    patterns = any(
        effect.member == member and _ADDRESS.search(effect.text) for effect in target.doing("shows")
    )
    return writes and patterns
