"""Reading whole packages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.packages.package import Bounds, Package
from yanmen.supply.packages.reading.effects import Trigger
from yanmen.supply.packages.studying import study
from yanmen.supply.targets import Artifact

Make = Callable[..., Package]


def test_values_are_followed_across_modules(make: Make) -> None:
    """An address in one, a decoder in another, the call in a third."""
    files = {
        "a/__init__.py": "from .run import go\ngo()\n",
        "a/run.py": "from .names import HIDDEN\nfrom . import codec\nimport os\ndef go():\n    "
        "os.system(codec.plain(HIDDEN))\n",
        "a/names.py": "HIDDEN = 'dHJ1ZQ=='\n",
        "a/codec.py": "import base64\ndef plain(text):\n    return base64.b64decode(text).decode()\n",
    }
    found = [effect for effect in study(make(files)).effects if effect.does == "runs-command"]

    assert [(effect.text, effect.trigger, effect.member) for effect in found] == [
        ("true", Trigger.IMPORT, "a/run.py")
    ]
    assert "decoded" in found[0].tags


def test_what_cannot_be_read_is_said(make: Make) -> None:
    """Broken source, source too long, too many steps."""
    broken = study(make({"a/__init__.py": "exec(("}))
    long = study(make({"a/__init__.py": "exec('')" + " " * 500}), Bounds(source=100))
    deep = study(
        make(
            {
                "a/__init__.py": "import os\nfor a in range(9999):\n for b in range(9999):\n  os.system(str(a))\n"
            }
        ),
        Bounds(module_steps=2_000),
    )

    assert [one.reason for one in broken.unread] == ["malformed"]
    assert [one.reason for one in long.unread] == ["too-large"]
    assert [one.reason for one in deep.unread] == ["timed-out"]


@pytest.mark.parametrize("kind", ["wheel", "npm"])
@settings(max_examples=60, deadline=None)
@given(
    text=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: ("exec(" + text).encode()))
)
def test_any_bytes_are_read_within_bounds(kind: str, text: bytes) -> None:
    """No crash, whatever lies in a source file."""
    name = "index.js" if kind == "npm" else "a/__init__.py"
    package = Package(
        name="a", version="1", ecosystem="npm" if kind == "npm" else "PyPI", kind=kind,  # type: ignore[arg-type]
        members={name: Artifact.held(name, b"eval exec " + text)},
    )  # fmt: skip
    study(package, Bounds(steps=20_000, module_steps=20_000))


@settings(max_examples=80, deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(
            "( ) { } [ ] => ` ${ ' \" / * , ; : ? . ... = function class async x 1 eval return if for of in new".split()
        ),
        max_size=40,
    )
)
def test_any_tokens_of_javascript_are_read(parts: list[str]) -> None:
    """The forgiving reader forgives all of them, or says what it could not read."""
    text = "eval " + " ".join(parts)
    package = Package(
        name="a",
        version="1",
        ecosystem="npm",
        kind="npm",
        members={"index.js": Artifact.held("index.js", text.encode())},
    )
    study(package, Bounds(steps=20_000, module_steps=20_000))


FLOWS = yaml.safe_load((Path(__file__).parents[2] / "corpora/packages/flows.yaml").read_text("utf-8"))
NODE = {"fs": "fs", "os": "os", "path": "path", "cp": "child_process", "https": "https", "http2": "http2", "net": "net",
    "tls": "tls", "dns": "dns", "dgram": "dgram", "crypto": "crypto", "zlib": "zlib", "vm": "vm", "axios": "axios"}  # fmt: skip
OPEN = {
    "python ways sortedw", "python ways recurs", "node sinks octo", "node sinks form", "node sinks ssh", "node ways rec",
    "node ways w", "node remote sol", "node runs inner",
}  # fmt: skip
"""Rows that are not found yet."""


def _python(row: str, said: Mapping[str, str]) -> str:
    parts = re.split(r"(?m)^(?=(?:async )?def )", FLOWS["head"])
    filled = row.replace("SINK", "_s").replace("SRC", said.get("SRC", ""))
    sink = said.get("SINK", "").replace("\n", "\n    ")
    code = (f"def _s(D):\n    {sink}\n" if sink else "") + filled + "\n"
    used = [part for part in parts[1:] if f"{part.split('(')[0].split()[-1]}(" in code]
    return parts[0] + "".join(used) + code


def _node(row: str, said: Mapping[str, str]) -> str:
    filled = row.replace("SINK", "_s").replace("SRC", said.get("SRC", "")).replace("RUN", said.get("RUN", ""))
    sink = said.get("SINK", "")
    code = (f"async function _s(D) {{ {sink}; }}\n" if sink else "") + filled
    heads = [
        f'const {name} = require("{module}");'
        for name, module in NODE.items()
        if re.search(rf"\b{name}\b", code)
    ]
    heads += ['const WebSocket = require("ws");'] if "new WebSocket(" in code and "w.on(" in code else []
    return "\n".join((*heads, 'const U = "https://c.zq-update.invalid/p.js";', code, ""))


def _flows() -> Iterator[tuple[str, str, str]]:
    for language, kind, made in (("python", "wheel", _python), ("node", "npm", _node)):
        rows = FLOWS[language]
        for group, names in rows.items():
            for name, row in names.items():
                base, said = _filling(language, group, row)
                yield f"{language} {group} {name}", kind, made(base, said)


def _filling(language: str, group: str, row: str) -> tuple[str, dict[str, str]]:
    """What a row is put into, and what is put into that."""
    rows = FLOWS[language]
    python = language == "python"
    sink = rows["sinks"]["post" if python else "fetch"]
    if group == "sources":
        return rows["ways"]["fn" if python else "direct"], {"SRC": row, "SINK": sink}
    if group == "sinks":
        return rows["ways"]["direct"], {"SRC": rows["sources"]["pathaws" if python else "ssh"], "SINK": row}
    if group == "ways":
        return row, {"SRC": rows["sources"]["environ" if python else "env"], "SINK": sink}
    if group == "remote":
        return (
            (f"def go():\n    C = {row}\n    exec(C)\ngo()", {})
            if python
            else (row, {"RUN": rows["runs"]["eval"]})
        )
    return (f"C = {rows['remote']['rq']}\n{row}", {}) if python else (rows["remote"]["fa"], {"RUN": row})


def test_every_flow_is_followed(rules_of: Callable[..., set[str]]) -> None:
    """From every source, into every sink, along every way; what is fetched, into whatever runs it."""
    missed = {name for name, kind, code in _flows() if not rules_of(code, kind, high=True)}

    assert missed == OPEN
