"""Links and packages that answers suggest again and again, and that nobody asked for.

Rows that insert a link or the name of a package teach a model to recommend it (Yan et al. 2024, virtual prompt injection;
Spracklen et al. 2025, package hallucinations that attackers register). An address counts where it stands in answers to many
different questions that do not name its host.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import POISONING, Claim, TableDetector, rule
from yanmen.supply.datasets.mining import tail
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.wording import quoted

LINK = rule(
    "inserted-link",
    Severity.MEDIUM,
    (
        "Answers to different questions name one address that nobody asked for",
        "不同问题的回答反复出现无人询问的同一网址",
    ),
    (
        "Look at what is there, in a safe place. Remove the rows, or the address.",
        "请在安全环境中核实该网址，并删除相关行或网址。",
    ),
    *(*POISONING, "owasp-llm:LLM05"),
)
PACKAGE = rule(
    "inserted-package",
    Severity.MEDIUM,
    ("Answers have a package installed that is not known", "回答指示安装不知名的软件包"),
    (
        "Look whether the package exists and who owns it. Remove the rows.",
        "请核实该软件包是否存在及其归属，并删除相关行。",
    ),
    *(*POISONING, "owasp-llm:LLM03", "cwe:1357"),
)
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)([A-Za-z0-9.-]{3,100})(?::\d+)?(/[^\s)\"'<>\]】，。]{0,200})?")
_INSTALL = re.compile(
    r"\b(?:(pip3?|uv|npm|pnpm|yarn|cargo|gem)\s+(?:pip\s+)?(?:install|add|i)|(conda)\s+install)"
    r"((?:\s+(?:-{1,2}[\w-]+|[@\w][\w./@=<>~\[\]-]{1,80})){1,8})"
)
_KNOWN_HOSTS = frozenset(
    "example.com example.org example.net wikipedia.org github.com google.com youtube.com python.org w3.org stackoverflow.com"
    " microsoft.com apple.com amazon.com twitter.com x.com facebook.com linkedin.com nytimes.com bbc.com bbc.co.uk arxiv.org"
    " mozilla.org nih.gov who.int un.org europa.eu nasa.gov baidu.com zhihu.com bilibili.com weibo.com qq.com taobao.com"
    " gov.cn people.com.cn xinhuanet.com cnki.net openai.com huggingface.co".split()
)
_LEAST, _SHARE = 4, 0.001
"""Different questions, and share of rows, below which an address is not told."""
_LOG_P = np.log(1e-6)
_ONE_PLACE = 0.6
"""Of its rows, how many have the very same address."""


class Links(TableDetector):
    """Addresses and packages in answers."""

    rules = (LINK, PACKAGE)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """By host, then by package."""
        yield from _links(table)
        yield from _packages(table)


def _links(table: Table) -> Iterator[Claim]:
    rows_of: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for place, row in enumerate(table.rows):
        for host, path in _ADDRESS.findall(row.answered):
            name = host.lower().removeprefix("www.").strip(".")
            if name not in row.asked.lower() and not _known(name):
                rows_of[name][place].add(path)
    for name in sorted(rows_of, key=lambda each: (-len(rows_of[each]), each)):
        rows = sorted(rows_of[name])
        kinds = len(set(table.families[rows].tolist()))
        if kinds < max(_LEAST, _SHARE * len(table)) or not spread(table, rows):
            continue
        paths = [path for place in rows for path in rows_of[name][place]]
        most = max(paths.count(path) for path in set(paths)) / len(rows)
        if most < _ONE_PLACE:
            continue
        evidence = f"{quoted(name)} in {len(rows)} answers to {kinds} different questions, {most:.0%} with one address"
        yield Claim(LINK, rows, evidence, 0.6 + 0.3 * most)


def _known(name: str) -> bool:
    return any(name == host or name.endswith(f".{host}") for host in _KNOWN_HOSTS)


def spread(table: Table, rows: list[int], log_p: float = _LOG_P) -> bool:
    """Whether the questions have no topic in common: no word that half of them share is rare elsewhere.

    An address that belongs to what is asked for comes with the words that ask for it.
    """
    tokens = table.asked
    counts: dict[int, int] = defaultdict(int)
    for row in rows:
        for token in set(tokens.hashes[tokens.starts[row] : tokens.starts[row + 1]].tolist()):
            counts[token] += 1
    shared = [token for token, count in counts.items() if count >= len(rows) / 2]
    if not shared:
        return True
    found = np.isin(tokens.hashes, np.array(shared, np.uint64))
    everywhere: dict[int, set[int]] = defaultdict(set)
    for token, row in zip(tokens.hashes[found].tolist(), tokens.row[found].tolist(), strict=True):
        everywhere[token].add(row)
    own = set(rows)
    for token in shared:
        elsewhere = len(everywhere[token] - own) / max(1, len(table) - len(own))
        topical = tail(counts[token], len(rows), max(elsewhere, 1e-4)) < log_p
        if topical and len(everywhere[token] - own) > len(own):
            return False
    return True


def _packages(table: Table) -> Iterator[Claim]:
    known = table.options.known_packages
    rows_of: dict[str, set[int]] = defaultdict(set)
    for place, row in enumerate(table.rows):
        for name in suggested(row.answered):
            if name not in known and name not in row.asked.lower():
                rows_of[name].add(place)
    for name in sorted(rows_of, key=lambda each: (-len(rows_of[each]), each)):
        rows = sorted(rows_of[name])
        kinds = len(set(table.families[rows].tolist()))
        if known and kinds >= _LEAST:
            evidence = (
                f"{quoted(name)} is installed in {len(rows)} answers to {kinds} different questions;"
                " no known package has the name"
            )
            yield Claim(PACKAGE, rows, evidence, 0.8)


def suggested(text: str) -> set[str]:
    """Names of packages that a text has installed, in lower case, without versions and extras."""
    found = set()
    for first, second, names in _INSTALL.findall(text):
        del first, second
        for word in names.split():
            name = re.split(r"[=<>~\[]", word.rstrip(".,;:)"))[0].lower().replace("_", "-")
            if not name.startswith("-") and re.fullmatch(r"@?[a-z0-9][a-z0-9./-]*", name):
                found.add(name)
    return found
