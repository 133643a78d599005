"""pyproject.toml of every tool."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.python_project import Pyproject
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
READER = Pyproject()


def _by_name(found: list[Component]) -> dict[str, Component]:
    return {one.name: one for one in found}


def test_standard_metadata(lay: Lay, ask: Ask) -> None:
    """Requirements, extras, groups that include groups, what builds it, with lines."""
    root = lay(
        {
            "pyproject.toml": """
            [build-system]
            requires = ["hatchling>=1.27"]
            [project]
            name = "mine"
            version = "1.0"
            license = "Apache-2.0"
            dependencies = [
              "flask>=2",
              'six; python_version < "3"',
            ]
            [project.optional-dependencies]
            fast = ["uvloop==0.21.0"]
            [dependency-groups]
            dev = ["pytest", {include-group = "docs"}]
            docs = ["sphinx"]
            """
        }
    )
    found, missed = ask(root, READER)
    names = _by_name(found)

    assert missed == []
    assert (names["mine"].facts, names["mine"].licences, names["mine"].ecosystem) == (
        {"role": "project"},
        ("Apache-2.0",),
        "",
    )
    assert names["flask"].where == "pyproject.toml#L8"
    assert names["six"].facts["marker"] == 'python_version < "3"'
    assert (names["uvloop"].scope, names["uvloop"].version, names["uvloop"].facts) == (
        "optional",
        "0.21.0",
        {"group": "fast"},
    )
    assert {name: names[name].scope for name in ("pytest", "sphinx", "hatchling")} == dict.fromkeys(
        ("pytest", "sphinx", "hatchling"), "develop"
    )
    assert all(one.direct for one in found if one.ecosystem)


def test_groups_in_a_circle(lay: Lay, ask: Ask) -> None:
    """Are said; what they list is read."""
    root = lay(
        {
            "pyproject.toml": '[dependency-groups]\na = ["x", {include-group = "b"}]\nb = [{include-group = "a"}]\n'
        }
    )
    found, missed = ask(root, READER)

    assert [one.name for one in found] == ["x"]
    assert [one.reason for one in missed] == ["malformed"]


def test_poetry(lay: Lay, ask: Ask) -> None:
    """Constraints of its own, groups, several rules for one name, addresses without passwords."""
    root = lay(
        {
            "pyproject.toml": """
            [tool.poetry]
            name = "mine"
            [tool.poetry.dependencies]
            python = "^3.11"
            flask = "^2.0"
            exact = "1.2.3"
            own = { path = "../own" }
            forked = { git = "https://user:secret@host/x.git" }
            many = [{ version = "<=1.9", python = "<3" }, { version = "==2.0" }]
            [tool.poetry.group.test.dependencies]
            pytest = "*"
            """
        }
    )
    found, missed = ask(root, READER)
    names = _by_name(found)

    assert missed == []
    assert (names["flask"].version, names["flask"].constraint, names["flask"].where) == (
        "",
        "^2.0",
        "pyproject.toml#L5",
    )
    assert names["exact"].version == "1.2.3"
    assert "own" not in names
    assert names["forked"].facts == {"url": "https://host/x.git"}
    assert [one.version for one in found if one.name == "many"] == ["", "2.0"]
    assert (names["pytest"].scope, names["pytest"].facts) == ("develop", {"group": "test"})


def test_flit_pdm_hatch_and_uv(lay: Lay, ask: Ask) -> None:
    """Each in its own table."""
    root = lay(
        {
            "pyproject.toml": """
            [tool.flit.metadata]
            requires = ["a"]
            [tool.flit.metadata.requires-extra]
            x = ["b"]
            [tool.pdm.dev-dependencies]
            test = ["c", "-e file:///own"]
            [tool.hatch.envs.default]
            dependencies = ["d"]
            [tool.uv]
            dev-dependencies = ["e"]
            """
        }
    )

    assert {one.name: one.scope for one in ask(root, READER)[0]} == {
        "a": "run",
        "b": "optional",
        "c": "develop",
        "d": "develop",
        "e": "develop",
    }


def test_what_is_made_when_it_is_built(lay: Lay, ask: Ask) -> None:
    """A file that setuptools reads is read; what nobody names could not be judged."""
    root = lay(
        {
            "a/pyproject.toml": """
            [project]
            name = "a"
            dynamic = ["dependencies"]
            [tool.setuptools.dynamic]
            dependencies = { file = ["list.txt", "../../outside.txt"] }
            """,
            "a/list.txt": "flask==3.0\n",
            "b/pyproject.toml": '[project]\nname = "b"\ndynamic = ["dependencies"]\n',
        }
    )
    found, missed = ask(root, READER)

    assert [(one.name, one.where) for one in found if one.ecosystem] == [("flask", "a/list.txt#L1")]
    assert [(one.reason, one.where.part) for one in missed] == [
        ("not-checked", "a/pyproject.toml"),
        ("not-checked", "b/pyproject.toml"),
    ]


def test_values_of_other_kinds_are_passed_by(lay: Lay, ask: Ask) -> None:
    """Wherever they stand."""
    root = lay(
        {
            "pyproject.toml": """
            project = 1
            dependency-groups = []
            [tool]
            poetry = "x"
            pdm = 1
            hatch = { envs = [1], metadata = 3 }
            flit = { metadata = { requires = 3, requires-extra = [] } }
            """
        }
    )

    assert ask(root, READER) == ([], [])
