"""Secrets that a caller hands to a function: by the names of its parameters, by its own name, by what they are used for."""

from __future__ import annotations

import re
from functools import lru_cache

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.relevance import children
from yanmen.supply.packages.reading.values import Value

KEY = frozenset({"secret:key material"})
_NAMES = tuple(
    (re.compile(pattern, re.IGNORECASE), f"given:{what}")
    for pattern, what in (
        (r"^_?(?:aws_?)?secret_?access_?key$|^_?access_?key_?secret$", "secret access key"),
        (r"^_?(?:\w{1,12}_?)?(?:password|passwd|passphrase|passcode)$|^pwd$", "password"),
        (r"^_?(?:\w{1,12}_?)?api_?key$", "api key"),
        (r"^_?(?:\w{1,12}_?)?token$", "token"),
        (r"^_?(?:client_?|app_?|api_?|account_?)?secret(?:_?key)?$|^credentials?$|^creds$", "secret"),
    )
)
_TAKES_KEY = re.compile(
    r"^_?(?:from|import|load|restore|recover|validate|check|use|with)_?(?:\w{0,12}_?)?"
    r"(?:mnemonic|seed|seed_?phrase|phrase|private_?key|secret_?key|wif|wallet)s?$",
    re.IGNORECASE,
)
"""Functions whose first parameter is a key, by their own names."""
_USES_KEY = re.compile(
    r"^(?:from_?(?:secret_?key|seed|private_?key|mnemonic|phrase|wif|key)|private_?key_?to_?account|mnemonic_?to_?seed(?:_?sync)?|"
    r"import_?(?:private_?key|mnemonic)|wallet|from_?base58_?string)$",
    re.IGNORECASE,
)
"""Functions that make a key or a wallet of their first argument."""


@lru_cache(4_096)
def given_tags(name: str) -> frozenset[str]:
    """Whether a parameter is a secret by its name."""
    return frozenset({next((tag for pattern, tag in _NAMES if pattern.match(name)), "")} - {""})


def encoded_tags(name: str, *how: Value) -> frozenset[str]:
    """Whether a function makes letters and digits of what it is given, as hosts and addresses can hold them."""
    encodes = name in _ENCODERS or (name == "toString" and any(one.text in _BASES for one in how))
    return frozenset({"encoded"} if encodes else ())


_ENCODERS = frozenset(
    "b64encode urlsafe_b64encode standard_b64encode b32encode b16encode b85encode hexlify b2a_hex hex btoa encodebytes".split()
)
_BASES = frozenset({"base64", "base64url", "hex"})


def takes_key(name: str) -> bool:
    """Whether a function's first parameter is a key, by the function's name."""
    return bool(_TAKES_KEY.match(name))


def used_as_keys(node: s.Func) -> frozenset[str]:
    """Parameters that the function itself makes a key or a wallet of."""
    names = {param.id for param in node.params if isinstance(param, s.Name)}
    found: set[str] = set()
    stack: list[s.Node] = list(node.body) if names else []
    for _ in range(4_000):
        if not stack:
            break
        one = stack.pop()
        if isinstance(one, s.Call) and one.args and isinstance(one.args[0], s.Name):
            called = one.fn.name if isinstance(one.fn, s.Attr) else getattr(one.fn, "id", "")
            if one.args[0].id in names and _USES_KEY.match(called):
                found.add(one.args[0].id)
        stack.extend(children(one))
    return frozenset(found)
