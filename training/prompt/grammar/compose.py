"""Puts texts together: attacks into wrappers, planted instructions into documents, documents under questions."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Final

MARK: Final = re.compile(r"⟦([^⟦⟧]*)⟧")
"""Where a document takes a planted text; what stands inside is the clean document's own."""

CORE: Final = re.compile(r"⟪([^⟪⟫]*)⟫")
"""What of a long attack is the attack; around it stands what would be harmless alone."""

Span = tuple[int, int]


def wrap(wrapper: str, core: str) -> tuple[str, Span]:
    """Put `core` at the wrapper's `⟦⟧`."""
    before, _, after = wrapper.partition("⟦⟧")
    return before + core + after, (len(before), len(before) + len(core))


def said(text: str, change: Callable[[str], str]) -> tuple[str, Span]:
    """The text after `change`, and where in it the attack stands: between `⟪` and `⟫`, or everywhere where these are not."""
    found = CORE.search(text)
    if found is None:
        changed = change(text)
        return changed, (0, len(changed))
    before, core, after = text[: found.start()], change(found.group(1)), text[found.end() :]
    return before + core + after, (len(before), len(before) + len(core))


def clean(document: str) -> str:
    """The document as it would be without any planted text."""
    return MARK.sub(lambda found: found.group(1), document)


def plant(document: str, planted: str, form: str, rng: random.Random) -> tuple[str, Span]:
    """Put `planted` into the document, at one of its marks or, in prose, also between its lines."""
    marks = list(MARK.finditer(document))
    planted = _fitted(planted, form)
    if marks and (form != "prose" or rng.random() < 0.5):  # noqa: PLR2004
        mark = rng.choice(marks)
        before, own, after = clean(document[: mark.start()]), mark.group(1), clean(document[mark.end() :])
        joint = "" if not own or own[-1] in "。！？\n" else " "
        before += own + joint
    else:
        before, after = _between(clean(document), rng)
    return before + planted + after, (len(before), len(before) + len(planted))


def _fitted(planted: str, form: str) -> str:
    if form == "prose":
        return planted
    joined = " ".join(planted.split())
    return json.dumps(joined, ensure_ascii=False)[1:-1] if form == "json" else joined


def _between(document: str, rng: random.Random) -> tuple[str, str]:
    """Cut the document at its beginning, at its end, after a line or after a sentence."""
    place = rng.choice(("begin", "middle", "middle", "end", "end"))
    if place == "begin":
        return "", rng.choice(("\n", "\n\n", " ")) + document
    if place == "end":
        return document.rstrip() + rng.choice(("\n", "\n\n", " ", "\n---\n")), ""
    cuts = [m.end() for m in re.finditer(r"\n+|(?<=[。！？.!?]) ?(?=\S)", document)][:-1]
    if not cuts:
        return document + "\n", ""
    cut = rng.choice(cuts)
    after = document[cut:]
    joint = "\n" if document[cut - 1] == "\n" else rng.choice(("", " ", "\n"))
    return document[:cut], joint + after
