"""Reading whole packages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
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
