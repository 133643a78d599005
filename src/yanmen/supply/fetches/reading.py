"""What a script fetches and runs, unpacks or installs, and what it switches off that would have verified it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from yanmen.supply.fetches.indexes import indexed
from yanmen.supply.fetches.shell import SUBSTITUTED, Command, bare, pipelines
from yanmen.supply.walk import UnreadError

Risk = Literal["runs-remote", "unverified", "no-transport", "extra-index", "not-pinned"]
LONGEST = 200_000
"""Characters of one script."""
CLONES = 200
"""Clones of one script."""
_DEEP = 4
_URL = re.compile(r"(?:https?|ftp|git|ssh)://[^\s'\"|;)>]+|git@[\w.-]+:[^\s'\"]+", re.IGNORECASE)
_FETCHERS = frozenset(
    "curl wget aria2c axel fetch http https iwr irm invoke-webrequest invoke-restmethod".split()
)
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ash", "ksh", "busybox"})
_INTERPRETERS = frozenset(
    {"python", "perl", "ruby", "node", "php", "pwsh", "powershell", "deno", "bun", "rscript", "lua"}
)
_EVALUATES = frozenset({"eval", "source", "."})
_VERIFIES = re.compile(
    r"\b(?:(?:g?sha(?:1|224|256|384|512)|b2|b3|md5)sum|shasum|rhash|gpgv|minisign|signify|cosign|slsa-verifier|Get-FileHash)\b"
    r"|\bgpg2?\b[^\n;|&]{0,300}--verify|\bopenssl\s+(?:dgst|sha\d+)|certutil\s+-hashfile|\bsha256\s+-c",
    re.IGNORECASE,
)
_COMMIT = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+|\$\{?\w*(?:VER|TAG|COMMIT|SHA|REV|REF)\w*", re.IGNORECASE)
_CHECKED_OUT = re.compile(
    r"git\s[^\n;&|]{0,300}\b(?:checkout|reset\s+--hard|switch)\s+(?:-\S+\s+)*([^\s;&|]+)"
)
_INSECURE = re.compile(r"-[a-zA-Z]*k[a-zA-Z]*$|--insecure$|--no-check-certificate$|-SkipCertificateCheck$")
_POWER = re.compile(
    r"(?:\biex\b|invoke-expression)[^\n]{0,300}?(?:downloadstring|\biwr\b|\birm\b|invoke-webrequest|invoke-restmethod)[^\n]*"
    r"|(?:downloadstring|\biwr\b|\birm\b|invoke-webrequest|invoke-restmethod)[^\n]{0,300}?\|\s*(?:iex\b|invoke-expression)[^\n]*",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"\.(?:sh|bash|py|pl|rb|ps1|js)$|install|setup|bootstrap", re.IGNORECASE)
_BUILDS = frozenset(
    "make cmake ninja meson pip uv npm yarn pnpm cargo go mvn gradle gradlew configure setup.py bazel scons poetry python perl ruby"
    " autogen.sh bootstrap install.sh build.sh".split()
)
_INSTALLS = frozenset(
    {"dpkg", "rpm", "apt", "apt-get", "yum", "dnf", "apk", "pip", "install", "installer", "gdebi", "msiexec"}
)
_LISTS = frozenset({"-r", "--requirement", "-c", "--constraint", "-d", "--dest"})
_FIRST_INDEX = re.compile(r"(?<!extra-)index-url[ =][\"']?([^\s\"';&|]+)")
_HERE = re.compile(r"//(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal)", re.IGNORECASE)


class Fetch(NamedTuple):
    """One thing that is taken from elsewhere, and what is wrong with how."""

    risk: Risk
    address: str
    """Where from, as written, without user and password; empty: it is not said."""
    text: str
    """The command."""
    line: int
    """From 0, of the text that was read."""


class _File(NamedTuple):
    address: str
    command: Command


class _Clone(NamedTuple):
    command: Command
    folder: str
    """Its name; empty: it is not said."""
    entered: bool
    """Whether the script goes into it anywhere."""


def fetches(text: str, deep: int = 0) -> Iterator[Fetch]:
    """Everything of one script, or of one step of a build. UnreadError where it is too long."""
    if len(text) > LONGEST:
        raise UnreadError("too-large", f"a script of {len(text)} characters")
    verified = bool(_VERIFIES.search(text))
    held: dict[str, _File] = {}
    clones: list[_Clone] = []
    first = {one.rstrip("/") for one in _FIRST_INDEX.findall(text)}
    for found in _POWER.finditer(text):
        yield Fetch("runs-remote", _address(found[0]), found[0].strip(), text.count("\n", 0, found.start()))
    for pipeline in pipelines(text):
        for said in _pipeline(pipeline, held, clones, first, verified=verified, whole=text):
            yield said._replace(line=text.count("\n", 0, pipeline[0].start))
        for inner in _inner(pipeline) if deep < _DEEP else ():
            for said in fetches(inner, deep + 1):
                yield said._replace(line=text.count("\n", 0, pipeline[0].start))


def _inner(pipeline: list[Command]) -> Iterator[str]:
    """What a shell is handed as its text (``sh -c``), by whatever name it is started, and what is substituted."""
    for command in pipeline:
        words = command.arguments
        for place, word in enumerate(words[:-1]):
            if re.fullmatch(r"-[a-z]*c|-Command", word) and (
                " " in words[place + 1] or "\n" in words[place + 1]
            ):
                if command.name not in _INTERPRETERS:
                    yield words[place + 1]
                break
        for word in command.words:
            yield from (found["inner"] or found["ticks"] or "" for found in SUBSTITUTED.finditer(word))


def _pipeline(
    pipeline: list[Command],
    held: dict[str, _File],
    clones: list[_Clone],
    first: set[str],
    *,
    verified: bool,
    whole: str,
) -> Iterator[Fetch]:
    for command in pipeline:
        yield from _weak(command)
        for risk, address in indexed(command):
            if risk != "extra-index" or address.rstrip("/") not in first:  # asked anyway
                yield Fetch(risk, address, " ".join(command.words), 0)
        yield from _substituted(command)
        yield from _used(command, held, verified=verified)
        yield from _built(command, clones, whole)
        if command.name == "git" and "clone" in command.arguments:
            clones.append(_clone(command, whole))
            if len(clones) > CLONES:
                raise UnreadError("too-large", f"more than {CLONES} clones")
    fetching = next((place for place, one in enumerate(pipeline) if _fetcher(one)), -1)
    if fetching >= 0:
        yield from _piped(pipeline[fetching:], held, verified=verified)


def _piped(pipeline: list[Command], held: dict[str, _File], *, verified: bool) -> Iterator[Fetch]:
    """What a pipeline does with what its first command fetches; what it keeps in files is remembered."""
    text = " | ".join(" ".join(one.words) for one in pipeline)
    address = _address(" ".join(map(bare, pipeline[0].words)))
    for command in pipeline[1:]:
        if _reads_code(command):
            if not _pinned(address):
                yield Fetch("runs-remote", address, text, 0)
            return
        unpacks = command.name in {"tar", "bsdtar", "cpio"} and _to_system(command)
        if unpacks and not verified and not _pinned(address):
            yield Fetch("unverified", address, text, 0)
    for command in pipeline:
        if target := command.into or (_target(command) if command is pipeline[0] else _teed(command)):
            held[target.rpartition("/")[2]] = _File(address, pipeline[0])


def _fetcher(command: Command) -> bool:
    return command.name in _FETCHERS and any(
        _URL.search(word) or "$" in word or re.match(r"[\w-]+(?:\.[\w-]+)+/", bare(word))
        for word in command.words[1:]
    )


def _reads_code(command: Command) -> bool:
    """Whether a command runs what it is piped."""
    if command.name in SHELLS:
        words = [one for one in command.arguments if not (command.name == "busybox" and one in SHELLS)]
        plain = [one for one in words if not one.startswith(("-", "+"))]
        return not any(re.fullmatch(r"-[a-z]*c", one) for one in words) and (
            not plain or "-s" in words or plain[0] == "/dev/stdin" or "-" in words or _taken(words)
        )
    if command.name in _INTERPRETERS:
        words = list(command.arguments)
        return (
            not words
            or words[0] in {"-", "/dev/stdin"}
            or (words[0] in {"-u", "-I", "-s"} and words[1:2] in ([], ["-"]))
        )
    return command.name in _EVALUATES and "/dev/stdin" in command.arguments


def _taken(words: list[str]) -> bool:
    """``bash -o pipefail``: a word that an option takes is no script."""
    return all(one.startswith("-") or words[place - 1] in {"-o", "-O"} for place, one in enumerate(words))


def _substituted(command: Command) -> Iterator[Fetch]:
    """``sh -c "$(curl …)"``, ``bash <(curl …)``, ``eval "$(curl …)"``."""
    if command.name not in SHELLS | _INTERPRETERS | _EVALUATES:
        return
    for place, word in enumerate(command.words[1:], 1):
        before = bare(command.words[place - 1])
        code = command.name in _EVALUATES or bool(re.fullmatch(r"-[a-z]*[ce]", before))
        for found in SUBSTITUTED.finditer(word):
            if not (code or (found[0].startswith("<(") and place == _first(command))):
                continue
            inner = found["inner"] or found["ticks"] or ""
            fetched = next((one for line in pipelines(inner) for one in line[:1] if _fetcher(one)), None)
            address = _address(inner)
            if fetched and not _pinned(address) and bare(word).startswith((found[0], "\n")):
                yield Fetch("runs-remote", address, " ".join(command.words), 0)


def _first(command: Command) -> int:
    """Place of the first word that is no option."""
    return next((place for place, word in enumerate(command.words) if place and not word.startswith("-")), 0)


def _used(command: Command, held: dict[str, _File], *, verified: bool) -> Iterator[Fetch]:
    """A file that was fetched, and is run, made runnable or installed."""
    if (
        verified
        or not held
        or command.name in {"rm", "echo", "ls", "cat", "mkdir", "cd", "test", "[", "export"} | _FETCHERS
    ):
        return
    words = [bare(one) for one in command.words]
    for place, word in enumerate(words):
        found = None if words[place - 1] in _LISTS else held.get(word.rpartition("/")[2])
        if found is None or _pinned(found.address):
            continue
        runs = word == words[0] or (
            command.name in SHELLS | _INTERPRETERS | _EVALUATES and word == words[_first(command)]
        )
        if runs or (command.name == "chmod" and re.search(r"x|[157]", words[1])):
            risk: Risk = "runs-remote" if _SCRIPT.search(word.rpartition("/")[2]) else "unverified"
        elif command.name in _INSTALLS or _to_system(command):
            risk = "unverified"
        else:
            continue
        del held[word.rpartition("/")[2]]
        yield Fetch(risk, found.address, f"{' '.join(found.command.words)} && {' '.join(command.words)}", 0)
        return


def _to_system(command: Command) -> bool:
    """Whether something is put where programs are looked for."""
    return command.name in {"tar", "bsdtar", "unzip", "mv", "cp", "ln", "7z", "cpio"} and any(
        re.match(
            r"(?:--directory=)?/(?:usr(?:/local)?(?:/(?:s?bin|lib\w*))?/?$|usr/(?:local/)?s?bin/|s?bin(?:/|$)|opt/?$|$)",
            word,
        )
        for word in command.arguments
    )


def _built(command: Command, clones: list[_Clone], whole: str) -> Iterator[Fetch]:
    """A clone of which something is built, without a commit or a tag."""
    words = command.arguments
    here = any(one.startswith(".") for one in words) and command.name in SHELLS | {"pip"}
    builds = (
        command.name in _BUILDS - {"pip", "python"}
        or command.words[0].startswith("./")
        or "setup.py" in words
    )
    for clone in list(clones) if builds or here else ():
        if clone.folder and not clone.entered and clone.folder not in " ".join(words):
            continue
        clones.remove(clone)
        checked_out = _CHECKED_OUT.search(whole)
        ref = _ref(clone.command.arguments) or (checked_out[1] if checked_out else "")
        if not (re.fullmatch(r"[0-9a-f]{7,40}", ref) or _VERSION.search(ref)):
            address = _address(" ".join(clone.command.arguments))
            yield Fetch("not-pinned", address, " ".join(clone.command.words), 0)


def _clone(command: Command, whole: str) -> _Clone:
    """A clone, and whether the script goes into its folder."""
    folder = bare(command.words[-1]).rstrip("/").rpartition("/")[2].removesuffix(".git")
    entered = folder and re.search(rf"\bcd\s{{1,20}}[\"']?[^\s\"';&|]{{0,300}}{re.escape(folder)}", whole)
    return _Clone(command, folder, bool(entered))


def _ref(words: tuple[str, ...]) -> str:
    """The branch, tag or commit that a clone names."""
    for place, word in enumerate(words):
        if found := re.match(r"--(?:branch|revision)=(.*)", word):
            return found[1]
        if word in {"-b", "--branch", "--revision"} and place + 1 < len(words):
            return words[place + 1]
    return ""


def _weak(command: Command) -> Iterator[Fetch]:
    """Transport that is not verified, where something is fetched by it that stays."""
    text = " ".join(map(bare, (*command.before, *command.words)))
    address = _address(text)
    if _HERE.search(text):
        return
    if command.name in _FETCHERS and any(_INSECURE.match(bare(one)) for one in command.words[1:]):
        if address or "$" in text:
            yield Fetch("no-transport", address, text, 0)
    elif (
        (
            command.name == "git"
            and (
                re.search(r"http\.sslverify[= ]\s*(?:false|0)", text, re.IGNORECASE)
                or re.search(r"GIT_SSL_NO_VERIFY=(?!0|false)", text)
                or ("clone" in command.arguments and address.startswith(("http://", "git://")))
            )
        )
        or re.search(r"NODE_TLS_REJECT_UNAUTHORIZED=[\"']?0", text)
        or (
            command.name in {"apt", "apt-get", "apk", "yum", "dnf", "microdnf", "zypper"}
            and re.search(
                r"--allow-unauthenticated|--force-yes|--nogpgcheck|--allow-untrusted|--no-gpg-checks", text
            )
        )
    ):
        yield Fetch("no-transport", address, text, 0)


def _target(command: Command) -> str:
    """The file that a download goes to."""
    words = command.arguments
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if found := re.match(r"--(?:output|output-document|out)=(.+)", word):
            return found[1]
        if word in {"--output", "--output-document", "-OutFile", "--out"}:
            return following
        short = re.fullmatch(r"-[a-zA-Z#]*([oO])(.*)", word)
        if (
            short
            and not (command.name == "curl" and short[1] == "O")
            and not (command.name == "wget" and short[1] == "o")
        ):
            return short[2] or following
    named = command.name == "wget" or any(re.fullmatch(r"-[a-zA-Z]*O|--remote-name", one) for one in words)
    address = _address(" ".join(words))
    return address.rstrip("/").partition("?")[0] if named else ""


def _teed(command: Command) -> str:
    return (
        next((one for one in command.arguments if not one.startswith("-")), "")
        if command.name == "tee"
        else ""
    )


def _pinned(address: str) -> bool:
    """Whether the address names a commit, or it is this machine's own."""
    return bool(_COMMIT.search(address) or _HERE.search(address))


def _address(text: str) -> str:
    """The first address, without user, password and what is asked of it."""
    found = _URL.search(text)
    if not found:
        return ""
    try:
        parts = urlsplit(found[0].partition("$(")[0].rstrip("\\"))
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
