"""Commands of shells, read as what they do: downloads, pipes into interpreters, encoded code, reads of secrets, sending."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

from yanmen.supply.packages.reading.places import file_tags, starts_later
from yanmen.supply.packages.reading.shell_variables import expanded

LONGEST = 20_000
"""Characters of a command that are read."""
_SPLIT = re.compile(r"\|\||&&|[;\n]|(?<![<>&])&(?![>&\d])|\|")
_QUOTED = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|(\|\||&&|[;\n]|(?<![<>&])&(?![>&\d])|\|)""")
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s'\"|;)>]+", re.IGNORECASE)
_WORD = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|[^\s'"]+""")
FETCHERS = frozenset({"curl", "wget", "iwr", "invoke-webrequest", "irm", "invoke-restmethod", "fetch", "aria2c",
    "bitsadmin", "certutil",
                      "start-bitstransfer", "lwp-download", "axel", "mshta", "curl.exe"})  # fmt: skip
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "ash", "fish"})
INTERPRETERS = frozenset(
    {"python", "python3", "python2", "node", "perl", "ruby", "php", "bun", "deno", "pythonw"}
)
_POWER = frozenset({"powershell", "pwsh", "powershell.exe"})
_FACTS = frozenset(
    {
        "whoami",
        "hostname",
        "uname",
        "ifconfig",
        "ipconfig",
        "id",
        "systeminfo",
        "lscpu",
        "ip",
        "sw_vers",
        "getmac",
    }
)
_MINERS = re.compile(
    r"\b[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b|xmrig|stratum\+(?:tcp|ssl)|minerd|cpuminer|ethminer|nbminer|--donate-level|randomx|t-rex|phoenixminer|xmr-stak|lolminer",
    re.IGNORECASE,
)
_REVERSE = re.compile(
    r"/dev/(?:tcp|udp)/|\bn(?:c|cat|etcat)\b[^|;]{0,80}\s-[a-z]*[ec]\b|\bmkfifo\b.{0,120}\bnc\b|\bsocat\b.{0,120}exec:|pty\.spawn|"
    r"\b(?:bash|sh)\s+-i\b", re.IGNORECASE | re.DOTALL)  # fmt: skip
_ENCODED = re.compile(r"\s-e(?:nc|ncodedcommand|c)?\s+[\"']?([A-Za-z0-9+/=]{16,})", re.IGNORECASE)
_BASE64 = re.compile(
    r"\bbase64\s+(?:-d|-D|--decode)|\bopenssl\s+(?:base64|enc)\s.{0,40}-d|frombase64string|xxd\s+-r|certutil\s+-decode",
    re.IGNORECASE,
)
_ECHOED = re.compile(
    r"(?:echo|printf)\s+(?:-n\s+)?[\"']?([A-Za-z0-9+/=]{16,})[\"']?\s*\|\s*(?:base64|openssl)", re.IGNORECASE
)
_ENVIRONMENT = re.compile(
    r"(?:^|[|;&(`\s])(?:env|printenv|set|export -p|/proc/self/environ)(?=\s*(?:[|;&)`>]|$))|get-childitem\s+env:",
    re.IGNORECASE,
)
_SECRET_VARIABLE = re.compile(r"\$\{?([A-Z0-9_]*(?:TOKEN|SECRET|PASSW|_KEY|CREDENTIAL)[A-Z0-9_]*)")
_TOLD_SECRET = re.compile(
    r"\bgh\s+auth\s+token|gcloud\s+auth\s+print|aws\s+(?:configure\s+(?:get|export)|sts\s+get-session|secretsmanager\s+get)|kubectl\b.{0,40}\bget\s+secrets?|az\s+account\s+get-access|git\s+credential|security\s+find-\w+-password|security\s+dump-keychain|npm\s+token|netsh\s+wlan\s+show\s+profile|\bcmdkey\s+/list|\bvaultcmd\b|\bop\s+item\s+get|\bpass\s+show\b"
)
_CLIPBOARD = re.compile(
    r"get-clipboard|\bpbpaste\b|\bxclip\b.{0,40}\s-o|\bxsel\b.{0,20}-b|\bwl-paste\b", re.IGNORECASE
)
_SCREEN = re.compile(
    r"\bscreencapture\b|\bscrot\b|CopyFromScreen|\bgnome-screenshot\b|\bimport\s+-window\s+root",
    re.IGNORECASE,
)
_ASSISTANT = re.compile(
    r"(?:^|[\s/;&|\"'])(?:claude|gemini|q|codex|cursor-agent|copilot|aider|opencode|amp|qwen)(?:\.cmd|\.exe)?\s.{0,4000}?"
    r"(?:--dangerously-[\w-]+|--yolo|--trust-all-tools|--full-auto|--allow-all-tools|--allow-all|--no-interactive|--yes-always)",
    re.IGNORECASE | re.DOTALL,
)
_TUNNEL = re.compile(
    r"\bngrok\s+(?:tcp|http|tunnel)|\bcloudflared\b.{0,40}\btunnel\b|\bchisel\s+client\b|\btmate\s+-F|\bssh\b.{0,80}\s-R\s?\d"
    r"|\bcode(?:-server|-insiders)?\s+tunnel\b|\bdevtunnel\s+host\b|\btailscale\s+up\b|\bfrpc\b|\bbore\s+local\b|\blocaltunnel\b"
    r"|\blt\s+--port\b|\bpagekite\b|\bserveo\.net\b|\blocalhost\.run\b"
)
_RIGHTS = re.compile(
    r"\bdocker\s+run\b.{0,200}(?:--privileged|-v\s+/:/)|/etc/sudoers|\bsetenforce\s+0\b|Set-MpPreference|Add-MpPreference|"
    r"-Verb\s+RunAs|netsh\s+advfirewall.{0,60}\boff\b|\biptables\s+-F\b|DisableRealtimeMonitoring", re.IGNORECASE)  # fmt: skip
_STOPS = re.compile(
    r"(?:^|[\s;&|(])(?:sudo\s+)?(?:shutdown(?:\.exe)?\s+[-/](?:[shrPr]|now)|poweroff\b|halt\s+-|init\s+0\b|Stop-Computer)|:\(\)\s*\{",
    re.IGNORECASE,
)
_WIPES = re.compile(
    r"\brm\s+-\w*[rf]\w*\s+(?:-\w+\s+)*(?:--no-preserve-root\s+)?[\"']?(?:/(?=[\s*\"']|$)|~|\$\{?HOME|\*(?=[\s\"']|$)|\.(?=[\s\"']|$)|\./\*|\.\*)"
    r"(?!/\.(?:cache|npm|local/share)|/[\w.-]+[\w./-]*(?<!\*)(?:[\s\"']|$))"
    r"|\bdel\s+(?:/[fsq]\s+)+[^&|]{0,60}[\\*%]|\brd\s+/s\b(?=.{0,20}(?:\s[.*]|%|[A-Z]:\\\\?(?:\s|$)))|\brmdir\s+/s\s+/q\s+(?:[.%]|[A-Z]:)"
    r"|Remove-Item\b[^|;]{0,60}(?:\$HOME|\$env:USERPROFILE|C:\\)|\bshred\b.{0,40}-\w*u|\bcipher\s+/w:|\bmkfs\.|\bdd\s+if=/dev/(?:zero|u?random)\s+of=/dev/"
    r"|\bfind\s+[\"']?(?:~|/|\$HOME)[\"']?\s.{0,80}-delete\b|\bformat\s+[a-z]:", re.IGNORECASE)  # fmt: skip
_FOREIGN_INDEX = re.compile(
    r"\b(?:npm|yarn|pnpm|bun|npx|bunx|pip3?|uvx?)\b(?:[^|;&]{0,160}?)\s(?:i|install|add|-y|--yes|exec|dlx)?\s?[^|;&]{0,160}?"
    r"(?:--(?:extra-)?index-url[ =]|--registry[ =]|\s-i\s|\s|^)[\"']?((?:git\+)?https?://[^\s\"']+)", re.IGNORECASE)  # fmt: skip
_KNOWN_INDEX = re.compile(
    r"https?://(?:[\w.-]+\.)?(?:npm\w+\.(?:org|com)|pypi\.org|pythonhosted\.org|pytorch\.org|github\.com|gitlab\.com|nvidia\.com|yarnpkg\.com)(?:[/:]|$)",
    re.IGNORECASE,
)
_GLOBAL = re.compile(
    r"\b(?:npm|pnpm)\s+(?:i|install|add)\s+(?:--?[\w-]+\s+)*?(?:-g|--global)\s+(?:--?[\w-]+\s+)*[\w@]|\byarn\s+global\s+add\s+\w"
)
_POWERED = re.compile(
    r"(?:net\.webclient|downloadfile|downloadstring|downloaddata|invoke-webrequest|\biwr\b|\birm\b|invoke-restmethod|start-bitstransfer)"
    r".{0,4000}?(?:start-process|\biex\b|invoke-expression|&\s*[\"']?\$|invoke-item|assembly\]::load)", re.IGNORECASE | re.DOTALL)  # fmt: skip
_SCRIPTED = re.compile(
    r"createobject\(.{0,40}(?:msxml2\.|microsoft\.xmlhttp|winhttp\.|adodb\.stream)|urldownloadtofile",
    re.IGNORECASE,
)
_SCRIPTLET = re.compile(
    r"\b(?:regsvr32|msiexec|wmic|cmstp|installutil|odbcconf)\b.{0,120}https?://", re.IGNORECASE
)
_UPLOAD = re.compile(
    r"\s(?:-d|--data(?:-\w+)?|-F|--form|-T|--upload-file|--post-data|--post-file|-Body|-InFile)\b|\$\(|`|\$\{?[A-Z_]{3,}"
)
_SUBSTITUTED = re.compile(r"(?:\b(?:sh|bash|eval|source|iex)\b[^|;]{0,20})(?:\$\(|`|<\()\s*(?:curl|wget)|(?:iex|invoke-expression)\b.{0,160}(?:downloadstring|iwr|irm|webclient|http)",
                          re.IGNORECASE)  # fmt: skip
_DOWNLOADED = re.compile(r"downloadstring|downloadfile|net\.webclient|downloaddata", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a command does."""

    does: str
    api: str
    text: str
    tags: frozenset[str] = frozenset()


def _name(word: str) -> str:
    plain = word.strip("'\"").replace("\\", "/").rpartition("/")[2].lower()
    return re.sub(r"(?:\.exe|\d(?:\.\d+)?)$", "", plain) or plain


def _host(text: str) -> str:
    found = _ADDRESS.search(text)
    return found[0].split("/")[2].rpartition("@")[2].partition(":")[0] if found else "?"


def parts(command: str) -> list[str]:
    """The simple commands of a line."""
    found, start = [], 0
    for sign in _QUOTED.finditer(command):
        if sign[1]:
            found.append(command[start : sign.start()])
            start = sign.end()
    found.append(command[start:])
    if "'" in _QUOTED.sub("", found[-1]) or '"' in _QUOTED.sub("", found[-1]):  # a quote that is not closed
        found = _SPLIT.split(command)
    return [part.strip() for part in found if part.strip()]


def words(part: str) -> list[str]:
    """The words of a simple command, without those that only set variables or run another."""
    found = [word.strip("'\"") for word in _WORD.findall(part)]
    while found and (_name(found[0]) in {"sudo", "nohup", "exec", "env", "time", "then", "do", "else", "start", "cmd",
        "cross-env", "command", "if", "!"}
                     or re.match(r"^[A-Za-z_]\w*=|^/[a-zA-Z]$|^\($|^\{$", found[0])):  # fmt: skip
        if _name(found[0]) == "env" and len(found) == 1:
            break
        found = found[1:]
    return found


def told_tags(command: str) -> frozenset[str]:
    """What a command reads of the machine: files, variables, facts."""
    tags = file_tags(command.replace("'", "").replace('"', ""))
    if _ENVIRONMENT.search(command):
        tags |= {"env"}
    tags |= {f"variable:{name}" for name in _SECRET_VARIABLE.findall(command)[:5]}
    names = {_name(found[0]) for part in parts(command) if (found := words(part))}
    if _FACTS & names or re.search(r"(?:\$\(|`)\s*(?:whoami|hostname|uname|id)\b", command):
        tags |= {"host:facts"}
    if _TOLD_SECRET.search(command):
        tags |= {"secret:developer tokens"}
    if _CLIPBOARD.search(command):
        tags |= {"clipboard"}
    return tags


def read(command: str) -> Iterator[Said]:
    """What a command does, as far as its text says."""
    command = expanded(command[:LONGEST])
    tags = told_tags(command)
    simple = parts(command)
    names = [_name(found[0]) if (found := words(part)) else "" for part in simple]
    yield from _fetching(command, simple, names, tags)
    yield from _running(command, simple, names)
    if _MINERS.search(command):
        yield Said("runs-command", "miner", command)
    if _REVERSE.search(command):
        yield Said("redirects", "shell", command)
    if what := starts_later(command):
        yield Said("writes", f"start-up by {what}", command)
    yield from _encoded(command)
    yield from _harming(command)
    yield from _installing(command)


def _harming(command: str) -> Iterator[Said]:
    """What no package has to do: wipe, stop, take rights, watch, set an assistant to work, open a way in."""
    for pattern, does, api in (
        (_WIPES, "deletes", "rm"), (_STOPS, "runs-command", "stop"), (_RIGHTS, "runs-command", "rights"),
        (_ASSISTANT, "runs-command", "assistant"), (_TUNNEL, "redirects", "tunnel"),
        (_CLIPBOARD, "watches", "clipboard command"), (_SCREEN, "watches", "screen command"),
    ):  # fmt: skip
        if pattern.search(command):
            yield Said(does, api, command)


def _installing(command: str) -> Iterator[Said]:
    """Packages that are taken from elsewhere than the index."""
    found = _FOREIGN_INDEX.search(command)
    if found and not _KNOWN_INDEX.match(found[1].removeprefix("git+")):
        yield Said("runs-code", "package installer", command, frozenset({f"download:{_host(found[1])}"}))
    elif _GLOBAL.search(command):
        yield Said("runs-command", "installs globally", command)
    if _POWERED.search(command):
        yield Said("runs-code", "powershell", command, frozenset({f"download:{_host(command)}"}))
    if _SCRIPTED.search(command) and _ADDRESS.search(command):
        yield Said("runs-code", "script host", command, frozenset({f"download:{_host(command)}"}))
    if _SCRIPTLET.search(command):
        yield Said("runs-code", "scriptlet", command, frozenset({f"download:{_host(command)}"}))


def _fetching(command: str, simple: list[str], names: list[str], tags: frozenset[str]) -> Iterator[Said]:
    for part, name in zip(simple, names, strict=True):
        if name in FETCHERS or (
            name in _POWER
            and (_DOWNLOADED.search(part) or "invoke-" in part.lower() or "iwr" in part.lower())
        ):
            address = _ADDRESS.search(part)
            if address is None and not re.search(r"[$%\x00]|\w\.\w+/", part):
                continue
            yield Said("receives", name, address[0] if address else part)
            if target := _target(part):
                yield Said("stores", _written(part), target, frozenset({f"download:{_host(part)}"}))
            if _UPLOAD.search(part) or (tags and ("|" in command)):
                yield Said("sends", name, part, tags)
        elif name == "git" and (found := _CLONED.search(part)):
            yield Said("receives", "git clone", found[1])
            folder = (found[2] or _last_of(found[1])).strip("\"'")
            yield Said("stores", "", folder, frozenset({f"download:{_host(found[1])}"}))
        elif name in {"nslookup", "dig", "host", "ping"} and re.search(r"\$\(|`|\$[A-Z{]|%\w+%", part):
            yield Said("looks-up", name, part, tags)
        elif name in {"nc", "ncat", "scp", "rsync", "ftp", "sftp", "socat", "mail", "sendmail"}:
            yield Said("sends", name, part, tags)


def _last_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2].removesuffix(".git")


_CLONED = re.compile(
    r"\bclone\s+(?:-\S+\s+(?:\d+\s+)?)*[\"']?((?:https?|git|ssh)://[^\s\"']+)[\"']?(?:\s+([^\s;&|]+))?"
)


def _running(command: str, simple: list[str], names: list[str]) -> Iterator[Said]:
    fetched = next(
        (
            part
            for part, name in zip(simple, names, strict=True)
            if (name in FETCHERS | _POWER and (_ADDRESS.search(part) or "\x00" in part))
            or _CLONED.search(part)
        ),
        "",
    )
    host = frozenset({f"download:{_host(fetched)}"})
    if _SUBSTITUTED.search(command):
        yield Said("runs-code", "shell", command, frozenset({f"download:{_host(command)}"}))
        return
    if not fetched:
        return
    target = _target(fetched)
    if _CLONED.search(fetched) and any(
        name in SHELLS | INTERPRETERS or part.startswith("./")
        for part, name in zip(simple, names, strict=True)
        if part != fetched
    ):
        yield Said("runs-code", "git clone", command, host)
        return
    for part, name in zip(simple, names, strict=True):
        found = words(part)
        found = [
            word for word in found if not re.match(r"^\d?[<>]|^&", word) and word not in {"null", "/dev/null"}
        ]
        piped = name in SHELLS | INTERPRETERS | {"iex", "invoke-expression"} and (
            len(found) == 1 or found[1].startswith("-")
        )
        named = (
            bool(target)
            and part != fetched
            and (name == target.lower() or any(word.endswith(target) for word in found))
            and name not in FETCHERS
        )
        if piped and "|" in command:
            yield Said("runs-code", name, command, host)
            return
        if named and name not in {
            "echo",
            "rm",
            "del",
            "cat",
            "ls",
            "cd",
            "tar",
            "unzip",
            "mv",
            "cp",
            "sha256sum",
        }:
            yield Said("runs-code", name, command, host)
            return
    if _unpacked_runs(simple, names):
        yield Said("runs-code", names[-1], command, host)
        return
    if re.search(r"start-process|\bmshta\b|rundll32|regsvr32", command, re.IGNORECASE):
        yield Said("runs-code", "start-process", command, host)


def _unpacked_runs(simple: list[str], names: list[str]) -> bool:
    """Whether something is unpacked, and then a program beside it is started."""
    at = next((place for place, name in enumerate(names) if name in _UNPACKERS), -1)
    return at >= 0 and any(
        (found := words(part)) and re.match(r"(?:\./|~/|/tmp/|/var/tmp/|/dev/shm/|%\w+%|\$\w+/)\S", found[0])
        for part in simple[at + 1 :]
    )


_UNPACKERS = frozenset({"tar", "unzip", "gunzip", "7z", "unrar", "expand", "expand-archive", "bsdtar"})


def _written(part: str) -> str:
    """The path that a download is written to; empty: it is not said."""
    found = _INTO.search(part)
    return found[1].replace("\\", "/") if found else ""


_INTO = re.compile(
    r"(?:\s-[sSfLk]*[oO]\s*|--output[ =]|--output-document[ =]|-OutFile\s+|>\s*)[\"']?([^\s\"'|;]+)"
)


def _target(part: str) -> str:
    """The file that a download is written to, by its last name."""
    if path := _written(part):
        return path.rpartition("/")[2]
    if _name(part.split(" ", maxsplit=1)[0]) in {"bitsadmin", "certutil"}:
        return part.rsplit(maxsplit=1)[-1].strip("\"'").replace("\\", "/").rpartition("/")[2]
    address = _ADDRESS.search(part)
    return (
        address[0].rstrip("/").rpartition("/")[2]
        if address and part.lstrip().startswith(("wget", "curl -O", "curl -sO"))
        else ""
    )


def _encoded(command: str) -> Iterator[Said]:
    found = _ENCODED.search(command)
    if found and re.search(r"powershell|pwsh", command, re.IGNORECASE):
        yield Said("runs-code", "powershell -enc", _decoded(found[1], "utf-16-le"), frozenset({"decoded"}))
    if _BASE64.search(command) and re.search(
        r"\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\|\s*(?:python|node|perl)|\beval\b|iex|\$\(|invoke-expression",
        command,
        re.IGNORECASE,
    ):
        inner = _ECHOED.search(command)
        yield Said(
            "runs-code",
            "base64 -d | sh",
            _decoded(inner[1], "utf-8") if inner else command,
            frozenset({"decoded"}),
        )


def _decoded(text: str, encoding: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode(encoding, "replace")
    except ValueError:
        return text


def snippet(part: list[str]) -> tuple[str, str] | None:
    """Interpreter and code of ``python -c CODE`` and its like, as words; ``shell`` for ``sh -c``."""
    if len(part) < 3:  # noqa: PLR2004  # interpreter, option, code
        return None
    name = _name(part[0])
    for place, word in enumerate(part[1:-1], 1):
        if word in {"-c", "-e", "--eval", "-p", "/c", "-Command", "-lc", "-ic"}:
            if name in {"python", "pythonw"} or part[0] == "\x00":
                return ("python", part[place + 1])
            if name in {"node", "bun"}:
                return ("node", part[place + 1])
            if name in SHELLS or name in _POWER or name == "cmd":
                return ("shell", part[place + 1])
    return None
