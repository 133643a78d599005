"""Ollama's surfaces: chat, generate, embeddings and what is told of models. Streams are lines of JSON, and the usual answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from yanmen.core.nouns import Role
from yanmen.llm.wire import answers, requests
from yanmen.llm.wire.codec import Codec, Image, Left, Piece, Request, Said, Seen, Usage, Whole, texts_of
from yanmen.llm.wire.lines import LINES
from yanmen.llm.wire.names import KEYS as SCHEMA
from yanmen.llm.wire.names import VALUES as WORDS
from yanmen.llm.wire.pieces import Pieces
from yanmen.llm.wire.places import Cut, rewrite
from yanmen.llm.wire.requests import FIELD, Take, Who
from yanmen.llm.wire.strict import Malformed

NAMES = requests.Names(
    fields="""
    content context dimensions format height images input keep_alive logprobs messages model name options prompt raw
    role steps stream suffix system template think thinking tool_call_id tool_calls tool_name tools top_logprobs
    truncate verbose width
    """.split(),
    others=SCHEMA
    | frozenset(
        """
        capabilities completed created_at details digest done done_reason embedding embeddings eval_count eval_duration
        expires_at families family format frequency_penalty image license load_duration main_gpu model_info modelfile
        modified_at num_batch num_ctx num_gpu num_keep num_predict num_thread parameter_size parameters parent_model
        presence_penalty prompt_eval_count prompt_eval_duration quantization_level repeat_last_n repeat_penalty
        response seed size size_vram stop temperature tensors top_k top_p total_duration typical_p use_mmap version
        logprob models context_length
        """.split()
    ),
    values=WORDS
    | frozenset(["5m", "0", "-1", "load", "unload", "gguf", "completion", "tools", "vision", "thinking"]),
)
_SPEAKERS: Mapping[str, Who] = {
    "system": ("system", "operator"),
    "user": ("user", "user"),
    "assistant": ("assistant", "untrusted"),
    "tool": ("tool", "untrusted"),
}
_USER: Who = ("user", "user")
_TOLD: Who = ("system", "operator")
_LAST = "last"
"""Told of the line that ends a stream: it repeats in token ids what the others said in words."""


class _Walk(requests.Walk):
    """Gathers every string of a request."""

    def message(self, message: dict[str, Any], part: str) -> None:
        """A message: who said it, what, and with which images."""
        self.names.exact(message)
        speaker = message.get("role")
        if type(speaker) is not str:
            raise Malformed("wrong-shape", f"{part}/role must be a string")
        if type(message.get("content", "")) not in {str, type(None)}:
            raise Malformed("wrong-shape", f"{part}/content must be a string")
        who = _SPEAKERS.get(speaker, FIELD)
        said = self.by(who)
        self.members(message, part, but={"content": said, "thinking": said, "images": self.shown(who)})

    def by(self, who: Who) -> Take:
        """Takes whatever is there, said by one."""
        return lambda value, part: self.any(value, part, *who)

    def shown(self, who: Who) -> Take:
        """Takes a list of images in base64."""

        def take(images: Any, part: str) -> None:
            if images is not None and type(images) is not list:
                raise Malformed("wrong-shape", f"{part} must be a list")
            for index, image in enumerate(images or ()):
                below = f"{part}/{index}"
                if type(image) is not str:
                    raise Malformed("wrong-shape", f"{below} must be a string")
                self.payload(image, below)
                self.images.append(
                    Image(f"data:image;base64,{image}", below, who[0], self.media(image, below, "image"))
                )

        return take

    def tokens(self, context: Any, part: str) -> None:
        """An earlier conversation as token ids: nobody here can read it."""
        if context:
            self.media(str(context), part, "token ids")
        self.any(context, part, *FIELD)


class Ollama(Codec):
    """What all of them have in common."""

    speaks = "ollama"
    framing = LINES
    streams = True
    """Whether an answer is a stream unless the request says otherwise."""
    taken: Mapping[str, Who] = {}
    """Fields of the request that somebody says."""

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a request."""
        del kind
        tree = requests.body(body, NAMES, depth=depth, values=values)
        model, part = _model(tree)
        walk = _Walk(NAMES)
        self.read(tree, walk)
        options = requests.typed(tree, "options", dict, {})
        most = options.get("num_predict")
        return walk.request(
            tree,
            model=model,
            stream=requests.typed(tree, "stream", bool, self.streams) if self.streams else False,
            user="",
            max_tokens=most if type(most) is int and most >= 0 else None,
            named={part: "model"},
        )

    def read(self, tree: dict[str, Any], walk: _Walk) -> None:
        """Everything that the request says."""
        said = {name: walk.by(who) for name, who in self.taken.items()}
        walk.members(tree, "", but={**said, "images": walk.shown(_USER), "context": walk.tokens})

    def capped(self, tree: dict[str, Any], tokens: int) -> dict[str, Any]:
        """``options.num_predict``."""
        return {**tree, "options": {**(tree.get("options") or {}), "num_predict": tokens}}

    def renamed(self, tree: dict[str, Any], model: str) -> dict[str, Any]:
        """The request with another model's name."""
        return {**{key: value for key, value in tree.items() if key != "name"}, "model": model}

    def event(self, tree: dict[str, Any], name: str) -> Seen:
        """Read a line. Calls of tools come whole, each time at the place of the first: a line of them keeps its own order."""
        del name
        pieces, groups = _pieces(tree)
        ends = tree.get("done") is True or "error" in tree
        return Seen(
            fixed=tuple([piece for piece in pieces if piece.text and not piece.grows]),
            growing=tuple([piece for piece in pieces if piece.grows]),
            groups=None if ends else groups or None,
            usage=self.usage(tree),
            note=_LAST if ends else None,
            done=ends,
        )

    def whole(self, tree: dict[str, Any]) -> Whole:
        """Read an answer."""
        return texts_of(self, [piece for piece in _pieces(tree)[0] if piece.text])

    def role(self, part: str) -> Role:
        """``assistant`` for what a message or a completion says."""
        said = part.startswith(("/message/", "/logprobs/")) or part in {"/response", "/thinking"}
        return "assistant" if said else "field"

    def is_json(self, part: str) -> bool:
        """Nothing: arguments of tools are objects here."""
        del part
        return False

    def cut(self, tree: dict[str, Any], cuts: Mapping[str, list[Cut]], viewed: frozenset[str]) -> Any:
        """Tokens and token ids that would repeat what is cut are dropped."""
        kept = {key: value for key, value in tree.items() if key not in {"logprobs", "context"}}
        return rewrite(kept, {part: cut for part, cut in cuts.items() if part != "/logprobs"}, viewed)

    def usage(self, tree: dict[str, Any]) -> Usage | None:
        """Counts of the last line, or of a whole answer."""
        prompt, completion = tree.get("prompt_eval_count"), tree.get("eval_count")
        if type(prompt) is not int and type(completion) is not int:
            return None
        return Usage(prompt if type(prompt) is int else None, completion if type(completion) is int else None)

    def ending(self) -> Ending:
        """Its clients ask for no more than an end."""
        return Ending(self)

    def withheld(self, said: Said, safe: str) -> dict[str, Any]:
        """A whole answer of the operator's words."""
        at = datetime.fromtimestamp(said.at, UTC).isoformat().replace("+00:00", "Z")
        told = {"model": said.model, "created_at": at, **self.saying(safe), "done": True}
        told["done_reason"] = "content_filter"
        return {**told, "decision": said.decision} if said.decision else told

    def saying(self, safe: str) -> dict[str, Any]:
        """What an answer says."""
        return {"response": safe}

    def error(self, said: Said) -> dict[str, Any]:
        """``{"error": "…"}``, and our own code and decision beside it."""
        error = {"error": said.message, "code": said.code}
        return {**error, "decision": said.decision} if said.decision else error


class Ending:
    """The end of a stream: the operator's words, or an error, which its clients raise."""

    def __init__(self, codec: Ollama) -> None:
        """Nothing has left."""
        self._codec = codec

    def take(self, note: Any, left: Left) -> None:
        """An event has left."""

    def lost(self, note: Any) -> None:
        """An event will not leave."""

    def closing(self, said: Said, safe: str) -> bytes:
        """One line."""
        codec = self._codec
        line = codec.withheld(said, safe) if safe else codec.error(said)
        return codec.framing.event(msgspec.json.encode(line))


class Chat(Ollama):
    """``/api/chat``."""

    def read(self, tree: dict[str, Any], walk: _Walk) -> None:
        """Messages, and all else. No messages: the model is loaded or unloaded."""
        messages = tree.get("messages")
        if messages is not None and type(messages) is not list:
            raise Malformed("wrong-shape", "messages must be a list")
        for part, message in requests.each(messages or [], "/messages"):
            walk.message(message, part)
        walk.members(tree, "", but={"messages": None})

    def saying(self, safe: str) -> dict[str, Any]:
        """A message."""
        return {"message": {"role": "assistant", "content": safe}}


class Generate(Ollama):
    """``/api/generate``."""

    taken: Mapping[str, Who] = {"prompt": _USER, "suffix": _USER, "system": _TOLD}


class Embed(Ollama):
    """``/api/embed`` and ``/api/embeddings``."""

    streams = False
    taken: Mapping[str, Who] = {"input": _USER, "prompt": _USER}


class Told(Ollama):
    """``/api/show``, and all that is only asked for: tags, running models, the version."""

    streams = False


def _model(tree: dict[str, Any]) -> tuple[str, str]:
    """The model's name and where it stands: older clients call it ``name``."""
    model, name = requests.typed(tree, "model", str, ""), requests.typed(tree, "name", str, "")
    if not model and not name:
        raise Malformed("wrong-shape", "model must be a string")
    if model and name and model != name:
        raise Malformed("wrong-shape", "model and name differ")
    return (model, "/model") if model else (name, "/name")


def _pieces(tree: dict[str, Any]) -> tuple[list[Piece], frozenset[str]]:
    """The strings of an answer or a line, and the groups whose order it keeps."""
    found = Pieces(NAMES.keys, NAMES.values)
    groups: set[str] = set()
    message = tree.get("message")
    said = dict(message) if type(message) is dict else {}
    for key, at in (("content", "/message"), ("thinking", "/message")):
        if type(text := said.get(key)) is str:
            _grow(found, groups, text, f"{at}/{key}")
            del said[key]
    rest = dict(tree)
    if type(message) is dict:
        rest["message"] = said
    for key in ("response", "thinking"):
        if type(text := rest.get(key)) is str:
            _grow(found, groups, text, f"/{key}")
            del rest[key]
    _logprobs(rest.pop("logprobs", None), tree, found, groups)
    for key, value in rest.items():
        if key == "message" and type(value) is dict and value.get("tool_calls"):
            groups.add("/message/tool_calls")
        found.member(key, value, "", "")
    return found.pieces, frozenset(groups)


def _grow(found: Pieces, groups: set[str], text: str, path: str) -> None:
    """A piece of a text that grows. An empty one holds nothing up."""
    if text:
        found.grown(text, path, path, path)
        groups.add(path)


def _logprobs(node: Any, tree: dict[str, Any], found: Pieces, groups: set[str]) -> None:
    """Tokens joined, as one text; nothing where they only repeat the text of the line."""
    if node is None:
        return
    message = tree.get("message")
    said = tree.get("response") or (message.get("content") if type(message) is dict else "")
    lists: dict[str, list[str]] = {}
    answers.listed_tokens(node, "/logprobs", lists)
    for part, pieces in lists.items():
        text = "".join(pieces)
        if text and not (part.endswith("/token") and text == said):
            found.grown(text, "/logprobs", part, "/logprobs")
            groups.add("/logprobs")


CHAT, GENERATE, EMBED, TOLD = Chat(), Generate(), Embed(), Told()
