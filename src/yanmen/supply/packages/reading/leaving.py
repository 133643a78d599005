"""Clients of services that no table names: what was made with an address, and methods that put something there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from yanmen.supply.packages.reading.effects import host_of
from yanmen.supply.packages.reading.values import HOLE, Value, all_tags

_SENDS = re.compile(
    r"^_?(?:async_?)?(?:send|publish|upload|insert|push|post|produce|transmit|broadcast|notify|enqueue|"
    r"put_?(?:object|fo|item|blob|record|events?)|create_?(?:gist|issue|comment|page|document|or_update_file|message|record)|"
    r"capture_?(?:message|event|exception)|track|identify|add_?(?:doc|document|record|row)|set_?doc|append_?rows?|xadd|lpush|rpush|"
    r"open_new(?:_tab)?)(?:_?(?:one|many|all|file|files|blob|bytes|object|message|data|from|from_string|to|batch|sync|async|text|json|"
    r"document|photo|mail|email|event|point|points|fileobj|row|rows|stream|string))?$",
    re.IGNORECASE,
)
"""Methods that give something to somebody else, by their names."""
_PUTS = frozenset(
    "emit set put write end execute query insert add append request fetch call run log update upsert save store save_file "
    "hset sadd "
    "invoke rpc mutate patch report ingest collect exec".split()
)
"""Methods that do so, when what they are methods of was made with an address."""
_WHERE = frozenset(
    "url uri host hostname baseurl base_url baseuri endpoint endpoint_url server address dsn serverurl api_url apiurl broker node "
    "connectionstring connection_string".split()
)
"""Keywords and members that hold an address."""
_WHAT = frozenset("body data json form payload content formdata params qs multipart".split())
_HELD = ("secret:", "variable:", "page:", "given:")
_TAKEN = frozenset({"env", "clipboard", "keystrokes", "screen", "forms"})
_FULL = re.compile(r"^[a-z][a-z0-9+.-]{1,12}://[\w.-]+\.\w", re.IGNORECASE)
_BARE = re.compile(r"^(?=.{4,253}$)(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?$", re.IGNORECASE)
_OWN = re.compile(
    r"(?:^|\.)(?:example|test|local|localhost|localdomain)(?:\.|$|:)|^127\.|^0\.0\.0\.0", re.IGNORECASE
)


def far(args: Iterable[Value], words: Mapping[str, Value]) -> frozenset[str]:
    """Whether something is made with an address that is written in the code: ``far:host``."""
    for arg in args:
        if isinstance(arg.const, str) and _FULL.match(arg.const):
            return _to(arg.const)
        for name, one in (arg.fields or {}).items():
            if found := _said(name, one):
                return found
    for name, one in words.items():
        if found := _said(name, one):
            return found
    return frozenset()


def _said(name: object, value: Value) -> frozenset[str]:
    if isinstance(name, str) and name.lower() in _WHERE and isinstance(value.const, str):
        if _FULL.match(value.const):
            return _to(value.const)
        if _BARE.match(value.const):
            return _to(f"https://{value.const}")
    return frozenset()


def _to(address: str) -> frozenset[str]:
    host = host_of(address)
    return frozenset() if HOLE in host or _OWN.search(host) else frozenset({f"far:{host}"})


def leaves(name: str, of: frozenset[str], given: frozenset[str]) -> str | None:
    """The address that a method gives something secret to, ``""`` where it is not known; None: it does not.

    ``of``: origins of what it is a method of; ``given``: of its arguments.
    """
    if not (_TAKEN & given or any(tag.startswith(_HELD[:3]) for tag in given)):
        return None
    host = next((tag.partition(":")[2] for tag in sorted(of) if tag.startswith(("far:", "download:"))), "")
    if _SENDS.match(name) or (host and name in _PUTS):
        return f"https://{host}" if "." in host else ""
    return None


_KEPT = re.compile(r"^get_?(?:credentials?|secrets?|secret_?values?|password|private_?key)$", re.IGNORECASE)
"""Methods by which a platform hands over what it keeps safe."""
_ONLY_KEEPS = frozenset({"push", "set", "assign", "append", "add", "extend", "update", "create", "freeze"})
"""Methods that only keep what they are given."""


def kept_safe(name: str) -> frozenset[str]:
    """Origins of what a method gives by which a platform hands over secrets."""
    return frozenset({"given:secret"} if _KEPT.match(name) else ())


def asks(method: str, args: list[Value]) -> tuple[str, bool] | None:
    """Address and whether something is sent, of a call that is given a table with an address; None: it is given none."""
    for arg in () if method in _ONLY_KEEPS else args[:2]:
        fields = (
            {str(key).lower(): one for key, one in (arg.fields or {}).items()} if arg.kind is None else {}
        )
        for name in ("url", "uri", "endpoint"):
            if name in fields and isinstance(fields[name].const, str) and _FULL.match(fields[name].text):
                how = fields["method"].text.upper() if "method" in fields else ""
                return fields[name].text, how in {"POST", "PUT", "PATCH"} or bool(_WHAT & set(fields))
    return None


CARRIES = frozenset(
    {
        "headers",
        "header",
        "auth",
        "cookies",
        "cert",
        "url",
        "timeout",
        "verify",
        "httpsagent",
        "agent",
        "token",
    }
)
"""Where a request carries what proves who asks: a credential belongs there, and not into what is said."""


def in_body(args: Iterable[Value]) -> frozenset[str]:
    """Whether a credential from a file is in what a request says, and not only in what proves who asks."""
    for arg in args:
        parts = (
            [one for name, one in arg.fields.items() if str(name).lower() not in CARRIES]
            if arg.fields and arg.kind is None
            else [arg]
        )
        if any(tag.startswith("secret:") for one in parts for tag in all_tags(one)):
            return frozenset({"in body"})
    return frozenset()


def tags_of(args: Iterable[Value]) -> frozenset[str]:
    """Origins of all arguments."""
    return frozenset(tag for arg in args for tag in all_tags(arg))
