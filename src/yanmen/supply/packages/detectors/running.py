"""Packages that run what nobody has read: downloaded, decoded, brought along, or typed by somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Finding, Unexamined
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.packages import rules
from yanmen.supply.packages.behaviour import Behaviour
from yanmen.supply.packages.reading.effects import Effect, Trigger
from yanmen.supply.packages.reading.values import HOLE

_MINER = re.compile(
    r"coin-?hive|crypto-?loot|coinimp|deepminer|\bxmrig|stratum\+(?:tcp|ssl)://|\bminerd\b|cpuminer|--donate-level|\bnbminer|\bt-rex\b.{0,40}-a |xmr-stak|lolminer|moneroocean",
    re.IGNORECASE,
)
_SHELL = re.compile(r"(?:^|/|\s)(?:ba|z|da)?sh\b|cmd(?:\.exe)?\b|powershell", re.IGNORECASE)
_BUILDS = re.compile(
    r"^\s*(?:[\w./\\-]*/)?(?:node-gyp|node-pre-gyp|prebuild-install|node-gyp-build|husky|patch-package|tsc|cmake|make|ninja|gcc|g\+\+|cc|clang|git|"
    r"pkg-config|llvm-config|npm run build|opencollective|echo|exit|true|rustc|cargo|swig|nvcc|brew --prefix|which|ldd|xcrun|mvn|java|uname)\b", re.IGNORECASE
)  # fmt: skip


_SCRIPT = re.compile(r"\.(?:vbs|vbe|bat|cmd|ps1|hta|wsf|scpt|exe|scr|jar|lnk)$", re.IGNORECASE)
_CODE = re.compile(
    r"\w+ -[ce]?$|(?:eval|exec|Function|vm|module|builtins|importlib|types|code|import|require|runpy|setTimeout)\b"
)
"""What runs code of the language itself."""
_INTERPRETED = re.compile(
    r"^(?:python[\d.]*w?|node|bun|deno run|perl|ruby|php|(?:ba|z|da)?sh|powershell|pwsh|wscript|cscript|mshta|rundll32|regsvr32|osascript)"
    r"(?:\.exe)?(?:\s+-\S+){0,6}\s+[\"']?(?:/tmp/|/var/tmp/|/dev/shm/|\$TE?MP\b|\$APPDATA|%TE?MP%|%APPDATA%)", re.IGNORECASE
)  # fmt: skip
"""An interpreter is started with a script in a folder for what is to be forgotten."""
_ANOTHER = re.compile(
    r"(?:^|[;&|]\s*)(?:npx|bunx|pnpm\s+dlx|yarn\s+dlx|npm\s+exec|uvx|pipx\s+run)\s+(?:-\S+\s+)*(?!\.)[@\w]",
    re.IGNORECASE,
)
"""Commands that fetch a package by its name and run it."""
_PASSING = re.compile(
    r"^\W?(?:/tmp/|\$TEMP|\$TMP|\$APPDATA|\$LOCALAPPDATA|\$PROGRAMDATA|\$PUBLIC|/var/tmp/|/dev/shm/|%TEMP%|%APPDATA%)",
    re.IGNORECASE,
)
"""Folders that a program is put to when it is not meant to be found."""
_ELSEWHERE = re.compile(r"^(?:~|\$\w+|/tmp/|/var/tmp/|/dev/shm/|%\w+%).{0,300}\.(?:js|cjs|mjs|py|pyw|sh)$")
"""Scripts in folders of the user."""
_MEMORY = re.compile(r"^/proc/(?:self|\d+|\x00|\$\$)/fd/")
_HARM = {
    "assistant": (rules.ABUSES_ASSISTANT, "sets a coding assistant to work without asking"),
    "stop": (rules.SABOTAGES, "shuts the machine down"),
    "rights": (rules.ESCALATES, "changes who may do what on the machine, or its protection"),
    "installs globally": (rules.RUNS_DOWNLOADED, "installs another package for everybody"),
}
_STARTS = frozenset(
    "child_process.exec child_process.execSync child_process.spawn child_process.spawnSync child_process.execFile "
    "child_process.execFileSync os.system os.popen subprocess.run subprocess.call subprocess.Popen subprocess.check_output "
    "subprocess.check_call execa execa.command cross-spawn shelljs.exec".split()
)
_PROGRAMS = ("spawn", "spawnSync", "execFile", "execFileSync", "create_subprocess_exec")
"""What starts a program with arguments, and no shell."""
_SHORT = 3
"""Characters up to which a file's name could be part of anything."""


def _hosts(effect: Effect) -> list[str]:
    return sorted(tag.partition(":")[2] for tag in effect.tags if tag.startswith("download:"))


class Running(Detector[Behaviour]):
    """Says what is run, where it came from and when."""

    rules = (
        rules.RUNS_DOWNLOADED, rules.RUNS_DOWNLOADED_CALLED, rules.DECODES_AND_RUNS, rules.DECODES_AND_RUNS_CALLED,
        rules.OPENS_SHELL,
        rules.MINES, rules.DROPS, rules.RUNS_AT_INSTALL, rules.RUNS_AT_STARTUP, rules.ACTS_AT_STARTUP,
        rules.ABUSES_ASSISTANT, rules.SABOTAGES, rules.ESCALATES,
    )  # fmt: skip

    def detect(self, target: Behaviour) -> Iterator[Finding | Unexamined]:
        """Each thing that is run."""
        for effect in target.doing("runs-code", "runs-command", "loads-native"):
            yield from _origin(target, effect)
        yield from _unknown(target)
        yield from _shells(target)
        yield from _mining(target)
        yield from _brought(target)
        yield from _harm(target)
        yield from _hooks(target)


def _harm(target: Behaviour) -> Iterator[Finding]:
    """Commands that no package has to give."""
    for effect in target.doing("runs-command"):
        if _MEMORY.match(effect.text):
            yield target.finding(
                rules.DROPS, effect, 0.9, f"{effect.api} starts a program that is in memory only"
            )
        if effect.trigger is Trigger.IMPORT and effect.api in _STARTS and _ANOTHER.search(effect.text):
            yield target.finding(
                rules.RUNS_DOWNLOADED, effect, 0.7, f"{effect.api} fetches another package and runs it"
            )
        if effect.api in _HARM and (effect.trigger >= Trigger.IMPORT or "again and again" in effect.tags):
            rule, said = _HARM[effect.api]
            yield target.finding(rule, effect, 0.8, said)


def _origin(target: Behaviour, effect: Effect) -> Iterator[Finding]:
    unasked = effect.trigger >= Trigger.IMPORT
    verb = "loads" if effect.does == "loads-native" else "runs"
    if hosts := _hosts(effect):
        source = f"{effect.api} {verb} what comes from {', '.join(host for host in hosts if host != '?') or 'the network'}"
        if unasked or ("decoded" in effect.tags and effect.does == "runs-code"):
            yield target.finding(rules.RUNS_DOWNLOADED, effect, 0.9, source)
        elif "relayed" in effect.tags or (
            any("." in host for host in hosts)
            and (
                _CODE.match(effect.api) or _PASSING.match(effect.text) or "out of sight" in effect.tags
                or _INTERPRETED.match(effect.text)
            )
        ):  # fmt: skip
            yield target.finding(rules.RUNS_DOWNLOADED, effect, 0.7, source)
        else:
            yield target.finding(rules.RUNS_DOWNLOADED_CALLED, effect, 0.5, source)
    elif "decoded" in effect.tags:
        source = f"{effect.api} {verb} decoded {'code' if effect.does == 'runs-code' else 'commands'}"
        whole = effect.does == "runs-code" or not effect.text.strip(HOLE + " ")
        hidden = whole and (effect.tags & _HIDDEN or any(map(_brings, effect.tags)))
        if unasked or hidden or _acts(target, effect):
            yield target.finding(
                rules.DECODES_AND_RUNS, effect, 0.85 if effect.does == "runs-code" else 0.75, source
            )
        else:
            yield target.finding(rules.DECODES_AND_RUNS_CALLED, effect, 0.5, source)


_HIDDEN = frozenset({"base64", "decrypted"})


def _brings(tag: str) -> bool:
    """Whether an origin is a file that the package brings and that is no code."""
    return tag.startswith("member:")


def _unknown(target: Behaviour) -> Iterator[Finding]:
    """Code of which nothing is known is run unasked, in a file that also asks the network for something."""
    asks = {effect.member for effect in target.doing("receives", "sends", "listens", least=Trigger.IMPORT)}
    for effect in target.doing("runs-code", least=Trigger.IMPORT):
        if effect.member in asks and not effect.tags and not effect.text.strip(HOLE):
            yield target.finding(
                rules.RUNS_DOWNLOADED,
                effect,
                0.6,
                f"{effect.api} runs something unknown in a file that asks the network",
            )


def _acts(target: Behaviour, effect: Effect) -> bool:
    """Whether decoded code that is run only when called reaches the network or other programs."""
    return any(
        other.member == effect.member and other.line == effect.line and other.layer > effect.layer
        for other in target.doing("runs-command", "sends", "receives", "loads-native", "listens")
    )


def _shells(target: Behaviour) -> Iterator[Finding]:
    told = {effect.member for effect in target.doing("sends") if "output" in effect.tags}
    for effect in target.doing("redirects"):
        if effect.api == "tunnel" and effect.member in told:
            yield target.finding(rules.OPENS_SHELL, effect, 0.8, "a tunnel is opened and its address told")
        if effect.api == "shell" or (effect.api == "tunnel" and effect.trigger >= Trigger.IMPORT):
            yield target.finding(rules.OPENS_SHELL, effect, 0.9, "a command connects a shell to the network")
        elif any(other.member == effect.member for other in target.doing("listens")) and any(
            other.member == effect.member and _SHELL.search(other.text)
            for other in target.doing("runs-command")
        ):
            yield target.finding(
                rules.OPENS_SHELL,
                effect,
                0.9,
                f"{effect.api} ties a shell's input and output to a connection",
            )
    for effect in target.doing("runs-command", "runs-code"):
        if effect.api.endswith(_PROGRAMS) and effect.trigger < Trigger.IMPORT:
            continue
        gathered = effect.does == "runs-code" and HOLE in effect.text and "decoded" in effect.tags
        if "request" in effect.tags and (gathered or not effect.text.strip(HOLE + " ")):
            yield target.finding(rules.OPENS_SHELL, effect, 0.8, f"{effect.api} runs what a request says")
    connected = {effect.member for effect in target.doing("listens")}
    for effect in target.doing("runs-command"):
        if effect.member in connected and (
            _hosts(effect) or (_SHELL.fullmatch(effect.text.strip()) and effect.trigger >= Trigger.IMPORT)
        ):
            yield target.finding(
                rules.OPENS_SHELL, effect, 0.8, f"{effect.api} in a file that keeps a connection open"
            )


def _mining(target: Behaviour) -> Iterator[Finding]:
    for effect in target.doing("runs-command", "writes", "receives", "runs-code"):
        if effect.api == "miner" or _MINER.search(effect.text):
            yield target.finding(rules.MINES, effect, 0.85, f"{effect.api} has to do with a miner of coins")


def _brought(target: Behaviour) -> Iterator[Finding]:
    """Programs among the members that are started; files that are written from somewhere and then started."""
    names = {member.rpartition("/")[2]: member for member in target.natives}
    paths = [
        other
        for other in target.doing("writes", least=Trigger.IMPORT)
        if len(other.text.strip(HOLE)) > _SHORT
    ]
    written = [other for other in target.doing("writes", least=Trigger.IMPORT) if "decoded" in other.tags]
    for effect in target.doing("runs-command", "loads-native", least=Trigger.IMPORT):
        found = next((member for name, member in names.items() if name in effect.text), "")
        found = found or _started(target, effect)
        stored = any(_named(other.text, effect.text) for other in written)
        stored = stored or any(other.text == effect.text.split(" ")[0] for other in paths)
        stored = stored or any(
            _ELSEWHERE.match(other.text) and other.text in effect.text.split(" ")[1:3] for other in paths
        )
        stored = stored or any(_SCRIPT.search(other.text) and other.text in effect.text for other in paths)
        stored = stored or (
            effect.does == "loads-native" and effect.trigger is Trigger.INSTALL and _beside(target, effect)
        )
        if found or stored:
            yield target.finding(
                rules.DROPS, effect, 0.8, f"{effect.api} starts {found or 'a file that it has written'}"
            )


def _started(target: Behaviour, effect: Effect) -> str:
    """A library for programs that is started as if it were a program itself."""
    first = effect.text.strip().split(" ", maxsplit=1)[0].removeprefix("./")
    artifact = (
        target.package.members.get(first)
        if first.endswith((".node", ".so", ".dylib", ".dat", ".bin"))
        else None
    )
    return first if artifact is not None and effect.does == "runs-command" else ""


def _beside(target: Behaviour, effect: Effect) -> bool:
    """Whether it names a member."""
    name = effect.text.rpartition("/")[2]
    return len(name) > _SHORT and any(member.endswith(name) for member in target.package.members)


def _named(path: str, command: str) -> bool:
    """Whether a command names a file that was written."""
    name = path.rpartition("/")[2]
    return len(name) > _SHORT and name in command


def _hooks(target: Behaviour) -> Iterator[Finding]:
    for hook in target.hooks:
        if hook.kind == "pth":
            yield Finding(
                rule=rules.RUNS_AT_STARTUP, subject=target.package.ref, confidence=0.9,
                evidence=visible(hook.text), where=target.package.where(hook.member, hook.line),
            )  # fmt: skip
        elif hook.kind in {"script", "gyp"} and not _BUILDS.match(hook.text.partition(": ")[2] or hook.text):
            yield Finding(
                rule=rules.RUNS_AT_INSTALL, subject=target.package.ref, confidence=0.9,
                evidence=visible(hook.text), where=target.package.where(hook.member, hook.line),
            )  # fmt: skip
    for effect in target.doing("runs-command", least=Trigger.INSTALL):
        if effect.layer == 0 and effect.api not in {"script", *_HARM} and not _BUILDS.match(effect.text):
            yield target.finding(rules.RUNS_AT_INSTALL, effect, 0.7, f"{effect.api} runs a command")
    acts = [
        effect
        for effect in target.doing("runs-command", "sends", "receives", "loads-native", "listens")
        if effect.trigger is Trigger.STARTUP
    ]
    acts += [
        effect
        for effect in target.doing("runs-code")
        if effect.trigger is Trigger.STARTUP and effect.tags & {"decoded"}
    ]
    for effect in acts:
        yield target.finding(
            rules.ACTS_AT_STARTUP, effect, 0.85, f"{effect.api} {effect.does.replace('-', ' ')}"
        )
