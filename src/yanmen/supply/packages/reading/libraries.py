"""Calls of libraries, which are looked up in tables; commands and code that are run."""

from __future__ import annotations

import lzma
import re
import zlib
from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading import shell
from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.accounts import sign_in
from yanmen.supply.packages.reading.effects import Api, Does, Trigger, host_of
from yanmen.supply.packages.reading.handed import encoded_tags
from yanmen.supply.packages.reading.leaving import CARRIES, far, in_body
from yanmen.supply.packages.reading.members import (
    CALLBACKS,
    NEUTRAL,
    OPEN,
    PATH,
    PROMISED,
    SEALS,
    TYPED,
    UNFOLDED,
    UNSET_CONST,
)
from yanmen.supply.packages.reading.places import file_tags, metadata_tags, text_tags
from yanmen.supply.packages.reading.services import Services
from yanmen.supply.packages.reading.serving import asked, decorates
from yanmen.supply.packages.reading.values import (
    HOLE,
    NOTHING,
    Scope,
    Value,
    all_tags,
    lifted,
    merged,
    plain,
)

_LAYERS = 8
_KEY = "secret:key material"
_FAR = frozenset({"download:?"})
_REMOTE = re.compile(
    r"(?:mongodb(?:\+srv)?|rediss?|amqps?|mqtts?|wss?|postgres(?:ql)?|mysql|tcp|irc)://", re.IGNORECASE
)
BOTS = (
    "telebot.TeleBot()", "discord.Client()", "discord.ext.commands.Bot()", "telegram.ext.", "irc.", "slack_bolt.App()",
    "discord.js.Client()", "node-telegram-bot-api()", "telegraf.Telegraf()", "grammy.Bot()", "@slack/bolt.App()",
)  # fmt: skip
"""Clients of chat services: what they hand to a function, somebody far away wrote."""


class Libraries(Services):
    """What calls of libraries do."""

    def library_call(
        self, fn: Value, args: list[Value], words: Mapping[str, Value], line: int, scope: Scope
    ) -> Value:
        """A call of something that is not of the package: by the tables, or as something foreign."""
        path = fn.path
        receiver = fn.bound[0] if fn.bound else None
        if decorates(path, args):
            self._asked(args, words, asked())
            return args[0]
        sign_in(self, path, args, words, line)
        special = self.dialect.specials.get(path)
        if special is not None:
            found: Value = special(self, fn, args, words, line)
            return found
        shape = self.dialect.shapes.get(path)
        if shape is not None:
            given = [receiver, *args] if receiver is not None and path.endswith(tuple(_RECEIVING)) else args
            return shape(given, words)
        folded = self._folded(path, args, words)
        if folded is not None:
            return folded
        api = self.dialect.apis.get(path)
        if api is None:
            return self._foreign(fn, args, words, line)
        return self.known_call(api, fn, args, words, line, scope)

    def _folded(self, path: str, args: list[Value], words: Mapping[str, Value]) -> Value | None:
        function = self.dialect.functions.get(path)
        if function is None:
            return None
        given = [*args, *words.values()]
        tags = frozenset(tag for arg in given for tag in all_tags(arg))
        name = path.rpartition(".")[2]
        hidden = frozenset({"decoded"}) if name in _DECODERS else frozenset()
        based = name in _BASES or (name == "from" and len(args) > 1 and args[1].text in {"base64", "hex"})
        hidden |= {"base64"} if based else frozenset()
        hidden |= encoded_tags(name)
        try:
            return lifted(function(*(plain(arg) for arg in given)), tags | hidden)
        except UNFOLDED:
            return Value(tags=tags | hidden, path=f"{path}()")
        except (zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError):
            return Value(tags=tags | hidden)

    def _foreign(self, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
        name = fn.path.rpartition(".")[2]
        now = (
            name in CALLBACKS or self.dialect.builtin(fn.path.partition(".")[0]) == fn.path.partition(".")[0]
        )
        now = now or (not self.dialect.self_is_first and fn.path.startswith(_CORE))
        tags = frozenset(tag for arg in [*args, *words.values()] for tag in all_tags(arg))
        if SEALS.search(name) and name not in OPEN:
            tags = frozenset(
                tag for tag in tags if tag != _KEY and not (tag.startswith("variable:") and "SECRET" in tag)
            )
        for arg in args[:3]:
            if isinstance(arg.const, str) and arg.const:
                tags |= self.stored_tags(arg.const) | file_tags(arg.const)
            if name == "pipe" and arg.path.endswith(".stdin"):
                self.emit("redirects", fn.path, line, arg.path)
        if name.startswith(("recv", "decrypt")):
            tags |= frozenset({"decoded", "decrypted"} if name.startswith("decrypt") else {"download:?"})
        tags |= encoded_tags(name, *args[:1])
        of = fn.bound[0] if fn.bound else NOTHING
        if of.path.endswith("()") and of is not NOTHING:
            of.tags |= tags - {"host:facts"}  # what is put into an object is in it
        if name in PROMISED and args and args[0].closure is not None and of is not NOTHING:
            return self.call(args[0], [of], {}, line, self.top).tagged(of.tags)
        self.left_by(fn, name, args, tags, line)
        result = Value(path=f"{fn.path}()"[:PATH], tags=fn.tags | tags | far(args[:2], words))
        self.heard(name, args, of)
        if fn.path.startswith(BOTS):
            self._asked(args, words, asked())
            return result
        if any(_REMOTE.match(arg.text) for arg in args[:2]):
            result, now = result.tagged(frozenset({"download:?"})), True
        typed = name == "addEventListener" and args and args[0].text in TYPED
        given = (
            Value(tags=frozenset({"forms"}))
            if typed
            else Value(path=result.path, tags=fn.tags | (result.tags & _FAR))
        )
        came = self.callbacks(args, words, given, now=now or self.trigger >= Trigger.STARTUP)
        return result.tagged(came)

    def _asked(self, args: list[Value], words: Mapping[str, Value], given: list[Value]) -> None:
        """Functions that a bot or a server runs with what somebody writes to it: when that comes, not now."""
        was, self.trigger = self.trigger, Trigger.CALLED
        try:
            for arg in [*args, *words.values()]:
                if arg.closure is not None:
                    self.invoke(arg.closure, given[: len(arg.closure.node.params)], {})
        finally:
            self.trigger = was

    def callbacks(
        self, args: list[Value], words: Mapping[str, Value], given: Value, *, now: bool
    ) -> frozenset[str]:
        """Functions among arguments are run, where the callee runs them: the origins of what they give."""
        tags: frozenset[str] = frozenset()
        for arg in [*args, *words.values()]:
            if arg.closure is not None and now:
                before = Scope.outward
                tags |= all_tags(self.invoke(arg.closure, [given, given, given], {}))
                if before != Scope.outward:  # it keeps something for the next time
                    again = given.tagged(NEUTRAL)
                    tags |= all_tags(self.invoke(arg.closure, [again, again, again], {})) - NEUTRAL
        return tags

    def known_call(
        self, api: Api, fn: Value, args: list[Value], words: Mapping[str, Value], line: int, scope: Scope
    ) -> Value:
        """A call of what the tables know."""
        told = self._told(api, fn, args, words)
        given = [*args, *words.values()]
        tags = frozenset(tag for arg in given for tag in all_tags(arg))
        if fn.bound is not None:
            tags |= all_tags(fn.bound[0], 2)
        texts = [one.text for one in told.options()]
        gives = api.gives
        if api.does == "import":
            return self._imports(fn, told, texts, within=len(args) > 3 or "fromlist" in words, line=line)  # noqa: PLR2004
        if api.does in {"pure", "source"}:
            return Value(
                path=f"{fn.path}()"[:PATH], tags=gives | (tags if api.does == "source" else frozenset())
            )
        if api.does in {"passes", "decodes"}:
            more = _told_hidden(fn.path) if api.does == "decodes" else frozenset()
            return Value(told.const, path=f"{fn.path}()"[:PATH], tags=tags | more | gives)
        if api.does == "runs-callback":
            self.callbacks(given, {}, Value(tags=tags, path=f"{fn.path}()"), now=True)
            return Value(path=f"{fn.path}()"[:PATH], tags=tags)
        if api.does == "receives" and (
            _SENT & set(words) or (len(args) > 1 and fn.path.endswith(("urlopen", "Request")))
        ):
            api = _SENDING
        if api.does in {"sends", "receives"} and fn.path.rpartition(".")[2] != "Session":
            tags |= in_body([*args[1:], *(one for name, one in words.items() if name not in CARRIES)])
        return self.effect_call(api, fn, told, texts, tags, given, line, scope)

    def _imports(self, fn: Value, told: Value, texts: list[str], *, within: bool, line: int) -> Value:
        """A module by its name; ``within``: the last part of the name, not the first."""
        if fn.path.endswith("__import__") and not within:
            texts = [text.partition(".")[0] for text in texts]
        for text in texts:
            self.brought(text, fn.path, line)
            if "decoded" in told.tags and HOLE not in text:
                self.emit("hides-name", text, line, text, told.tags)
        return (
            merged([self.module(text) for text in texts if HOLE not in text])
            if told.known or told.ways
            else NOTHING
        )

    def effect_call(
        self, api: Api, fn: Value, told: Value, texts: list[str], tags: frozenset[str], given: list[Value],
        line: int, scope: Scope,
    ) -> Value:  # fmt: skip
        """A call that does something to the world."""
        result = Value(path=f"{fn.path}()"[:PATH], tags=api.gives)
        for text in texts:
            found = tags | self._more_tags(api, text) | self.stored_tags(text)
            if api.does == "runs-command":
                self.run_command(text, fn.path, line, tags)
                result = result.tagged(frozenset({"output"}) | self.output_tags(text))
                continue
            if api.does in _ASKING:
                found |= self.hidden_tags(told)
            self.emit(_DOES.get(api.does, "shows"), fn.path, line, text, found)
            if api.does == "reads":
                result = result.tagged(found - {"decoded"})
            elif api.does in _ASKING:
                host = next((host_of(one.text) for one in given if "://" in one.text), "?")
                relayed = (
                    {"relayed"}
                    if host == "?" and any(tag.startswith("download:") for tag in told.tags)
                    else set()
                )
                result = result.tagged(frozenset({f"download:{host}"}) | metadata_tags(text) | relayed)
            elif api.does == "looks-up" and (
                fn.path.endswith(("Txt", "TXT")) or any(one.text == "TXT" for one in given)
            ):
                result = result.tagged(_FAR)
            elif api.does == "runs-code":
                self.run_code(text, line, found, scope)
        self.callbacks(given, {}, Value(path=f"{fn.path}()"[:PATH], tags=result.tags), now=True)
        if api.does == "listens":
            return Value(path=result.path, tags=result.tags, bound=(Value(f"https://{told.text}"), "host"))
        return (
            result
            if told.const is UNSET_CONST
            else Value(
                told.const if api.does == "writes" else UNSET_CONST, path=result.path, tags=result.tags
            )
        )

    @staticmethod
    def _more_tags(api: Api, text: str) -> frozenset[str]:
        if api.does == "reads":
            return file_tags(text) or frozenset({"file"})
        return text_tags(text) if api.does == "runs-command" else frozenset()

    @staticmethod
    def _told(api: Api, fn: Value, args: list[Value], words: Mapping[str, Value]) -> Value:
        if api.text < 0 and fn.bound is not None:
            return fn.bound[0]
        if api.word and api.word in words:
            return words[api.word]
        found = args[api.text] if 0 <= api.text < len(args) else next(iter(words.values()), NOTHING)
        if found.items is not None:
            return Value(" ".join(one.text for one in found.items[:200]), tags=found.tags)
        return found

    def run_command(self, text: str, api: str, line: int, tags: frozenset[str]) -> None:
        """A command is run: note it, and what its text says that it does."""
        found = tags | text_tags(text) | self.stored_tags(text)
        self.emit("runs-command", api, line, text, found)
        if self.layer < _LAYERS and text.strip(HOLE + " "):
            self.layer += 1
            try:
                for said in shell.read(text):
                    if said.does == "stores":
                        self.landed.named.setdefault(said.text, said.tags)
                        if "/" in said.api.strip("/"):
                            self.landed.named.setdefault(said.api, said.tags)
                        continue
                    hidden = said.tags | (
                        found if said.does in {"sends", "looks-up"} else found & {"decoded"}
                    )
                    self.emit(_DOES.get(said.does, "shows"), said.api, line, said.text, hidden)
                    if said.does == "runs-code" and said.text != text:
                        self.run_command(said.text, said.api, line, hidden)
                for part in shell.parts(text):
                    self.run_words(shell.words(part), line, tags)
            finally:
                self.layer -= 1

    def run_words(self, words: list[str], line: int, tags: frozenset[str]) -> None:
        """``python -c CODE`` and its like: the code is read."""
        found = shell.snippet([word if word != HOLE else "\x00" for word in words])
        if found is None:
            return
        language, code = found
        if HOLE in code and language != "shell":
            self.emit("runs-code", f"{language} -c", line, code, tags)
        if language == "shell":
            self.run_command(code, "sh -c", line, tags)
        elif language == self.dialect.name and self.layer < _LAYERS:
            self.run_code(code, line, tags, Scope())
        elif self.foreign is not None and self.layer < _LAYERS:
            self.foreign(language, code, line)

    def brought(self, name: str, api: str, line: int) -> None:
        """A module is imported whose file was written before."""
        stem = name.rpartition(".")[2]
        for ending in (".py", ".pyd", ".so", ".pyc") if len(stem) > 1 else ():
            if tags := self.landed.named.get(stem + ending):
                self.emit("runs-code", api, line, name, tags)

    @staticmethod
    def output_tags(command: str) -> frozenset[str]:
        """Where the output of a command comes from."""
        said = list(shell.read(command))
        told = {f"download:{host_of(one.text)}" for one in said if one.does == "receives"}
        return frozenset(tag for one in said for tag in one.tags) | shell.told_tags(command) | told

    def run_code(self, text: str, line: int, tags: frozenset[str], scope: Scope) -> None:
        """Read a text that is run as code."""
        if HOLE in text or len(text) < 4 or self.layer >= _LAYERS:  # noqa: PLR2004  # shorter code does nothing
            return
        try:
            body = self.dialect.parse(text)
        except UNFOLDED:
            return
        hidden = "decoded" in tags
        self.layer += hidden
        try:
            self.hoisted(body, scope)
            self.execute([_at(node, line) for node in body], scope)
        finally:
            self.layer -= hidden

    def run_function_text(self, text: str, line: int, tags: frozenset[str]) -> None:
        """The text of a function's body is run."""
        self.run_code(text, line, tags, Scope(self.top))


def _told_hidden(path: str) -> frozenset[str]:
    """Origins of what a decoder gives: what was encrypted was meant to be hidden."""
    return frozenset(
        {"decoded"} if path.startswith(("marshal", "dill", "cloudpickle")) else {"decoded", "decrypted"}
    )


def _at(node: s.Node, line: int) -> s.Node:
    """Statements of decoded code stand where it is run."""
    stack: list[Any] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, s.Node):
            one.line = line
            stack.extend(getattr(one, name) for name in one.__dataclass_fields__ if name != "line")
        elif isinstance(one, list | tuple):
            stack.extend(one)
        elif isinstance(one, dict):
            stack.extend(one.values())
    return node


_CORE = (
    "fs.", "fs/promises.", "child_process.", "writer()", "reader()", "response()", "request()", "net.", "tls.", "dns.", "zlib.",
    "readline.", "stream.", "timers.", "os.", "util.", "crypto.", "worker_threads.",
)  # fmt: skip
"""Modules of Node itself, which run what they are given."""
_ASKING = frozenset({"receives", "sends", "listens"})
_SENT = frozenset({"data", "json", "files", "content", "body"})
_SENDING = Api("sends")
_DECODERS = frozenset(
    "b64decode b32decode b16decode b85decode a85decode urlsafe_b64decode decodebytes standard_b64decode unhexlify "
    "fromhex decompress "
    "decode a2b_base64 chr bytes bytearray fromCharCode fromCodePoint atob unescape unquote inflateSync gunzipSync from".split()
)
_BASES = frozenset(
    {"b64decode", "b85decode", "a85decode", "unhexlify", "a2b_base64", "urlsafe_b64decode", "atob"}
)
_RECEIVING = ("()",)
_DOES: dict[str, Does] = {
    name: name
    for name in (
        "runs-code", "runs-command", "loads-native", "sends", "receives", "reads", "writes", "marks-executable", "deletes",
        "watches", "hooks", "looks-up", "listens", "asks-whereabouts", "asks-environment", "rewires", "shows", "throws",
        "starts-detached", "redirects",
    )
}  # fmt: skip
