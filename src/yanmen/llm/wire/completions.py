"""The completions surface (``/v1/completions``), and embeddings, which are asked for likewise: with texts or with token ids."""

from __future__ import annotations

import re
from typing import Any

from yanmen.core.nouns import Role
from yanmen.llm.wire import requests
from yanmen.llm.wire.chat import count
from yanmen.llm.wire.codec import Request, Usage, Whole, texts_of
from yanmen.llm.wire.generic import Generic, Strings, is_encoded, unread
from yanmen.llm.wire.names import KEYS, VALUES
from yanmen.llm.wire.openai import Choices
from yanmen.llm.wire.requests import Names, Walk
from yanmen.llm.wire.strict import Malformed

FIELDS = frozenset(
    """
    best_of echo frequency_penalty logit_bias logprobs max_tokens model n presence_penalty prompt seed stop stream
    stream_options suffix temperature top_p user
    """.split()
)
"""Fields of a completion request in OpenAI's published description."""
EMBEDDING_FIELDS = frozenset("dimensions encoding_format input model user".split())
_NAMES = Names(FIELDS, KEYS, VALUES)
_EMBEDDING_NAMES = Names(EMBEDDING_FIELDS, KEYS, VALUES | {"float", "base64"})
_NUMBERS = re.compile(rb'("embedding"\s*:\s*)\[[-+0-9.eE,\s]*\]')


def prompts(walk: Walk, node: Any, part: str) -> None:
    """A text, several, or token ids, which nobody here can read."""
    if type(node) is str:
        walk.said(node, part, "user", "user")
        return
    if type(node) is not list or not node:
        raise Malformed("wrong-shape", f"{part[1:]} must be a string, or a list that is not empty")
    if all(type(one) is int for one in node):
        walk.unexamined.append(unread(str(node), part, "token ids"))
        return
    for index, one in enumerate(node):
        if type(one) is not str and not (type(one) is list and one and all(type(n) is int for n in one)):
            raise Malformed("wrong-shape", f"{part}/{index} must be a string or a list of token ids")
        prompts(walk, one, f"{part}/{index}")


class Completions(Choices):
    """Texts that are gone on with."""

    thing = piece = "text_completion"

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a request."""
        del kind
        tree = requests.body(body, _NAMES, depth=depth, values=values)
        walk = Walk(_NAMES)
        if tree.get("prompt") is not None:
            prompts(walk, tree["prompt"], "/prompt")
        if tree.get("suffix") is not None:
            prompts(walk, tree["suffix"], "/suffix")
        walk.members(tree, "", but={"prompt": None, "suffix": None})
        most = tree.get("max_tokens")
        return walk.request(
            tree,
            model=requests.required(tree, "model"),
            stream=requests.typed(tree, "stream", bool, False),
            user=requests.typed(tree, "user", str, ""),
            max_tokens=most if type(most) is int else None,
            choices=count(tree, "n", "best_of") * _many(tree.get("prompt")),
        )

    def capped(self, tree: dict[str, Any], tokens: int) -> dict[str, Any]:
        """``max_tokens``."""
        return {**tree, "max_tokens": tokens}

    def saying(self, safe: str) -> dict[str, Any]:
        """A text."""
        return {"text": safe}

    def adding(self, safe: str) -> dict[str, Any]:
        """More text."""
        return {"text": safe}


class Embeddings(Generic):
    """Texts as lists of numbers. The numbers themselves say nothing to anybody who reads."""

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a request."""
        del kind
        tree = requests.body(body, _EMBEDDING_NAMES, depth=depth, values=values)
        walk = Walk(_EMBEDDING_NAMES)
        prompts(walk, tree.get("input"), "/input")
        walk.members(tree, "", but={"input": None})
        model, user = requests.required(tree, "model"), requests.typed(tree, "user", str, "")
        return walk.request(tree, model=model, stream=False, user=user, max_tokens=0)

    def lean(self, body: bytes) -> bytes:
        """Without the numbers, of which there may be millions."""
        return _NUMBERS.sub(rb"\1[]", body)

    def whole(self, tree: dict[str, Any]) -> Whole:
        """Everything but vectors in base64."""
        walk = Strings()
        for key, value in tree.items():
            if key != "data" or type(value) is not list:
                walk.member(key, value, "", "")
                continue
            for index, one in enumerate(value):
                for name, child in one.items() if type(one) is dict else [("", one)]:
                    if not (name == "embedding" and type(child) is str and is_encoded(child)):
                        walk.member(name, child, f"/data/{index}", f"/data/{index}")
        return texts_of(self, walk.pieces)._replace(unexamined=tuple(walk.unexamined))

    def role(self, part: str) -> Role:
        """Nothing of it is what a model says."""
        del part
        return "field"

    def usage(self, tree: dict[str, Any]) -> Usage | None:
        """No answer's tokens."""
        said = super().usage(tree)
        return None if said is None else said._replace(answer=0)


def _many(prompt: Any) -> int:
    """How many prompts there are."""
    single = type(prompt) is not list or all(type(one) is int for one in prompt)
    return 1 if single else len(prompt)


COMPLETIONS = Completions()
EMBEDDINGS = Embeddings()
