"""The guard tried by hand: a text, and what is found in it, marked in its place. The text is not kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk.checks import AskedCheck, FindingOf, check
from yanmen.console.desk.shapes import VERDICTS, VerdictWord
from yanmen.console.pages.frame import Chapter, Visit

LONGEST = 20_000
"""Characters of a text that are shown with their marks."""


class Piece(NamedTuple):
    """A part of the text, with the rules found in it."""

    text: str
    marks: tuple[str, ...]
    verdict: VerdictWord


class TryIt(Chapter):
    """The page."""

    def routes(self) -> list[Route]:
        """One."""
        return [self._frame.route("/guard", self._show, self._check)]

    def _show(self, visit: Visit) -> Response:
        return self._frame.draw(visit, "guard.html", item=None, pieces=[])

    def _check(self, visit: Visit) -> Response:
        text = visit.form.get("text", "").replace("\r\n", "\n")
        values = {
            "texts": [{"text": text, "role": visit.form.get("role", "user")}],
            "direction": visit.form.get("direction", "in"),
        }
        item = check(self._frame.house, visit.caller, visit.asked(AskedCheck, values)).items[0]
        shown = pieces(text[:LONGEST], item.findings)
        return self._frame.draw(visit, "guard.html", item=item, pieces=shown)


def pieces(text: str, findings: Sequence[FindingOf]) -> list[Piece]:
    """The text cut at the beginnings and ends of findings; where findings overlap a piece has several marks."""
    spans = [one for one in findings if one.end > one.start]
    cuts = sorted({0, len(text), *(min(place, len(text)) for one in spans for place in (one.start, one.end))})
    found = []
    for start, end in pairwise(cuts):
        over = [one for one in spans if one.start <= start and end <= one.end]
        verdict = VERDICTS[max((VERDICTS.index(one.verdict) for one in over), default=0)]
        found.append(Piece(text[start:end], tuple(dict.fromkeys(one.rule for one in over)), verdict))
    return found
