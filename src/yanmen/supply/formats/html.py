"""A report as one page that needs nothing else: no script, no font, no address."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from yanmen.core.clock import iso
from yanmen.supply.formats import words
from yanmen.supply.formats.sentences.rendering import said
from yanmen.supply.report import Report

EACH = 4
"""Findings of one group that are not folded away."""


def written(report: Report, tongue: str) -> bytes:
    """The page. What targets say of themselves is text in it, never markup."""
    say = partial(words.say, tongue)
    foot = say("scanned", at=iso(report.at), version=report.version, threshold=report.threshold.say(tongue))
    lists = (
        (say("suspects"), words.suspects(report, tongue)),
        (say("limits"), words.limits(report, tongue)),
        (say("waived"), words.waived(report, tongue)),
        (say("accepted"), words.accepted(report, tongue)),
        (say("feeds"), words.feeds(report, tongue)),
    )
    page = _template().render(
        report=report,
        tongue=tongue,
        say=say,
        said=partial(said, tongue=tongue),
        reason=partial(words.reason, tongue),
        headline=words.headline(report, tongue),
        groups=words.groups(report),
        gaps=words.gaps(report),
        came=words.came,
        lists=lists,
        ahead=(
            (say("first"), words.first(report, tongue)),
            (say("upgrades"), words.upgrades(report, tongue)),
        ),
        each=EACH,
        foot=foot,
    )
    return page.encode("utf-8", "replace")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("page.html.jinja")
