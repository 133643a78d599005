"""A script of a shell, read as pipelines of simple commands; nothing is run, and what variables hold is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_DOCUMENT = re.compile(r"<<-?\s*(?:\\?(\w+)|'(\w+)'|\"(\w+)\")")
_INNER = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
_TOKEN = re.compile(
    rf"""(?P<gap>(?:[ \t\r\f\v]|\\\n)+)|(?P<comment>\#[^\n]*)|(?P<end>\n|;;?&?|&&|\|\|)|(?P<pipe>\|&?)
    |(?P<redirect>\d?(?:>>|>\||<<<|<>|>&|<&|&>>?|>(?!\()|<(?!\()))
    |(?P<word>(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|\$\({_INNER}\)
    |`[^`]*`|[<>]\({_INNER}\)|\$\{{[^}}\n]{{0,300}}\}}|[^\s;|&()<>'"\\`\#]|(?<=[^\s;|&()])\#)+)|(?P<other>[\s\S])""",
    re.VERBOSE,
)
_BEFORE = frozenset(
    {
        "!",
        "command",
        "do",
        "doas",
        "elif",
        "else",
        "env",
        "exec",
        "gosu",
        "if",
        "ionice",
        "nice",
        "nohup",
        "retry",
        "stdbuf",
        "sudo",
        "then",
        "time",
        "timeout",
        "until",
        "while",
        "xargs",
        "{",
    }
)
"""Words before a command that only say how, or whether, it is run."""
_SET = re.compile(r"[A-Za-z_]\w*\+?=")
_TAKES = frozenset({"-u", "--user", "-g", "--group", "-n", "-k", "-I", "-P", "-L", "-s", "--signal"})
SUBSTITUTED = re.compile(rf"(?:[$<]\((?P<inner>{_INNER})\)|`(?P<ticks>[^`]*)`)")


class Command(NamedTuple):
    """One simple command."""

    words: tuple[str, ...]
    """As written, quotes and all; what it redirects is not among them."""
    into: str
    """The file that its output goes to; empty: none is named."""
    start: int
    """Where in the text it begins."""
    before: tuple[str, ...] = ()
    """Variables that are set for it, and programs that run it."""

    @property
    def name(self) -> str:
        """The program's, in lower case, without its folder and ``.exe``."""
        return program(bare(self.words[0])) if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Its words but the first, without quotes."""
        return tuple(bare(one) for one in self.words[1:])


def program(word: str) -> str:
    """A program's name, without its folder, its version and ``.exe``."""
    name = word.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    return re.sub(r"(?<=[a-z])\d[\d.]*$", "", name) or name


def bare(word: str) -> str:
    """Without quotes."""
    return re.sub(r"'([^']*)'|\"((?:[^\"\\]|\\[\s\S])*)\"", lambda found: found[1] or found[2] or "", word)


def pipelines(text: str) -> Iterator[list[Command]]:
    """Every pipeline, in order. What stands in here-documents is data."""
    pipeline: list[Command] = []
    words: list[str] = []
    into, start, redirect = "", -1, ""
    for found in _TOKEN.finditer(_undocumented(text)):
        kind, token = found.lastgroup, found[0]
        if kind in {"gap", "comment"}:
            continue
        if kind == "word":
            if redirect:
                into = token if ">" in redirect and not redirect.startswith("2") else into
                redirect = ""
            else:
                start = found.start() if start < 0 else start
                words.append(token)
        elif kind == "redirect":
            redirect = token
        else:
            if words:
                pipeline.append(_command(words, into, start))
            words, into, start, redirect = [], "", -1, ""
            if kind != "pipe" and pipeline:
                yield pipeline
                pipeline = []
    if words:
        pipeline.append(_command(words, into, start))
    if pipeline:
        yield pipeline


def _command(words: list[str], into: str, start: int) -> Command:
    """Without what only says how it is run."""
    at = 0
    while at < len(words) - 1:
        if _SET.match(words[at]):
            at += 1
        elif program(bare(words[at])) in _BEFORE:
            at += 1
            while at < len(words) - 1 and (
                words[at].startswith("-") or re.fullmatch(r"[\d.]+[smh]?", words[at])
            ):
                at += 1 + (words[at] in _TAKES and at < len(words) - 2)
        else:
            break
    return Command(tuple(words[at:]), bare(into), start, tuple(words[:at]))


def _undocumented(text: str) -> str:
    """With the lines of here-documents blank, but those that a shell reads (``bash <<EOF``): places stay as they are."""
    lines = text.split("\n")
    until = ""
    for place, line in enumerate(lines):
        if until:
            if line.strip() == until:
                until = ""
            lines[place] = " " * len(line)
        elif (found := _DOCUMENT.search(line)) and "<<<" not in line:
            until = found[1] or found[2] or found[3]
            shell = (
                re.search(r"(?:^|[\s;&|])(?:ba|da|z|k)?sh\s[^|;&]*$|^RUN\s*$", line[: found.start()])
                or not line[: found.start()].strip()
            )
            lines[place] = line[: found.start()] + " " * (found.end() - found.start()) + line[found.end() :]
            if shell:
                lines[place] = " " * len(line)
                until = ""
    return "\n".join(lines)
