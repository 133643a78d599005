"""What a text does when it is shown: images and links that carry data away, markup that runs, addresses that pretend.

The dangerous part is taken out, the rest stays: of an image remain its words and the host that it would have asked, of a tag its
letters. Findings are about untrusted texts: answers, documents, tool results. What stands in a fenced block of code is shown as it
is and does nothing; it is left alone.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Self

from yanmen.core import config
from yanmen.core.nouns import Phrase, Rule, Severity
from yanmen.core.redaction import visible
from yanmen.guard.addresses import Address, address, allowed, carries, lookalike
from yanmen.guard.detector import SpanDetector
from yanmen.guard.spans import HARMLESS, Before, Claim, Harmless, Pattern

_FIX_HOSTS = Phrase(
    en="Do not render it. Put the hosts that answers may show into `guard.allowed_hosts`, and find out which document or tool asked"
    " for the address.",
    zh="不要渲染。将回答中允许出现的主机写入 `guard.allowed_hosts`，并查清是哪份文档或哪个工具要求写入该地址。",
)
_FIX_MARKUP = Phrase(
    en="Show answers as text or sanitised Markdown, never as raw HTML, and under a content security policy.",
    zh="请以纯文本或经过净化的 Markdown 显示回答，切勿直接输出原始 HTML，并启用内容安全策略（CSP）。",
)


def _rule(slug: str, en: str, zh: str, severity: Severity, kind: str, *tags: str) -> Rule:
    fix = _FIX_HOSTS if kind == "exfiltration" else _FIX_MARKUP
    title = Phrase(en=en, zh=zh)
    return Rule(id=f"answer.{slug}", title=title, severity=severity, fix=fix, tags=(f"class:{kind}", *tags))


IMAGE = _rule(
    "exfiltrating-image",
    "An image that carries data to an unknown host",
    "图片向未知主机携带数据",
    Severity.HIGH,
    "exfiltration",
    "owasp-llm:LLM02", "owasp-llm:LLM05", "atlas:AML.T0057", "cwe:200",
)  # fmt: skip
LINK = _rule(
    "exfiltrating-link",
    "A link that carries data to an unknown host",
    "链接向未知主机携带数据",
    Severity.MEDIUM,
    "exfiltration",
    "owasp-llm:LLM02", "owasp-llm:LLM05", "atlas:AML.T0057", "cwe:200",
)  # fmt: skip
REMOTE = _rule(
    "remote-image",
    "An image from a host that is not listed",
    "图片来自名单之外的主机",
    Severity.LOW,
    "exfiltration",
    "owasp-llm:LLM05",
    "cwe:829",
)
UNLISTED = _rule(
    "unlisted-link",
    "A link to a host that is not listed",
    "链接指向名单之外的主机",
    Severity.INFO,
    "exfiltration",
    "owasp-llm:LLM05",
)
SCRIPT = _rule(
    "script-link",
    "A link that runs a script",
    "会执行脚本的链接",
    Severity.HIGH,
    "rendering",
    "owasp-llm:LLM05",
    "cwe:79",
)
ACTIVE = _rule(
    "active-html",
    "Raw HTML that acts when it is shown",
    "显示时会产生动作的原始 HTML",
    Severity.HIGH,
    "rendering",
    "owasp-llm:LLM05",
    "cwe:79",
)
PRETENDING = _rule(
    "lookalike-host",
    "An address that pretends to be another",
    "仿冒其他站点的地址",
    Severity.MEDIUM,
    "rendering",
    "owasp-llm:LLM05",
    "cwe:1007",
)

_ACTING = frozenset(
    "script iframe object embed style form base meta link svg math frame frameset applet template portal fencedframe xml"
    " animate set marquee foreignobject annotation-xml xss noscript dialog textarea select button isindex bgsound layer"
    " ilayer import".split()
)
"""Elements that run, load, ask for input or change how the rest is read."""
_ELEMENTS = frozenset(
    "a abbr acronym address area article aside audio b basefont bdi bdo big blink blockquote body br canvas caption center"
    " cite code col colgroup data datalist dd del details dfn dir div dl dt em fieldset figcaption figure font footer h1 h2"
    " h3 h4 h5 h6 head header hgroup hr html i image img input ins kbd keygen label legend li listing main map mark menu"
    " meter nav ol optgroup option output p param picture plaintext pre progress q rp rt ruby s samp search section slot"
    " small source span strike strong sub summary sup table tbody td tfoot th thead time title tr track tt u ul var video"
    " wbr".split()
)
_TAG = re.compile(r"<(/?)\s*([a-z][a-z0-9-]*)(.*)", re.DOTALL)
_HANDLER = re.compile(r"(?:^|[\s\"'/])on[a-z]{3,30}\s*=", re.IGNORECASE)
_SOURCE = re.compile(
    r"(?:^|[\s\"'/])(src|srcset|href|xlink:href|poster|background|lowsrc|dynsrc|data|action|formaction|cite|longdesc|ping|style)\s*="
    r"\s*(\"[^\"]*|'[^']*|[^\s\"'>]*)",
    re.IGNORECASE,
)
_STYLE = re.compile(
    r"url\(\s*[\"']?([^\"')]*)|(@import|expression\s*\(|-moz-binding|behavior\s*:)", re.IGNORECASE
)
_LONGEST_TAG = 220
_BLANKS = 8
"""White space between a bracket and its address that nobody writes more of."""
_DESTINATION = r"(?:<[^<>\n]{1,200}|[^\s<>)）]{1,200})"
_MARKDOWN = rf"\][(（](?:\s{{0,{_BLANKS}}}{_DESTINATION}|\s{{{_BLANKS + 1}}})"
_DEFINITION = rf"\][:：](?:\s{{0,{_BLANKS}}}{_DESTINATION})"
_ANY_TAG = rf"</?[a-z][a-z0-9-]{{0,20}}(?:[\s/][^<>]{{0,{_LONGEST_TAG}}})?>?`{{0,2}}"
_SOURCED = rf"<[a-z][a-z0-9-]{{0,20}}[\s/][^<>]{{1,{_LONGEST_TAG}}}"
_BARE = r"\bhttps?:[/\\]{1,3}[^\s<>\"'`)\]（）【】《》「」，。；、！？“”]{8,220}"
_WITHIN = re.compile(
    r"(?:\][(（]\s{0,8}<?|\][:：]\s{0,8}<?|(?:src|href|srcset|poster|background|data|action)\s{0,3}=\s{0,3}[\"']?|url\(\s?[\"']?)$"
)
"""An address that stands here is read by another pattern."""
_LABEL = re.compile(r"(?:^|\n) {0,3}(?:[>*+-] {0,3}|\d{1,9}[.)] {1,3}){0,3}\[[^\[\]\n]{0,110}$")
_TELLING = frozenset({"encoded", "placeholder", "personal", "subdomain"})
"""What a link carries that a search's or a shop's address does not."""
_TEMPTS = 0.6
"""Confidence from which an address counts as carrying data."""
_LISTED = 0.9
_UNLISTED = 0.3
"""How sure an unlisted image is worth acting on, with a list and without."""


class Rendering(SpanDetector):
    """Finds what acts, loads or carries data when an answer is shown."""

    rules = (IMAGE, LINK, REMOTE, UNLISTED, SCRIPT, ACTIVE, PRETENDING)

    def __init__(self, hosts: tuple[str, ...] = ()) -> None:
        """``hosts``: where images and links may lead, ``*.example.com`` for all below a name."""
        self._hosts = tuple(host.lower().strip(".") for host in hosts)

    @classmethod
    def configured(cls, settings: config.Guard) -> Self:
        """With the configuration's list of hosts."""
        return cls(settings.allowed_hosts)

    def patterns(self) -> tuple[Pattern, ...]:
        """Markdown destinations, definitions, tags, sources of tags, and bare addresses."""
        end, rules = r"[\s)）<>]", self.rules
        return (
            Pattern(IMAGE, _MARKDOWN, "folded", look=self.destination, until=end, until_before=True, untrusted=True, others=rules),
            Pattern(IMAGE, _DEFINITION, "folded", look=self.definition, until=end, until_before=True, untrusted=True, others=rules),
            Pattern(IMAGE, _SOURCED, "folded", look=self.sourced, until=r"[<>]", until_before=True, untrusted=True, others=rules),
            Pattern(ACTIVE, _ANY_TAG, "folded", look=tag, untrusted=True, others=rules),
            Pattern(LINK, _BARE, "folded", look=self.bare, until=r"[\s<>\"'`)\]（）【】《》「」，。；、！？“”]", until_before=True, untrusted=True, others=rules),
        )  # fmt: skip

    def destination(self, matched: str, before: Before) -> Claim | Harmless | None:
        """``](…`` of an image or a link."""
        if before.code == "fence":
            return HARMLESS
        written = matched[2:].strip().lstrip("<＜")
        if not written:
            return Claim("a link that is pushed away", instead="] ( ", confidence=0.7)
        return self._judged(address(written), "] ({}", image=_is_image(before.text), full=len(matched))

    def definition(self, matched: str, before: Before) -> Claim | Harmless | None:
        """``[label]: …``, which may be an image's address as well as a link's."""
        if before.code == "fence":
            return HARMLESS
        if not _LABEL.search(before.text):
            return None
        written = matched[2:].strip().lstrip("<＜")
        return self._judged(address(written), "] : {}", image=True, full=len(matched), listed=False)

    def sourced(self, matched: str, before: Before) -> Claim | Harmless | None:
        """The addresses of a tag: what it loads, or leads to."""
        if before.code == "fence":
            return HARMLESS
        name, attributes = _parts(matched)
        said: list[Claim] = []
        for kind, written in _sources(attributes):
            image = not (name in {"a", "area"} and kind == "href")
            judged = self._judged(address(written), "[{}]", image=image, full=len(written))
            if judged is not None and judged.rule not in {SCRIPT, None}:
                said.append(judged)
        return max(said, key=lambda one: (one.rule or IMAGE).severity, default=None)

    def bare(self, matched: str, before: Before) -> Claim | Harmless | None:
        """An address in the text itself: shown as a link, never as an image."""
        if before.code == "fence" or _WITHIN.search(before.text):
            return HARMLESS
        return self._judged(address(matched), "{}", image=False, full=len(matched))

    def _judged(
        self, place: Address, instead: str, *, image: bool, full: int, listed: bool = True
    ) -> Claim | None:
        if place.scripting:
            evidence = visible(f"{place.scheme}: …")
            return Claim(evidence, confidence=0.95, instead=instead.format(place.scheme), rule=SCRIPT)
        if not place.host or allowed(place.host, self._hosts):
            return None
        safe = instead.format(place.shown)
        sure = lookalike(place, self._hosts)
        if sure:
            return Claim(
                visible(f"{place.user}@{place.host}"), confidence=sure, instead=safe, rule=PRETENDING
            )
        sure, how = carries(place)
        if full > 200:  # noqa: PLR2004  # the address goes on behind what was seen
            sure, how = max((sure, how), (0.8, "long"))
        if not image and how not in _TELLING:
            sure *= 0.5
        if sure >= _TEMPTS:
            rule = IMAGE if image else LINK
            return Claim(f"{place.shown} ({how})", confidence=sure, instead=safe, rule=rule)
        if image and listed:
            sure = _LISTED if self._hosts else _UNLISTED
            return Claim(place.shown, confidence=sure, instead=safe, rule=REMOTE)
        if self._hosts:
            return Claim(place.shown, confidence=_LISTED, instead=safe, rule=UNLISTED)
        return None


def tag(matched: str, before: Before) -> Claim | Harmless | None:
    """A tag that acts: its ``<`` is escaped, its letters stay."""
    spanned = before.code == "span" and matched.endswith("`") and not matched.endswith("``")
    if before.code == "fence" or (spanned and matched.count("`") == 1):
        return HARMLESS
    name, attributes = _parts(matched)
    if name in _ACTING:
        sure = 0.9
    elif name in {"javascript", "vbscript"}:
        return Claim(name, confidence=0.9, instead="&lt;", rule=SCRIPT, length=1)
    elif name in _ELEMENTS and _acts(attributes):
        sure = 0.9 if name != attributes else 0.6
    else:
        return None
    return Claim(visible(f"<{name}"), confidence=sure, instead="&lt;", length=1)


def _acts(attributes: str) -> bool:
    """Whether attributes run something, or cannot be seen to their end."""
    if _HANDLER.search(attributes) or "srcdoc" in attributes.lower():
        return True
    if len(attributes) >= _LONGEST_TAG or attributes.count('"') % 2 or attributes.count("'") % 2:
        return True
    return any(
        (kind == "style" and written) or address(written).scripting for kind, written in _sources(attributes)
    )


def _parts(matched: str) -> tuple[str, str]:
    """The name and the attributes of a tag."""
    found = _TAG.match(unicodedata.normalize("NFKC", matched).rstrip("`").lower())
    if not found:
        return "", ""
    original = unicodedata.normalize("NFKC", matched).rstrip("`")
    return found[2], original[found.end(2) :].rstrip(">")


def _sources(attributes: str) -> list[tuple[str, str]]:
    """The addresses in attributes, by kind; a style's are those of its ``url()``; empty text: a style that runs something."""
    said: list[tuple[str, str]] = []
    for kind, written in _SOURCE.findall(attributes):
        value = html.unescape(written.lstrip("\"'"))
        if kind.lower() == "style":
            said += [("url", url) if url else ("style", runs) for url, runs in _STYLE.findall(value)]
        elif kind.lower() == "srcset":
            said += [("srcset", one.split()[0]) for one in value.split(",") if one.strip()]
        else:
            said.append((kind.lower(), value))
    return said


def _is_image(before: str) -> bool:
    """Whether ``](`` behind this text ends an image; so it is taken where the beginning is too far back to tell."""
    depth = 0
    for index in range(len(before) - 1, -1, -1):
        one = before[index]
        if one not in "[]" or before[max(index - 1, 0) : index] == "\\":
            continue
        if one == "]":
            depth += 1
        elif depth:
            depth -= 1
        else:
            return before[max(index - 1, 0) : index] in {"!", "！"}
    return True
