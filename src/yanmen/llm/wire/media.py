"""Surfaces of sounds and images: the texts that go with a file are judged; the file itself could not be, and that is said."""

from __future__ import annotations

import re
from typing import Any

from yanmen.core.nouns import Role
from yanmen.llm.wire import forms, requests
from yanmen.llm.wire.chat import count
from yanmen.llm.wire.codec import Piece, Request, Seen
from yanmen.llm.wire.generic import ORDER, Generic, Strings, unread
from yanmen.llm.wire.names import KEYS, VALUES
from yanmen.llm.wire.places import KEY, escaped
from yanmen.llm.wire.requests import Names, Walk
from yanmen.llm.wire.strict import Malformed

FIELDS = frozenset(
    """
    background file image include input instructions language mask model moderation n output_compression output_format
    partial_images prompt quality response_format size speed stream stream_format style temperature
    timestamp_granularities user voice
    """.split()
)
REPEATED = frozenset({"image[]", "include[]", "timestamp_granularities[]", "known_speaker_names[]"})
"""Fields of a form that may stand more than once."""
_NAMES = Names(FIELDS, KEYS | REPEATED, VALUES | {"srt", "vtt", "verbose_json", "text", "b64_json", "url"})
_COUNT = re.compile(r"[0-9]{1,3}")
_SAID = frozenset({"prompt", "input", "instructions"})
"""Fields whose text is what the caller says."""


class Media(Generic):
    """Asked for with a form or with JSON; answered with JSON, with text, or with bytes."""

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a request."""
        form = kind.startswith(forms.KIND)
        if form:
            tree = forms.read(body, kind, REPEATED)
            _NAMES.exact(tree)
        else:
            tree = requests.body(body, _NAMES, depth=depth, values=values)
        walk = Walk(_NAMES)
        for name, value in tree.items():
            part = f"/{escaped(name)}"
            if name not in _NAMES.keys:
                walk.text(name, part + KEY, *requests.FIELD)
            if name in _SAID:
                walk.any(value, part, "user", "user")
            else:
                for index, one in enumerate(value if type(value) is list else [value]):
                    _field(walk, one, f"{part}/{index}" if type(value) is list else part)
        stream = tree.get("stream")
        return walk.request(
            tree,
            model=_text(tree, "model"),
            stream=stream is True or stream in {"true", "True", "1"} or tree.get("stream_format") == "sse",
            user=_text(tree, "user"),
            choices=_choices(tree),
            kind=f'{forms.KIND}; boundary="{forms.boundary(kind)}"' if form else kind,
        )

    def written(self, request: Request, tree: dict[str, Any]) -> bytes:
        """A form, where it was one."""
        if request.kind.startswith(forms.KIND):
            return forms.write(tree, request.kind)
        return super().written(request, tree)

    def event(self, tree: dict[str, Any], name: str) -> Seen:
        """A delta of a transcript goes on; a whole one is said once more; a sound could not be judged."""
        kind = tree.get("type", name)
        kind = kind if type(kind) is str else ""
        walk = Strings()
        growing: list[Piece] = []
        again: list[Piece] = []
        for key, value in tree.items():
            if key == "delta" and type(value) is str:
                growing.append(Piece("/delta", "/text", value, grows=True, group=ORDER))
            elif key == "text" and type(value) is str and kind.endswith("text.done"):
                again.append(Piece("/text", "/text", value, grows=False, group=""))
            elif (
                key != "type"
                or type(value) is not str
                or not value.replace(".", "").replace("_", "").islower()
            ):
                walk.member(key, value, "", "")
        return Seen(
            fixed=tuple(walk.pieces),
            growing=tuple(growing),
            groups=frozenset({ORDER}),
            usage=self.usage(tree),
            again=tuple(again),
            closes=("/text",) if kind.endswith("text.done") else (),
            unexamined=tuple(walk.unexamined),
        )

    def role(self, part: str) -> Role:
        """What is heard is what a model says."""
        return "field" if part in {"/language", "/task"} else "assistant"


class Sound(Media):
    """Transcriptions, translations and speech."""

    others = ("text/", "application/x-subrip", "audio/", "application/octet-stream")
    repeats = True


class Pictures(Media):
    """Images made and changed."""


def _field(walk: Walk, value: Any, part: str) -> None:
    """A file, or a value of a field."""
    if type(value) is dict and type(value.get("data")) is bytes:
        walk.text(value["filename"], f"{part}/filename", *requests.FIELD)
        walk.unexamined.append(unread(value["data"], part, value["type"] or "file"))
    else:
        walk.any(value, part, *requests.FIELD)


def _text(tree: dict[str, Any], name: str) -> str:
    value = tree.get(name)
    if value is not None and type(value) is not str:
        raise Malformed("wrong-shape", f"{name} must be a string")
    return value or ""


def _choices(tree: dict[str, Any]) -> int:
    """How many are asked for; a form says it as a text."""
    said = tree.get("n")
    return max(1, int(said)) if type(said) is str and _COUNT.fullmatch(said) else count(tree, "n")


SOUND = Sound()
PICTURES = Pictures()
