"""Makes pages: templates in the reader's language, everything from outside escaped and what cannot be seen made visible."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from yanmen.console import chart
from yanmen.core.clock import SECOND, iso
from yanmen.core.language import LANGUAGES, Messages, accepted
from yanmen.core.nouns import FOREVER, Phrase

HERE = Path(__file__).parent
LANGUAGE_COOKIE = "yanmen_language"
LONGEST = 20_000
"""Characters of one value that a page shows."""
_MESSAGES = Messages(HERE / "messages")
_KNOWN = _MESSAGES.keys()
_BRACKETED = re.compile(r"\s*[\[(](?:key:)?[a-z]{3,4}_[0-9a-z]{26}[\])]")
_KEY = re.compile(r"key:(key_[0-9a-z]{26})")
_UTC = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC")
_NAMED = re.compile(r"\b(inc|dec|evt)_[0-9a-z]{26}\b")
_PLACES = {"inc": "incidents", "dec": "decisions", "evt": "record"}
_CITED = re.compile(r"\s*\[(evt_[0-9a-z]{26})\]")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def language_of(request: Request) -> str:
    """``zh`` or ``en``: the reader's choice, or else what the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return accepted(request.headers.get("accept-language", ""))


def say(language: str, key: str, **values: object) -> str:
    """A message of the pages."""
    return _MESSAGES.say(key, language, **values)


def phrase(key: str, **values: object) -> Phrase:
    """A message of the pages in both languages."""
    return _MESSAGES.phrase(key, **values)


def say_or(language: str, key: str, otherwise: str) -> str:
    """A message, or other words where there is none: for words that come from the record."""
    return _MESSAGES.say(key, language) if key in _KNOWN else otherwise


class Pages:
    """The templates."""

    def __init__(self) -> None:
        """Read templates and static files from the package."""
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            finalize=_shown,
        )
        self._environment.filters.update(
            argument=argument,
            brief=brief,
            clear=clear,
            linked=linked,
            cited=cited,
            as_is=as_is,
            pretty=pretty,
            number=number,
        )
        self._environment.globals.update(
            version=_static_version(), FOREVER=FOREVER, traffic_chart=chart.traffic
        )

    def page(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200
    ) -> HTMLResponse:
        """A page in the reader's language."""
        language = language_of(request)

        def t(key: str, **values: object) -> str:
            return _MESSAGES.say(key, language, **values)

        words: dict[str, Any] = {
            "t": t,
            "word": lambda group, value: say_or(language, f"{group}.{value}", str(value)),
            "phrase": lambda phrase: _phrase(phrase, language),
            "moment": moment,
            "ago": lambda at, now: ago(at, now, language),
            "length": lambda seconds: length(seconds, language),
            "language": language,
            "path": request.url.path,
        }
        body = self._environment.get_template(template).render({**words, **context})
        headers = {"content-language": language, "vary": "cookie, accept-language"}
        return HTMLResponse(body, status, headers)


def plain(text: str) -> str:
    """Text from outside with every character that could mislead written out: ``⟨U+202E⟩``. Fit for attributes too."""
    if text.isascii() and text.isprintable():
        return text
    cut = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return "".join(f"⟨U+{ord(one):04X}⟩" if _misleads(one) else one for one in cut)


def clear(text: str) -> Markup:
    """The same for the body of a page, where what was written out stands out and tells its name."""
    if text.isascii() and text.isprintable():
        return escape(text)
    mark = Markup('<span class="unseen" title="{}">U+{:04X}</span>')
    cut = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    parts = [
        mark.format(unicodedata.name(one, "?"), ord(one)) if _misleads(one) else escape(one) for one in cut
    ]
    return Markup("").join(parts)


@pass_context
def brief(context: Context, text: str) -> str:
    """A sentence of the record without the ids in brackets, which the page shows elsewhere, and with keys by their names."""
    names: Mapping[str, str] = context.get("names", {})
    return _KEY.sub(lambda found: names.get(found[1], f"…{found[1][-6:]}"), _BRACKETED.sub("", text))


@pass_context
def argument(context: Context, value: object) -> str:
    """An argument of an act, as a person reads it: of a sentence in both languages the reader's."""
    if isinstance(value, dict) and set(value) == {"en", "zh"}:
        value = value[context["language"]]
    return brief(context, str(value))


def linked(text: str) -> Markup:
    """Words of the record with the incidents, decisions and events they name as links, the ids cut short."""
    link = Markup('<a class="id" href="/{}/{}" title="{}">{}…{}</a>')

    def short(found: re.Match[str]) -> str:
        name, kind = found[0], found[1]
        return link.format(_PLACES[kind], name, name, f"{kind}_", name[-6:])

    return Markup(_NAMED.sub(short, str(clear(text))))  # noqa: S704  # escaped by clear; ids are letters and digits


def cited(text: str) -> Markup:
    """A summary with each event it cites as a numbered link to it, and times that can be shown in the reader's zone."""
    numbers: dict[str, int] = {}
    link = Markup('<a class="cite" href="/record/{0}" title="{0}">{1}</a>')

    def numbered(found: re.Match[str]) -> str:
        return link.format(found[1], numbers.setdefault(found[1], len(numbers) + 1))

    linked = _CITED.sub(numbered, str(clear(text)))
    return Markup(_UTC.sub(r'<time datetime="\1T\2Z">\1 \2 UTC</time>', linked))  # noqa: S704  # escaped by clear; ids are letters and digits


def _misleads(character: str) -> bool:
    if character in "\n\t \u3000\u00a0":
        return False
    category = unicodedata.category(character)
    return category[0] == "C" or category[0] == "Z"


def _shown(value: object) -> object:
    """Every string a template writes, unless it was made here: its unseen characters written out, and then escaped."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def as_is(text: str) -> Markup:
    """Escaped only: for the value of a field, which comes back as it was."""
    return escape(text)


def moment(at: int) -> Markup:
    """A time: UTC as it stands in the record; the script shows it in the reader's own zone."""
    if not at:
        return Markup("–")
    text = iso(at)
    return Markup('<time datetime="{}">{}</time>').format(text, text[:19].replace("T", " ") + "Z")


def ago(at: int, now: int, language: str) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = max(0, (now - at) // SECOND)
    for size, unit in _UNITS:
        if seconds >= size:
            return _MESSAGES.say(f"ago.{unit}", language, count=seconds // size)
    return _MESSAGES.say("ago.now", language)


def length(seconds: int, language: str) -> str:
    """How long something lasts."""
    if seconds >= FOREVER:
        return _MESSAGES.say("length.forever", language)
    for size, unit in _UNITS:
        if seconds >= size and (seconds % size == 0 or seconds >= 2 * size):
            return counted(f"length.{unit}", round(seconds / size), language)
    return counted("length.second", seconds, language)


def counted(key: str, count: int, language: str) -> str:
    """A message about a number of things; of one thing its own."""
    return _MESSAGES.say(f"{key}.one" if count == 1 else key, language, count=count)


def number(value: float) -> str:
    """``12,345``."""
    return f"{value:,}"


def pretty(value: object) -> str:
    """JSON as a person reads it, cut where it is very long."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    return text if len(text) <= LONGEST else text[:LONGEST] + "\n…"


def _phrase(phrase: object, language: str) -> str:
    if isinstance(phrase, Phrase):
        return phrase.say(language)
    return ""


def _static_version() -> str:
    """Changes with any static file, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for file in sorted((HERE / "static").iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
