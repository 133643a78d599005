"""Where an address leads, as a browser reads it, and whether it carries data there.

Pure text: nothing is resolved or fetched.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote_plus

from yanmen.guard.checksums import decoded, entropy
from yanmen.guard.folding import UNSEEN, fold

LONG = 180
"""Characters of path and query past which an address carries more than its place."""
_WEB = frozenset({"http", "https", "ftp", "ws", "wss"})
_SCRIPTING = frozenset({"javascript", "vbscript", "livescript", "mhtml", "jar", "filesystem", "view-source"})
_PICTURES = re.compile(r"data:image/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)[;,]")
_NOISE = re.compile(f"[\\x00-\\x20\\x7f-\\xa0{UNSEEN}]")
_ESCAPE = re.compile(r"\\([!-.:-@\[\]-`{-~])")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30}):")
_PLACEHOLDER = re.compile(r"\{[^{}]{1,60}\}|\$\(|<[a-z_ -]{2,40}>|\[[A-Za-z_ -]{3,40}\]|%s\b")
_TOLD = re.compile(
    r"(?:data|d|q|s|p|c|m|secret|leak|exfil|conversation|history|chat|prompt|msg|message|info|content|payload|summary|text|memory"
    r"|token|key|pass(?:word)?|user|email|session|cookie|log|collect|body|value|v|x|z)"
)
"""Names of parameters that lists of exfiltration attacks use."""
_DIGEST = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
"""Digests and UUIDs: how files are named, and too many to tell anything apart."""
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{16,}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\d{9,}")
_LABEL, _LABELS = 30, 40
"""Characters of one label, and of all, before a host's own name past which they carry something."""
_LEAST_WORDS, _LEAST_HAN, _LEAST_TOLD = 4, 8, 8


class Address(NamedTuple):
    """An address, taken apart."""

    scheme: str
    """In small letters; empty: relative to the page, or to its scheme."""
    host: str
    """In small letters, without port; empty: none."""
    user: str
    """What stands before ``@``: to a browser no part of the host."""
    rest: str
    """Path, query and fragment."""

    @property
    def scripting(self) -> bool:
        """Whether opening it runs what it says."""
        return self.scheme in _SCRIPTING or (
            self.scheme == "data" and not _PICTURES.match(f"data:{self.rest.lower()}")
        )

    @property
    def shown(self) -> str:
        """The last two names of the host, defanged: fit to stand in a text and in the record."""
        names = [name for name in self.host.split(".") if name][-2:]
        kept = "[.]".join(re.sub(r"[^\w-]", "", name)[:24] for name in names)
        return kept or "…"


def address(written: str) -> Address:
    """Read an address as browsers do: entities, escapes, unseen characters, backslashes and full-width letters resolved."""
    text = _ESCAPE.sub(r"\1", html.unescape(unicodedata.normalize("NFKC", written)))
    text = _NOISE.sub("", text).replace("\\", "/")
    found = _SCHEME.match(text.lower())
    scheme = found[1] if found else ""
    rest = text[found.end() :] if found else text
    if scheme and scheme not in _WEB:
        return Address(scheme, "", "", rest)
    if not scheme and not rest.startswith("//"):
        return Address("", "", "", rest)
    authority, path = _split(rest.lstrip("/"))
    user, _, host = authority.rpartition("@")
    host = unicodedata.normalize("NFKC", unquote_plus(host)).lower()
    host = host if host.startswith("[") else host.partition(":")[0]
    return Address(scheme, host.strip("."), user, path)


def _split(rest: str) -> tuple[str, str]:
    end = next((index for index, one in enumerate(rest) if one in "/?#"), len(rest))
    return rest[:end], rest[end:]


def allowed(host: str, hosts: Sequence[str]) -> bool:
    """Whether a host is on a list; ``*.example.com`` is every host below that name."""
    return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in hosts)


def lookalike(place: Address, hosts: Sequence[str]) -> float:
    """How sure it is that the address pretends to be another: 0 to 1."""
    if "." in place.user:
        return 0.8
    host = place.host
    if "xn--" in host:
        try:
            host = host.encode("ascii").decode("idna")
        except (UnicodeError, ValueError):
            return 0.6
    if host.isascii():
        return 0.0
    plain = fold(host)
    if allowed(plain, hosts):
        return 0.95
    for label, looks in zip(host.split("."), plain.split("."), strict=False):
        scripts = {unicodedata.name(one, "").split(" ")[0] for one in label if one.isalpha()}
        strange = scripts & {"CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN"}
        if strange and (len(scripts) > 1 or looks.isascii()):
            return 0.7
    return 0.0


def carries(place: Address) -> tuple[float, str]:
    """How sure it is that the address carries data to its host, and in what form."""
    best = _in_host(place.host)
    path, _, query = place.rest.partition("?")
    if len(place.rest) > LONG:
        best = max(best, (0.8, "long"))
    if _PLACEHOLDER.search(unquote_plus(place.rest)):
        best = max(best, (0.9, "placeholder"))
    for segment in path.split("/"):
        best = max(best, _in_value(re.sub(r"\.\w{1,5}$", "", segment), segment=True))
    for pair in re.split(r"[&;#]", query):
        name, equals, value = pair.partition("=")
        said = _in_value(value if equals else name)
        told = _TOLD.fullmatch(name.lower()) and len(value) >= _LEAST_TOLD and not _DIGEST.fullmatch(value)
        best = max(best, said, (0.7, "named") if told else (0.0, ""))
    return best


def _in_host(host: str) -> tuple[float, str]:
    labels = host.split(".")[:-2]
    long = any(len(label) >= _LABEL and not _DIGEST.fullmatch(label) for label in labels)
    if long or len("".join(labels)) >= _LABELS or any(_says(label) for label in labels):
        return 0.8, "subdomain"
    return 0.0, ""


def _in_value(value: str, *, segment: bool = False) -> tuple[float, str]:
    """What one value or one step of a path carries."""
    plain = unquote_plus(value)
    for token in _TOKEN.findall(plain):
        if _says(token):
            return 0.95, "encoded"
    if _DIGEST.fullmatch(plain.lower()):
        return 0.0, ""
    if not segment and _PERSONAL.search(plain):
        return 0.8, "personal"
    words = len(_WORD.findall(plain))
    han = len(_HAN.findall(plain))
    if (words >= _LEAST_WORDS or han >= _LEAST_HAN) and not (segment and han == 0 and "-" in plain):
        return 0.75, "words"
    if len(plain) >= 2 * _LABELS and entropy(plain) > 4:  # noqa: PLR2004  # bits: chance, not words
        return 0.7, "random"
    return 0.0, ""


def _says(token: str) -> bool:
    """Whether a token is readable text in base64, base32 or hexadecimal digits."""
    if len(token) < 16:  # noqa: PLR2004  # shorter ones decode to text by chance
        return False
    readings = [decoded(token)]
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){8,}", token):
        readings.append(bytes.fromhex(token))
    if re.fullmatch(r"[A-Za-z2-7]{16,}=*", token):
        body = token.rstrip("=").upper()
        try:
            readings.append(base64.b32decode(body + "=" * (-len(body) % 8)))
        except (binascii.Error, ValueError):
            readings.append(b"")
    return any(_readable(data) for data in readings)


def _readable(data: bytes) -> bool:
    """Whether bytes are text of people: words, not chance."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        try:
            text = data[: len(data) - 3].decode()
        except UnicodeDecodeError:
            return False
    if len(text) < 8 or not text.replace("\n", " ").isprintable():  # noqa: PLR2004
        return False
    fine = sum(one.isalnum() or one in " .,:;@-_=/'\"\n" for one in text)
    return fine >= 0.9 * len(text)  # of random printable bytes 73 % are
