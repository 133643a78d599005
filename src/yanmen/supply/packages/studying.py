"""Reads a package: its plan, its code, its disguises. Nothing is run; what could not be read is said."""

from __future__ import annotations

import re
from typing import cast

from yanmen.core.nouns import Unexamined
from yanmen.supply.models.bounds import Bounds as ModelBounds
from yanmen.supply.models.examine import examine as examine_model
from yanmen.supply.packages.behaviour import Behaviour, Disguise
from yanmen.supply.packages.disguises import disguises
from yanmen.supply.packages.metadata import text_of
from yanmen.supply.packages.package import Bounds, Package
from yanmen.supply.packages.planning import Plan, located, plan_of
from yanmen.supply.packages.reading import shell
from yanmen.supply.packages.reading.effects import Dialect, Effect, Trigger
from yanmen.supply.packages.reading.kept import FOLLOWED, member_of
from yanmen.supply.packages.reading.machine import Machine
from yanmen.supply.packages.reading.members import ExhaustedError, Members
from yanmen.supply.packages.reading.node import Node
from yanmen.supply.packages.reading.python import Python
from yanmen.supply.packages.reading.relevance import mark
from yanmen.supply.packages.reading.signs import COINS, PYTHON, SCRIPT
from yanmen.supply.packages.reading.unpacking import zipped_module
from yanmen.supply.packages.reading.values import NOTHING, Scope, Value

_SMALL = 20_000
"""Bytes of a module that is read for its constants, though nothing in it does anything."""
_TINY = 4_000
"""Bytes of a module that is read in any case when it is imported: what it calls may do something."""
_MAGIC = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xca\xfe\xba\xbe")


class Study:
    """The reading of one package."""

    def __init__(self, package: Package, bounds: Bounds) -> None:
        self.package = package
        self.bounds = bounds
        self.plan: Plan = plan_of(package)
        self.dialect: Dialect = cast("Dialect", Node() if package.ecosystem == "npm" else Python())
        self.unread: list[Unexamined] = []
        self.machine = Machine(self.dialect, self._resolve, bounds.steps)
        self.machine.foreign = self._foreign
        self.machine.own = self._own
        self.machine.unpickled = self._unpickled
        self.disguises: list[Disguise] = []
        self._spaces: dict[str, Value] = {}
        self._left = bounds.steps
        self._coins: set[str] = set()

    def behaviour(self) -> Behaviour:
        """What the package would do."""
        for member, line, code in self.plan.lines:
            self._guarded(
                member, lambda code=code, line=line: self._startup_line(code, line), Trigger.STARTUP
            )
        for trigger, commands in (
            (Trigger.INSTALL, self.plan.commands), (Trigger.IMPORT, self.plan.opened),
        ):  # fmt: skip
            for member, line, command in commands:
                self._guarded(
                    member,
                    lambda command=command, line=line: self.machine.run_command(
                        command, "script", line, frozenset()
                    ),
                    trigger,
                )
        for asked in (False, True):
            for member, trigger in list(self.plan.files.items()):
                if (trigger is Trigger.CALLED) is asked:
                    self._load(member, trigger, wanted=trigger >= Trigger.STARTUP)
                    for name in self.plan.calls.get(member, ()):
                        self._called(member, name)
            self._members_run()
        self._written()
        self._rest()
        return Behaviour(
            self.package, effects=tuple(self.machine.effects), hooks=tuple(self.plan.hooks), disguises=tuple(self.disguises),
            unread=(*self.package.unexamined, *self.unread), natives=tuple(self._natives()), coins=frozenset(self._coins),
        )  # fmt: skip

    def _guarded(self, member: str, act: object, trigger: Trigger) -> None:
        machine = self.machine
        was = (machine.member_name, machine.trigger)
        machine.member_name, machine.trigger = member, trigger
        before = min(self._left, self.bounds.module_steps)
        machine.steps = before
        try:
            act()  # type: ignore[operator]
        except ExhaustedError:
            self.unread.append(self.package.cannot("timed-out", f"more than {before} steps", member))
        except RecursionError:
            self.unread.append(
                self.package.cannot("too-large", "calls within calls too deep to follow", member)
            )
        finally:
            self._left = max(self._left - (before - max(machine.steps, 0)), 0)
            machine.member_name, machine.trigger = was
            machine.returned.clear()
            machine.layer = 0

    def _own(self, path: str, asking: str) -> bytes | None:
        """Bytes of a member that code of the package reads; of a long one as many as show that it is there."""
        member = member_of(path, asking, self.package.members)
        if not member:
            return None
        try:
            return self.package.members[member].read(0, FOLLOWED + 1)
        except OSError:
            return None

    def _unpickled(self, path: str, asking: str) -> str:
        """What a member calls when it is loaded as a pickle, as the examination of models says."""
        member = member_of(path, asking, self.package.members)
        artifact = self.package.members.get(member)
        if artifact is None or artifact.size > self.bounds.source:
            return ""
        found = examine_model(artifact, ModelBounds(self.package.ref, examine_model))
        return "; ".join(one.evidence for one in found.findings[:3]) if found.proof == "unsafe" else ""

    def _startup_line(self, code: str, line: int) -> None:
        self.machine.run_code(code, line, frozenset(), Scope())

    # Modules.

    def _source(self, member: str, *, wanted: bool) -> str | None:
        artifact = self.package.members[member]
        if artifact.size > self.bounds.source:
            self.unread.append(self.package.cannot("too-large", f"{artifact.size} bytes of source", member))
            return None
        try:
            data = artifact.read(0, self.bounds.source + 1)
        except OSError as error:
            self.unread.append(self.package.cannot("unreadable", str(error)[:120], member))
            return None
        words = SCRIPT if self.package.ecosystem == "npm" else PYTHON
        trigger = self.plan.files.get(member, Trigger.IMPORT)
        if COINS.search(data):
            self._coins.add(member)
        self.disguises.extend(disguises(member, data, trigger, self.dialect.name))
        wanted = wanted or (trigger >= Trigger.IMPORT and len(data) <= _TINY)
        if not words.search(data) and not (wanted and len(data) <= _SMALL):
            return None
        return _text(data)

    def _load(self, member: str, trigger: Trigger, *, wanted: bool = False) -> Value:
        space = self._spaces.get(member)
        if space is not None:
            return space
        scope = Scope()
        self._spaces[member] = space = self._space(scope, member)
        text = self._source(member, wanted=wanted)
        if text is None:
            return space
        try:
            body = self.dialect.parse(text)
        except ValueError as error:
            self.unread.append(
                self.package.cannot("malformed", f"not read as {self.dialect.name}: {error}"[:160], member)
            )
            return space
        obfuscated = any(one.member == member and one.kind == "obfuscator" for one in self.disguises)
        mark(body, type(self.dialect), whole=obfuscated)
        self.machine.sources[member] = text
        nested = bool(self.machine.member_name)
        if nested:
            was = (self.machine.layer, self.machine.top)
            self.machine.layer = 0
            try:
                self.machine.run_module(member, body, scope, trigger)
            finally:
                self.machine.layer, self.machine.top = was
        else:
            self._guarded(member, lambda: self.machine.run_module(member, body, scope, trigger), trigger)
        self._spaces[member] = space = self._exported(scope)
        return space

    def _space(self, scope: Scope, member: str) -> Value:
        if self.dialect.self_is_first:
            scope.names["__file__"] = Value(f"\x00/{member}")
            scope.names["__name__"] = Value("\x00")
            return Value(fields=scope.names)
        exports = Value(fields={})
        scope.names["exports"] = exports
        scope.names["module"] = Value(fields={"exports": exports}, path="module")
        folder = member.rpartition("/")[0]
        scope.names["__dirname"] = Value(f"\x00/{folder}" if folder else "\x00")
        scope.names["__filename"] = Value(f"\x00/{member}")
        return exports

    def _exported(self, scope: Scope) -> Value:
        if self.dialect.self_is_first:
            return Value(fields=scope.names)
        module = scope.names.get("module", NOTHING)
        return (module.fields or {}).get("exports", NOTHING)

    def _resolve(self, caller: Members, name: str, start: str) -> Value | None:
        if self.package.ecosystem == "npm":
            member = located(self.package, name, start) if name.startswith(".") else ""
            own = self.package.metadata.name
            if not member and own and (name == own or name.startswith(f"{own}/")):
                member = located(
                    self.package, name[len(own) + 1 :] or self.package.metadata.entry_points["main"][0], ""
                )
            if not member.endswith((".js", ".cjs", ".mjs", ".ts")):
                return None
        else:
            member = self.plan.modules.get(self._absolute(name, start), "")
            if not member:
                return self._zipped(name, start)
        trigger = (
            Trigger.CALLED
            if caller.trigger is Trigger.CALLED and self.package.ecosystem == "npm"
            else max(caller.trigger, Trigger.IMPORT)
        )
        return self._load(member, trigger, wanted=True)

    def _zipped(self, name: str, start: str) -> Value | None:
        """A module in an archive among the members, which was put on the path."""
        for place in self.machine.places:
            archive = member_of(place, start, self.package.members)
            if (
                not archive
                or archive in self._spaces
                or self.package.members[archive].size > self.bounds.source
            ):
                continue
            text = zipped_module(self.package.members[archive].read(0, self.bounds.source), name)
            if text:
                self._spaces[archive] = NOTHING
                tags = frozenset({"decoded", f"member:{archive.rpartition('/')[2]}"})
                self.machine.emit("runs-code", "import", 0, name, tags)
                self.machine.run_code(text, 0, tags, Scope())
                return NOTHING
        return None

    def _absolute(self, name: str, start: str) -> str:
        if not name.startswith("."):
            return name
        level = len(name) - len(name.lstrip("."))
        own = next((dotted for dotted, member in self.plan.modules.items() if member == start), "")
        parts = own.split(".") if own else []
        if not start.endswith("__init__.py"):
            parts = parts[:-1]
        parts = parts[: len(parts) - (level - 1)] if level > 1 else parts
        rest = name.lstrip(".")
        return ".".join([*parts, *([rest] if rest else [])])

    def _called(self, member: str, name: str) -> None:
        space = self._spaces.get(member, NOTHING)
        for value in list((space.fields or {}).values()):
            closure = value.closure
            if closure is not None and closure.file == member and closure.node.name == name:
                self._guarded(
                    member, lambda closure=closure: self.machine.invoke(closure, [], {}), Trigger.INSTALL
                )
            if name == "*" and value.kind is not None and value.kind.file == member:
                for method in value.kind.methods.values():
                    if method.closure is not None:
                        self._guarded(
                            member,
                            lambda closure=method.closure: self.machine.invoke(closure, [], {}),
                            Trigger.INSTALL,
                        )

    def _members_run(self) -> None:
        """Members that commands name are run with them: scripts of shells, and of the language itself."""
        read: set[str] = set()
        for effect in [one for one in self.machine.effects if one.does == "runs-command"][:200]:
            words = shell.words(effect.text.replace("\x00", ""))[:12]
            for word in dict.fromkeys((*words, *(part for one in words for part in one.split()[:8]))):
                member = located(self.package, word.lstrip("/"), "") or located(
                    self.package, word.lstrip("/"), effect.member
                )
                if not member or member in read:
                    continue
                read.add(member)
                if member.endswith((".sh", ".bash", ".bat", ".cmd", ".ps1")):
                    text = text_of(self.package.members[member], 20_000)
                    self._guarded(
                        member,
                        lambda text=text: self.machine.run_command(text, "script", 1, frozenset()),
                        effect.trigger,
                    )
                elif member.endswith((".py",) if self.dialect.name == "python" else (".js", ".cjs", ".mjs")):
                    self._load(member, effect.trigger, wanted=True)
                elif member.endswith((".py", ".js", ".cjs", ".mjs")):
                    self._foreign_member(member, effect.trigger)

    def _foreign(self, language: str, code: str, line: int) -> None:
        """Code of the other language that a command starts: read by itself, without the package's modules."""
        was = self.machine
        other = cast("Dialect", Node() if language == "node" else Python())
        machine = Machine(other, lambda *_: None, min(self._left, self.bounds.module_steps))
        machine.member_name, machine.trigger, machine.layer = was.member_name, was.trigger, was.layer
        try:
            machine.run_code(code, line, frozenset(), Scope())
        except (ExhaustedError, RecursionError):
            self.unread.append(
                self.package.cannot("timed-out", f"{language} that a command runs", was.member_name)
            )
        was.effects.update(machine.effects)

    def _foreign_member(self, member: str, trigger: Trigger) -> None:
        text = text_of(self.package.members[member], self.bounds.source)
        language = "python" if member.endswith(".py") else "node"
        self._guarded(member, lambda: self._foreign(language, text, 1), trigger)

    def _written(self) -> None:
        """Short scripts that the package writes and runs are read as well."""
        runs = [effect for effect in self.machine.effects if effect.does == "runs-command"]
        for name, text in list(self.machine.written.items())[:20]:
            used = next((effect for effect in runs if name and name in effect.text), None)
            if used is None:
                continue
            own = self.dialect.name == "python"
            code = name.endswith((".py", ".pyw") if own else (".js", ".cjs", ".mjs")) or (
                f"{self.dialect.name} " in used.text
            )
            act = (
                (lambda text=text, used=used: self.machine.run_code(text, used.line, used.tags, Scope()))
                if code
                else (
                    lambda text=text, used=used: self.machine.run_command(
                        text, "script", used.line, frozenset()
                    )
                )
            )
            self._guarded(used.member, act, used.trigger)

    def _rest(self) -> None:
        self._guarded("", self.machine.rest, Trigger.CALLED)
        self.machine.resting = True
        for value in self.machine.classes:
            for method in value.kind.methods.values() if value.kind else ():
                if method.closure is not None and not self.machine.has_run(method.closure):
                    self._guarded(
                        method.closure.file,
                        lambda closure=method.closure: self.machine.invoke(closure, [], {}),
                        Trigger.CALLED,
                    )

    def _natives(self) -> list[str]:
        found = []
        for member, artifact in self.package.members.items():
            if member.endswith(
                (
                    ".py",
                    ".js",
                    ".json",
                    ".md",
                    ".txt",
                    ".html",
                    ".css",
                    ".map",
                    ".ts",
                    ".pyi",
                    ".so",
                    ".pyd",
                    ".dylib",
                    ".node",
                )
            ):
                continue
            try:
                head = artifact.read(0, 4)
            except OSError:
                continue
            if head.startswith(_MAGIC):
                found.append(member)
            if len(found) > 200:  # noqa: PLR2004  # enough to say so
                break
        return found


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    found = re.match(rb"[^\n]{0,200}\n?[^\n]{0,200}?coding[:=][ \t]*([-\w.]+)", data)
    encoding = found[1].decode("ascii", "replace") if found else "utf-8"
    try:
        return data.decode(
            encoding if encoding.lower() in {"latin-1", "iso-8859-1", "cp1252", "utf-8", "ascii"} else "utf-8"
        ).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").removeprefix("\ufeff")


def study(package: Package, bounds: Bounds | None = None) -> Behaviour:
    """What a package would do, as far as the bounds let it be read."""
    return Study(package, bounds or Bounds()).behaviour()


def effects_of(package: Package, bounds: Bounds | None = None) -> tuple[Effect, ...]:
    """Its effects alone."""
    return study(package, bounds).effects
