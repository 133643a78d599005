"""Weak signals: what no single one of which says that a package is poisoned. Each has a name, a place and what was seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yanmen.core.nouns import Noun
from yanmen.supply.packages.behaviour import Behaviour
from yanmen.supply.packages.reading.effects import Effect, Trigger, host_of
from yanmen.supply.packages.reading.values import HOLE


class Signal(Noun, frozen=True):
    """One weak signal of a package."""

    name: str
    said: str
    member: str = ""
    line: int = 0


_SECRET = ("secret:", "variable:")
_BUILT = re.compile(
    r"^\s*(?:[\w./\\-]*/)?(?:node-gyp|node-pre-gyp|prebuild-install|node-gyp-build|husky|patch-package|tsc|cmake|make|ninja|gcc|"
    r"g\+\+|cc|clang|git|pkg-config|npm (?:run )?\w+|opencollective|echo|exit|true|rustc|cargo|swig|nvcc|which|ldd|xcrun|mvn|java)\b"
)
_PLAIN = re.compile(
    r"^(?:npx\s+(?:-\S+\s+)*(?:only-allow|husky|patch-package|lefthook|simple-git-hooks|playwright|prisma)\b.*|node\s+(?:-r\s+\S+\s+)?[\w./-]+(?:\s+[\w-]+)?)$"
)
"""Hooks that say nothing by themselves: what a script of the package does is read as such."""
_SHIM = re.compile(
    r"^import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os\.environ\.get\(var, '\w+'\) == 'local'; "
    r"enabled and __import__\('_distutils_hack'\)(?:\.add_shim\(\))?;?\s*$"
)
"""The hook that setuptools puts into every environment; the module that it names is read as such."""
_TEMP = re.compile(
    r"^\W?(?:/tmp/|/var/tmp/|/dev/shm/|\$TE?MP\b|\$APPDATA|\$LOCALAPPDATA|%TE?MP%|%APPDATA%)", re.IGNORECASE
)
_WIDE = re.compile(r"^(?:~|\$HOME|\$USERPROFILE|/|\.\.)")
_SCRIPT = re.compile(r"\.(?:sh|bat|cmd|ps1|vbs|exe|scr|hta|jar|py|js)[\"']?(?:\s|$)", re.IGNORECASE)


def _far(effect: Effect) -> bool:
    """Whether it goes to a host that is written in the code, whole."""
    host = host_of(effect.text)
    return "." in host and HOLE not in host


def _has(effect: Effect, *starts: str) -> bool:
    return any(tag.startswith(starts) for tag in effect.tags)


_Test = Callable[[Effect], bool]
_UNASKED: tuple[tuple[str, tuple[str, ...], _Test, str], ...] = (
    ("runs a command unasked", ("runs-command",), lambda one: one.api != "script" and not _BUILT.match(one.text), "runs a command"),
    ("runs unknown code unasked", ("runs-code",), lambda one: not one.text.strip(HOLE) and "file" not in one.tags,
        "runs code that cannot be read here"),
    ("asks the network unasked", ("receives", "looks-up", "listens"), _far, "asks the network"),
    ("sends unasked", ("sends",), lambda _: True, "sends something"),
    ("reads secrets unasked", ("reads",), lambda one: _has(one, "secret:"), "reads a place where secrets lie"),
    ("loads a program unasked", ("loads-native",), lambda _: True, "loads a program"),
    ("writes a script unasked", ("writes",), lambda one: bool(_SCRIPT.search(one.text) or _TEMP.match(one.text)),
        "writes a script or a file that is not meant to last"),
    ("deletes unasked", ("deletes",), lambda one: bool(_WIDE.match(one.text)), "deletes outside of its own folder"),
    ("replaces functions unasked", ("rewires",), lambda _: True, "replaces somebody else's function"),
    ("asks whether it is watched", ("asks-whereabouts",), lambda _: True, "looks whether it is being watched"),
)  # fmt: skip
_CALLED: tuple[tuple[str, tuple[str, ...], _Test, str], ...] = (
    ("runs what it downloads", ("runs-code", "runs-command", "loads-native"), lambda one: _has(one, "download:"),
        "runs a download"),
    ("runs what it decodes", ("runs-code", "runs-command"), lambda one: "decoded" in one.tags, "runs decoded code"),
    ("sends secrets", ("sends", "receives", "looks-up"), lambda one: _has(one, "secret:") and _far(one), "sends a secret"),
    ("sends what the caller gave", ("sends", "receives"), lambda one: _has(one, "given:") and _far(one),
        "sends what it was given"),
    ("sends facts of the machine", ("sends", "receives"), lambda one: _has(one, "host:", "output") and _far(one),
        "sends facts of the machine"),
    ("sends, and looks at no answer", ("sends",), lambda one: "unanswered" in one.tags and _far(one),
        "sends and looks at no answer"),
    ("asks an address that it was told", ("sends", "receives"), lambda one: _has(one, "download:") and host_of(one.text) == "?",
        "asks an address that came from the network"),
    ("sends what was encoded in it", ("sends",), lambda one: bool(one.tags & {"base64", "decrypted"}),
        "sends what was encoded in it"),
    ("hides names", ("hides-name",), lambda _: True, "puts a name together"),
    ("works out of sight", ("starts-detached", "runs-command"), lambda one: one.does == "starts-detached" or
        "out of sight" in one.tags, "starts something out of sight"),
    ("reads secrets", ("reads",), lambda one: _has(one, "secret:"), "reads a place where secrets lie"),
    ("reads the environment whole", ("sends", "receives", "looks-up"), lambda one: "env" in one.tags,
        "hands on the whole environment"),
    ("writes where others start", ("writes",), lambda one: one.api.startswith("start-up by"), "sets something to start"),
    ("watches the user", ("watches",), lambda _: True, "watches the user"),
    ("works again and again", ("runs-command", "sends"), lambda one: "again and again" in one.tags, "repeats a command"),
)  # fmt: skip


def signals(target: Behaviour) -> Iterator[Signal]:
    """Each signal once, at its first place."""
    seen: set[str] = set()
    for effect in target.effects:
        unasked = effect.trigger >= Trigger.IMPORT
        for name, does, test, said in (*_UNASKED, *_CALLED) if unasked else _CALLED:
            if name not in seen and effect.does in does and test(effect):
                seen.add(name)
                yield Signal(name=name, said=f"{effect.api} {said}", member=effect.member, line=effect.line)
    for disguise in target.disguises:
        name = f"is disguised: {disguise.kind}"
        if name not in seen:
            seen.add(name)
            yield Signal(name=name, said=disguise.detail, member=disguise.member, line=disguise.line)
    for hook in target.hooks:
        command = hook.text.partition(": ")[2] or hook.text
        plain = _BUILT.match(command) or _PLAIN.match(command) or _SHIM.match(hook.text)
        if hook.kind in {"script", "gyp", "pth"} and not plain and "has a hook" not in seen:
            seen.add("has a hook")
            yield Signal(name="has a hook", said=hook.text[:200], member=hook.member, line=hook.line)
