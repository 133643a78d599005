"""Lasting: what stays, spreads, destroys, or comes between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Rules = Callable[..., set[str]]
FINDS = [
    ("persists", "wheel", "import os\nopen(os.path.expanduser('~/.bashrc'), 'a').write('true')"),
    ("persists", "npm", "require('child_process').exec('(crontab -l; echo \"* * * * * true\") | crontab -')"),
    (
        "persists-when-called",
        "wheel",
        "import os\ndef install():\n    open(os.path.expanduser('~/.bashrc'), 'a').write('true')",
    ),
    ("spreads", "npm", "require('child_process').execSync('npm publish')"),
    ("spreads", "npm", "require('fs').writeFileSync('.github/workflows/x.yml', 'x')"),
    ("spreads-when-called", "wheel", "def f():\n    open('.github/workflows/x.yml', 'w').write('x')"),
    ("deletes-files", "npm", "require('child_process').exec('rm -rf ~/*')"),
    ("deletes-files", "wheel", "import shutil, os\nshutil.rmtree(os.path.expanduser('~'))"),
    (
        "rewires-others",
        "wheel",
        "from solders.keypair import Keypair\ndef mine(*a):\n    return 1\nKeypair.from_seed = mine",
    ),
    (
        "copies-messages",
        "npm",
        "const c = require('postmark');\nexports.send = m => { m.Bcc = 'a@localhost'; return c.sendEmail(m); };",
    ),
]
IGNORES = [
    ("wheel", "import shutil, tempfile\ndef clean(d):\n    shutil.rmtree(d)\n"),
    ("npm", "const f = window.fetch; window.fetch = function (...a) { return f(...a); };"),
    ("wheel", "import os\ndef write(path):\n    open(os.path.join(path, 'x.txt'), 'w').write('x')\n"),
]


@pytest.mark.parametrize(("rule", "kind", "code"), FINDS)
def test_it_finds(rule: str, kind: str, code: str, rules_of: Rules) -> None:
    """The behaviour, in its plain form."""
    assert rule in rules_of(_files(code, kind), kind)


@pytest.mark.parametrize(("kind", "code"), IGNORES)
def test_it_lets_honest_code_be(kind: str, code: str, rules_of: Rules) -> None:
    """Nothing of high severity for what uses the same pieces honestly."""
    assert rules_of(_files(code, kind), kind, high=True) == set()


def _files(code: str, kind: str) -> dict[str, str]:
    return {{"npm": "index.js", "sdist": "setup.py"}.get(kind, "inert/__init__.py"): code}
