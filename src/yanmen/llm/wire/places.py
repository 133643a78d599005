"""Places in a JSON tree: pointers (RFC 6901) and rewriting of the strings they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from yanmen.llm.wire.unescaped import Way, view_of

View = Callable[[str, str], tuple[str, Way | None]]

KEY = "#"
"""Ends the part of a key's own text, as in relative JSON pointers: ``/metadata/note#`` is the key ``note``."""


class Cut(NamedTuple):
    """A span of a text, in characters of the text as it was judged, and what stands in its place."""

    start: int
    end: int
    mark: str


def escaped(step: str) -> str:
    """A key as a step of a pointer."""
    return step.replace("~", "~0").replace("/", "~1") if "~" in step or "/" in step else step


def cuts(redactions: Iterable[Mapping[str, Any]]) -> dict[str, list[Cut]]:
    """A decision's ``redact`` terms by part; spans that touch are made one, so that nothing between them is left."""
    found: dict[str, list[Cut]] = {}
    for term in redactions:
        found.setdefault(term["part"], []).append(Cut(term["start"], term["end"], term["with"]))
    return {part: joined(spans) for part, spans in found.items()}


def joined(spans: Iterable[Cut]) -> list[Cut]:
    """Spans in order, those that overlap made one with the first one's mark."""
    out: list[Cut] = []
    for span in sorted(spans):
        if out and span.start < out[-1].end:
            out[-1] = out[-1]._replace(end=max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def cut(text: str, spans: Iterable[Cut]) -> str:
    """The text with spans replaced."""
    out: list[str] = []
    at = 0
    for span in spans:
        out += (text[at : span.start], span.mark)
        at = span.end
    return "".join(out) + text[at:]


def whole(text: str, _: str) -> tuple[str, Way | None]:
    """The view of a part of an answer: one layer of escapes, as in a stream."""
    return view_of(text)


def rewrite(
    tree: Any,
    spans: Mapping[str, list[Cut]],
    viewed: frozenset[str] | set[str] = frozenset(),
    view: View = whole,
) -> Any:
    """The tree with the strings (and keys) at these parts cut; ``viewed`` parts were judged with JSON escapes resolved.

    ``view`` is how, from a text and its part. Raise LookupError when a part is not in the tree: a redaction must never be lost.
    """
    done: set[str] = set()
    ways = {part: view for part in viewed if part in spans}
    fresh = _rewritten(tree, "", spans, ways, done)
    if lost := set(spans) - done:
        raise LookupError(f"no such part: {min(lost)}")
    return fresh


def _rewritten(
    node: Any, at: str, spans: Mapping[str, list[Cut]], views: Mapping[str, View], done: set[str]
) -> Any:
    if type(node) is str:
        if at not in spans:
            return node
        done.add(at)
        way = views[at](node, at)[1] if at in views else None
        return cut(node, _original(way, spans[at]) if way else spans[at])
    if type(node) is list:
        return [_rewritten(child, f"{at}/{index}", spans, views, done) for index, child in enumerate(node)]
    if type(node) is not dict:
        return node
    fresh = {}
    for key, child in node.items():
        below = f"{at}/{escaped(key)}"
        if below + KEY in spans:
            done.add(below + KEY)
        name = cut(key, spans.get(below + KEY, ()))
        fresh[name] = _rewritten(child, below, spans, views, done)
    return fresh


def _original(way: Way, spans: list[Cut]) -> list[Cut]:
    """Spans of the view as spans of the text itself."""
    return [Cut(way.raw(span.start), way.raw(span.end), span.mark) for span in spans]
