"""package-lock.json of each version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.npm_locks import PackageLock, integrity
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
THREE = """
{
  "name": "mine", "version": "1.0.0", "lockfileVersion": 3,
  "packages": {
    "": {
      "name": "mine", "version": "1.0.0",
      "dependencies": {"a": "^1"}, "devDependencies": {"b": "^2"}
    },
    "node_modules/a": {
      "version": "1.0.0", "integrity": "sha512-AAAA", "dependencies": {"b": "^1"}
    },
    "node_modules/a/node_modules/b": {
      "version": "1.5.0", "hasInstallScript": true
    },
    "node_modules/b": {
      "version": "2.0.0", "dev": true, "resolved": "git+ssh://git@host/b.git#ab"
    },
    "node_modules/alias": {
      "name": "real", "version": "3.0.0", "optional": true
    },
    "packages/w": {
      "version": "0.1.0", "dependencies": {"a": "*"}
    },
    "node_modules/w": {
      "resolved": "packages/w", "link": true
    }
  }
}
"""
ONE = """
{
  "name": "mine", "version": "1.0.0", "lockfileVersion": 1,
  "dependencies": {
    "a": {
      "version": "1.0.0",
      "requires": {"b": "^1"},
      "dependencies": {
        "b": {
          "version": "1.5.0"
        }
      }
    },
    "b": {
      "version": "2.0.0", "dev": true,
      "requires": {"a": "1"}
    },
    "alias": {"version": "npm:real@3.0.0"}
  }
}
"""


@pytest.mark.parametrize("name", ["package-lock.json", "npm-shrinkwrap.json"])
def test_version_three(lay: Lay, ask: Ask, name: str) -> None:
    """Needs go to what Node would find; workspaces are projects."""
    found, missed = ask(lay({name: THREE}), PackageLock())
    places = {(one.name, one.version): one for one in found}

    assert missed == []
    assert {
        key: (one.direct, one.scope, one.where.partition("#")[2])
        for key, one in places.items()
        if one.ecosystem
    } == {
        ("a", "1.0.0"): (True, "run", "L8"),
        ("b", "1.5.0"): (False, "run", "L11"),
        ("b", "2.0.0"): (True, "develop", "L14"),
        ("real", "3.0.0"): (False, "optional", "L17"),
    }
    assert places["a", "1.0.0"].needs == ("pkg:npm/b@1.5.0",)
    assert places["a", "1.0.0"].hashes == {"sha512": "000000"}
    assert places["mine", "1.0.0"].needs == ("pkg:npm/a@1.0.0", "pkg:npm/b@2.0.0")
    assert places["w", "0.1.0"].needs == ("pkg:npm/a@1.0.0",)
    assert places["b", "1.5.0"].facts == {"scripts": "install"}
    assert places["b", "2.0.0"].facts == {"url": "git+ssh://host/b.git"}


def test_version_one(lay: Lay, ask: Ask) -> None:
    """What is required resolves inwards first (cdxgen/cdxgen#418 lost these); equal names keep their own lines."""
    found, missed = ask(lay({"package-lock.json": ONE}), PackageLock())

    assert missed == []
    assert [(one.name, one.version, one.scope, one.needs, one.where.partition("#")[2]) for one in found] == [
        ("mine", "1.0.0", "run", (), ""),
        ("a", "1.0.0", "run", ("pkg:npm/b@1.5.0",), "L4"),
        ("b", "1.5.0", "run", (), "L8"),
        ("b", "2.0.0", "develop", ("pkg:npm/a@1.0.0",), "L13"),
        ("real", "3.0.0", "run", (), "L17"),
    ]


def test_packages_nested_too_deep(lay: Lay, ask: Ask) -> None:
    """Are said."""
    document: dict[str, object] = {}
    for _ in range(300):
        document = {"dependencies": {"a": {"version": "1.0.0", **document}}}
    _, missed = ask(lay({"package-lock.json": json.dumps(document)}), PackageLock())

    assert [one.reason for one in missed] == ["too-large"]


def test_paths_that_are_too_deep(lay: Lay, ask: Ask) -> None:
    """Are said, and the others are read."""
    deep = "node_modules/a/" * 40 + "node_modules/a"
    found, missed = ask(
        lay({"package-lock.json": json.dumps({"packages": {deep: {}, "node_modules/b": {"version": "1"}}})}),
        PackageLock(),
    )

    assert [one.name for one in found] == ["b"]
    assert [one.reason for one in missed] == ["too-large"]


def test_integrity() -> None:
    """The first that can be read."""
    assert integrity("md5-!! sha1-AAAA sha512-BBBB") == {"sha1": "000000"}
    assert integrity("nonsense") == {}


_values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["", "node_modules/a", "a", "dependencies", "version", "name", "link", "resolved", "requires"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.dictionaries(st.sampled_from(["packages", "dependencies", "name"]), _values))
def test_any_json_is_read_or_said(tmp_path: Path, ask: Ask, document: dict[str, object]) -> None:
    """Whatever stands where."""
    (tmp_path / "package-lock.json").write_text(json.dumps(document))

    ask(tmp_path, PackageLock())
