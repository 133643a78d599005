"""Lock files of Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.python_locks import Pipfile, PipfileLock, TomlLock
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64

UV = f"""
version = 1
[[package]]
name = "mine"
version = "0.1"
source = {{ editable = "." }}
dependencies = [{{ name = "flask" }}]
[package.optional-dependencies]
fast = [{{ name = "uvloop" }}]
[package.dev-dependencies]
dev = [{{ name = "pytest" }}]
[[package]]
name = "flask"
version = "3.0"
source = {{ registry = "https://host/simple" }}
dependencies = [{{ name = "click" }}, {{ name = "colorama", marker = "sys_platform == 'win32'" }}]
sdist = {{ url = "https://host/flask.tar.gz", hash = "{A}" }}
wheels = [{{ url = "https://host/flask.whl", hash = "{B}" }}]
[[package]]
name = "click"
version = "8.1"
[[package]]
name = "pytest"
version = "8.0"
dependencies = [{{ name = "click" }}]
[[package]]
name = "uvloop"
version = "0.21"
[[package]]
name = "forked"
version = "1"
source = {{ git = "https://user:secret@host/x?rev=1#ab" }}
"""
POETRY = f"""
[[package]]
name = "Flask"
version = "3.0"
optional = false
groups = ["main"]
files = [{{file = "flask.whl", hash = "{A}"}}]
[package.dependencies]
click = ">=8"
asgiref = {{version = ">=3.2", optional = true}}
[[package]]
name = "click"
version = "8.1"
category = "dev"
"""
PDM = f"""
[[package]]
name = "flask"
version = "3.0"
groups = ["default", "dev"]
dependencies = ["click>=8", "asgiref; extra == 'async'"]
files = [{{file = "flask.whl", hash = "{A}"}}]
[[package]]
name = "click"
version = "8.1"
groups = ["dev"]
"""
PYLOCK = f"""
lock-version = "1.0"
[[packages]]
name = "flask"
version = "3.0"
marker = "python_version > '3'"
dependencies = [{{ name = "click" }}]
wheels = [{{ name = "flask.whl", hashes = {{ sha256 = "{"a" * 64}" }} }}]
[[packages]]
name = "click"
version = "8.1"
[[packages]]
name = "own"
directory = {{ path = "." }}
[[packages]]
name = "forked"
vcs = {{ type = "git", url = "https://host/x.git", commit-id = "ab" }}
"""


def test_uv(lay: Lay, ask: Ask) -> None:
    """The project, what it asks for itself, and what only its groups pull in."""
    found, missed = ask(lay({"uv.lock": UV}), TomlLock())
    names = {one.name: one for one in found}

    assert missed == []
    assert names["mine"].facts == {"role": "project"}
    assert names["mine"].needs == ("pkg:pypi/flask@3.0",)
    assert {name: (one.direct, one.scope) for name, one in names.items() if name != "mine"} == {
        "flask": (True, "run"),
        "click": (False, "run"),
        "pytest": (True, "develop"),
        "uvloop": (True, "optional"),
        "forked": (False, "run"),
    }
    assert names["flask"].needs == ("pkg:pypi/click@8.1", "pkg:pypi/colorama")
    assert names["flask"].facts == {"digests": f"{A} {B}"}
    assert names["flask"].where == "uv.lock#L11"
    assert names["forked"].facts == {"url": "https://host/x"}


def test_what_extras_bring_is_needed(lay: Lay, ask: Ask) -> None:
    """Where somebody asks for the extra; uv's own export says the same."""
    lock = """
    [[package]]
    name = "a"
    version = "1"
    dependencies = [{ name = "b", extra = ["socks"] }]
    [[package]]
    name = "b"
    version = "2"
    [package.optional-dependencies]
    socks = [{ name = "c" }]
    other = [{ name = "d" }]
    """
    names = {one.name: one for one in ask(lay({"uv.lock": lock}), TomlLock())[0]}

    assert names["b"].needs == ("pkg:pypi/c",)


@pytest.mark.parametrize(
    ("name", "content"),
    [("poetry.lock", POETRY), ("pdm.lock", PDM), ("pylock.toml", PYLOCK), ("pylock.x.toml", PYLOCK)],
)
def test_the_others_say_the_same(lay: Lay, ask: Ask, name: str, content: str) -> None:
    """In their own words."""
    found, missed = ask(lay({name: content}), TomlLock())
    names = {one.name: one for one in found}

    assert missed == []
    assert names["flask"].needs == ("pkg:pypi/click@8.1",)
    assert names["flask"].hashes == {"sha256": "a" * 64}
    assert all(one.how == "locked" for one in found)
    assert names["click"].scope == ("run" if "pylock" in name else "develop")
    if "pylock" in name:
        assert names["own"].ecosystem == ""
        assert names["forked"].facts["url"] == "https://host/x.git"


def test_pipfile_and_its_lock(lay: Lay, ask: Ask) -> None:
    """Categories are for development."""
    root = lay(
        {
            "Pipfile": '[packages]\nflask = "==3.0"\nown = {path = "."}\n[dev-packages]\npytest = "*"\n'
            '[requires]\npython_version = "3"\n',
            "Pipfile.lock": f"""{{
                "_meta": {{}},
                "default": {{
                    "flask": {{"hashes": ["{A}"], "version": "==3.0", "markers": "x"}},
                    "own": {{"path": "."}}
                }},
                "develop": {{"pytest": {{"version": "==8.0"}}}}
            }}""",
        }
    )
    asked, _ = ask(root, Pipfile())
    locked, missed = ask(root, PipfileLock())

    assert missed == []
    assert [(one.name, one.version, one.scope) for one in asked] == [
        ("flask", "3.0", "run"),
        ("pytest", "", "develop"),
    ]
    assert [(one.name, one.version, one.scope, one.where) for one in locked] == [
        ("flask", "3.0", "run", "Pipfile.lock#L4"),
        ("pytest", "8.0", "develop", "Pipfile.lock#L7"),
    ]
    assert locked[0].hashes == {"sha256": "a" * 64}


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "version", "source", "files"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.dictionaries(st.sampled_from(["default", "_meta", "develop"]), _values))
def test_any_json_is_read_or_said(tmp_path: Path, ask: Ask, document: dict[str, object]) -> None:
    """Whatever stands where."""
    import json  # noqa: PLC0415  # only here

    (tmp_path / "Pipfile.lock").write_text(json.dumps(document))

    ask(tmp_path, PipfileLock())
