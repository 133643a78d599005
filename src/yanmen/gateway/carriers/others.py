"""Carriers of embeddings, moderations, sounds, images, lists of models, and addresses that the operator lets through."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.gateway.carriers.choices import DONE
from yanmen.gateway.carriers.planted import EVENTS, Planted, Surface, encode, event, pieces

EMBEDDINGS = Surface(
    "embeddings",
    "/v1/embeddings",
    encode({"object": "list", "data": [{"index": 0, "embedding": [0.5, 1e-3]}]}),
)
PASSED = Surface("passed", "/v1/rerank", encode({"results": []}))
_IMAGE = encode({"created": 1, "data": [{"url": "https://x/y.png"}]})


def embeddings(text: str) -> Iterator[Planted]:
    """Of embeddings."""
    yield EMBEDDINGS.request("user", {"model": "m", "input": text})
    yield EMBEDDINGS.request("content part", {"model": "m", "input": ["hi", text]})
    yield EMBEDDINGS.request(
        "unknown field", {"model": "m", "input": "hi", "unknown_field": {"deep": [text]}}
    )
    yield EMBEDDINGS.answer("error", {"model": "m", "input": "hi"}, {"error": {"message": f"no {text} "}})


def moderations(text: str) -> Iterator[Planted]:
    """Of moderations, which ask no model."""
    for carrier, given in (("user", text), ("content part", ["hi", text])):
        yield Planted("moderations", "request", carrier, "/v1/moderations", encode({"input": given}), b"")
    parts = [{"type": "text", "text": text}]
    yield Planted("moderations", "request", "text part", "/v1/moderations", encode({"input": parts}), b"")


def models(text: str) -> Iterator[Planted]:
    """Of lists of models."""
    listed = encode({"object": "list", "data": [{"id": f"{text} "}]})
    yield Planted("models", "answer", "list", "/v1/models", b"", listed, "GET")
    yield Planted(
        "models", "answer", "error", "/v1/models", b"", encode({"error": {"message": f"no {text} "}}), "GET"
    )


def speech(text: str) -> Iterator[Planted]:
    """Of speech: what is to be said, and how."""
    surface = Surface("audio-speech", "/v1/audio/speech", encode({}))
    said = {"model": "m", "voice": "alloy", "input": "hi"}
    yield surface.request("user", {**said, "input": text})
    yield surface.request("instructions", {**said, "instructions": text})
    yield surface.answer("error", said, {"error": {"message": f"no {text} "}})


def transcriptions(text: str) -> Iterator[Planted]:
    """Of transcriptions. The sound itself could not be judged; what goes with it is."""
    name = "audio-transcriptions"
    fine = encode({"text": "fine"})
    yield _form(name, "user", {"prompt": text}, fine)
    yield _form(name, "file name", {}, fine, file=text)
    yield _form(name, "unknown field", {"unknown_field": text}, fine)
    yield _form(name, "content", {}, encode({"text": text}), "answer")
    yield _form(name, "plain text", {}, text.encode(), "answer")._replace(answers="text/plain; charset=utf-8")
    deltas = [{"type": "transcript.text.delta", "delta": piece} for piece in pieces(text)]
    events = [event(one) for one in (*deltas, {"type": "transcript.text.done", "text": text})]
    yield _form(name, "content", {"stream": "true"}, b"".join(events) + DONE, "stream")._replace(
        answers=EVENTS
    )


def translations(text: str) -> Iterator[Planted]:
    """Of translations."""
    name = "audio-translations"
    yield _form(name, "user", {"prompt": text}, encode({"text": "fine"}))
    yield _form(name, "content", {}, encode({"text": text}), "answer")


def images(text: str) -> Iterator[Planted]:
    """Of images made from words."""
    surface = Surface("images-generations", "/v1/images/generations", _IMAGE)
    yield surface.request("user", {"model": "m", "prompt": text})
    yield surface.request("unknown field", {"model": "m", "prompt": "hi", "unknown_field": {"deep": [text]}})
    revised = {"created": 1, "data": [{"url": "https://x/y.png", "revised_prompt": text}]}
    yield surface.answer("content", {"model": "m", "prompt": "hi"}, revised)


def edits(text: str) -> Iterator[Planted]:
    """Of images that are changed."""
    name = "images-edits"
    yield _form(name, "user", {"prompt": text}, _IMAGE, field="image")
    yield _form(name, "file name", {"prompt": "hi"}, _IMAGE, file=text, field="image")


def variations(text: str) -> Iterator[Planted]:
    """Of images that are varied."""
    yield _form("images-variations", "file name", {}, _IMAGE, file=text, field="image")
    yield _form("images-variations", "unknown field", {"unknown_field": text}, _IMAGE, field="image")


def passed(text: str) -> Iterator[Planted]:
    """Of an address that the operator lets through."""
    asked = {"model": "m", "query": "hi", "documents": ["fine"]}
    yield PASSED.request("user", {**asked, "query": text})
    yield PASSED.request("content part", {**asked, "documents": ["fine", text]})
    yield PASSED.request("unknown key", {**asked, "unknown_field": {text: 1}})
    yield PASSED.answer("content", asked, {"results": [{"document": text}]})
    yield PASSED.stream("content", asked, [*(event({"said": piece}) for piece in pieces(text)), DONE])


def _form(
    surface: str, carrier: str, fields: dict[str, str], answer: bytes, way: str = "request", *,
    file: str = "a.wav", field: str = "file",
) -> Planted:  # fmt: skip
    """A call with a form and a file in it."""
    mark = "yanmen-selftest-boundary"
    out = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in ({"model": "m"} | fields).items()
    )
    out += f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{file}"\r\n\r\nRIFF\r\n--{mark}--\r\n'
    path = f"/v1/{surface.replace('-', '/')}"
    kind = f"multipart/form-data; boundary={mark}"
    return Planted(surface, way, carrier, path, out.encode(), answer, kind=kind)  # type: ignore[arg-type]  # one of Way's words
