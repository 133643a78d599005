"""setup.cfg, and setup.py that is never run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.python_setup import SetupCfg, SetupPy
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]


def test_setup_cfg(lay: Lay, ask: Ask) -> None:
    """Requirements, extras, files."""
    root = lay(
        {
            "setup.cfg": """
            [metadata]
            name = mine
            version = attr: mine.VERSION
            license = MIT
            [options]
            install_requires =
                flask>=2
                six; python_version < "3"
                # comment
            tests_require = file: list.txt
            [options.extras_require]
            fast = uvloop==0.21
            """,
            "list.txt": "pytest\n",
        }
    )
    found, missed = ask(root, SetupCfg())

    assert missed == []
    assert [(one.name, one.version, one.scope, one.where) for one in found] == [
        ("mine", "", "run", "setup.cfg"),
        ("flask", "", "run", "setup.cfg#L7"),
        ("six", "", "run", "setup.cfg#L8"),
        ("pytest", "", "run", "list.txt#L1"),
        ("uvloop", "0.21", "optional", "setup.cfg#L12"),
    ]


def test_setup_cfg_that_is_none(lay: Lay, ask: Ask) -> None:
    """Is said."""
    assert [one.reason for one in ask(lay({"setup.cfg": "nonsense\n"}), SetupCfg())[1]] == ["malformed"]


def test_setup_py_is_read_as_a_text(lay: Lay, ask: Ask, tmp_path: Path) -> None:
    """What it assigns once and passes literally."""
    mark = tmp_path / "ran"
    root = lay(
        {
            "setup.py": f"""
            import setuptools
            open({str(mark)!r}, "w").close()
            NEEDED = ["flask>=2", "six"]
            setuptools.setup(
                name="mine", version="1.0",
                install_requires=NEEDED,
                extras_require={{"x": ["uvloop==0.21"]}},
                tests_require="pytest",
            )
            """
        }
    )
    found, missed = ask(root, SetupPy())

    assert missed == []
    assert not mark.exists()
    assert [(one.name, one.version, one.scope, one.where) for one in found] == [
        ("mine", "1.0", "run", "setup.py#L4"),
        ("flask", "", "run", "setup.py#L3"),
        ("six", "", "run", "setup.py#L3"),
        ("pytest", "", "develop", "setup.py#L8"),
        ("uvloop", "0.21", "optional", "setup.py#L7"),
    ]


def test_what_setup_py_computes_could_not_be_judged(lay: Lay, ask: Ask) -> None:
    """A call, a list that grows, fields from elsewhere."""
    root = lay(
        {
            "a/setup.py": "from setuptools import setup\nsetup(install_requires=open('r').read())\n",
            "b/setup.py": "from setuptools import setup\nN = ['a']\nN.append('b')\nsetup(install_requires=N)\n",
            "c/setup.py": "from setuptools import setup\nsetup(**FIELDS)\n",
            "d/setup.py": "def (\n",
            "e/setup.py": "from setuptools import setup\nN = []\nN += ['b']\nsetup(install_requires=N, extras_require=x())\n",
        }
    )
    found, missed = ask(root, SetupPy())

    assert found == []
    assert [(one.where.part.partition("#")[0], one.reason) for one in missed] == [
        ("a/setup.py", "not-checked"),
        ("b/setup.py", "not-checked"),
        ("c/setup.py", "not-checked"),
        ("d/setup.py", "malformed"),
        ("e/setup.py", "not-checked"),
        ("e/setup.py", "not-checked"),
    ]


def test_source_that_nests_without_end(lay: Lay, ask: Ask) -> None:
    """Python's own parser gives up; so is it said."""
    root = lay({"setup.py": "x = " + "(" * 5_000 + ")" * 5_000, "a/setup.py": "x = " + "-" * 50_000 + "1"})

    assert {one.reason for one in ask(root, SetupPy())[1]} <= {"malformed", "too-large"}
    assert len(ask(root, SetupPy())[1]) == 2
