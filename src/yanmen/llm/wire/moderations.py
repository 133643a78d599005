"""The moderations surface, answered by our own guard: what was found in each input, in OpenAI's categories and more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yanmen.core.nouns import Finding
from yanmen.llm.wire import requests
from yanmen.llm.wire.codec import Image, Request, Said
from yanmen.llm.wire.generic import Generic
from yanmen.llm.wire.names import KEYS, VALUES
from yanmen.llm.wire.requests import Names, Walk, is_base64
from yanmen.llm.wire.strict import Malformed

MODEL = "yanmen-guard"
"""What is said to have judged, whatever model was asked for."""
SURE = 0.5
"""Confidence from which on an input is flagged: the threshold that the learned detectors were measured at."""
OPENAI = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
"""Categories that clients of the surface know."""
CATEGORIES: Mapping[str, str] = {
    "content.discrimination": "hate",
    "content.keyword-discrimination": "hate",
    "content.rights": "harassment",
    "content.keyword-rights": "harassment",
    "content.values": "illicit",
    "content.keyword-values": "illicit",
    "content.keyword-commercial": "illicit",
    "prompt.": "prompt-attack",
    "text.hidden-": "hidden-text",
    "secret.": "secret",
    "key.": "secret",
    "personal.": "personal-data",
}
"""Rules, or beginnings of rules, and the category that their findings are in. The last five are Yanmen's own."""
OWN = tuple(dict.fromkeys(name for name in CATEGORIES.values() if name not in OPENAI))
_NAMES = Names({"input", "model"}, KEYS, VALUES)


class Moderations(Generic):
    """``/v1/moderations``."""

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a request: a text, several, or one input of texts and images."""
        del kind
        tree = requests.body(body, _NAMES, depth=depth, values=values)
        walk = Walk(_NAMES)
        given = tree.get("input")
        if type(given) is str:
            walk.said(given, "/input", "user", "user")
        elif type(given) is not list or not given:
            raise Malformed("wrong-shape", "input must be a string, or a list that is not empty")
        else:
            for index, one in enumerate(given):
                _part(walk, one, f"/input/{index}")
        walk.members(tree, "", but={"input": None})
        return walk.request(
            tree, model=requests.typed(tree, "model", str, ""), stream=False, user="", max_tokens=0
        )

    def moderated(self, said: Said, tree: Mapping[str, Any], findings: Sequence[Finding]) -> dict[str, Any]:
        """The answer: one result for each text, or one for an input of parts."""
        given = tree["input"]
        several = type(given) is list and all(type(one) is str for one in given)
        parts = [f"/input/{index}" for index in range(len(given))] if several else ["/input"]
        results = [
            _result([one for one in findings if f"{one.where.part}/".startswith(f"{part}/")])
            for part in parts
        ]
        return {"id": f"modr-{said.call}", "model": MODEL, "results": results}


def category(rule: str) -> str:
    """The category that a rule's findings are in; nothing: they are no reason to flag an input."""
    return next((name for start, name in CATEGORIES.items() if rule.startswith(start)), "")


def _part(walk: Walk, node: Any, part: str) -> None:
    if type(node) is str:
        walk.said(node, part, "user", "user")
        return
    if type(node) is not dict:
        raise Malformed("wrong-shape", f"{part[1:]} must be a string or an object")
    image = node.get("image_url")
    walk.members(node, part, ("user", "user"), but={"image_url": None} if image is not None else {})
    if image is None:
        return
    below, url = f"{part}/image_url", image
    if type(image) is dict:
        url = image.get("url")
        walk.members(image, below, but={"url": None})
        below += "/url"
    if type(url) is not str:
        raise Malformed("wrong-shape", f"{below[1:]} must be a string")
    walk.images.append(Image(url, below, "user", walk.media(url, below, "image")))
    if not (url.startswith("data:") and is_base64(url.partition(",")[2])):
        walk.said(url, below, "user", "user")


def _result(findings: Sequence[Finding]) -> dict[str, Any]:
    scores = dict.fromkeys((*OPENAI, *OWN), 0.0)
    for finding in findings:
        if name := category(finding.rule.id):
            scores[name] = max(scores[name], round(finding.confidence, 4))
    looked = set(CATEGORIES.values())
    flags = {name: score >= SURE for name, score in scores.items()}
    return {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": scores,
        "category_applied_input_types": {name: ["text"] if name in looked else [] for name in scores},
    }


MODERATIONS = Moderations()
