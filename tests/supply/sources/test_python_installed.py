"""Distributions as they are installed."""

from __future__ import annotations

import importlib.metadata
import sysconfig
from collections.abc import Callable
from pathlib import Path

from packaging.utils import canonicalize_name

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.python_installed import Installed
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
SITE = "lib/python3.11/site-packages"


def test_what_runs_these_tests_is_found_whole(ask: Ask) -> None:
    """Every distribution that Python itself knows here, and no other."""
    site = sysconfig.get_path("purelib")
    known = {
        (str(canonicalize_name(one.metadata["Name"])), one.version)
        for one in importlib.metadata.distributions(path=[site])
    }
    found, missed = ask(Path(site), Installed())

    assert len(known) > 100
    assert {(str(canonicalize_name(one.name)), one.version) for one in found} == known
    assert missed == []


def test_what_metadata_says(lay: Lay, ask: Ask) -> None:
    """Needs without extras, licence, who installed it; what pip pulled in by itself is not asked for."""
    root = lay(
        {
            f"{SITE}/x-1.dist-info/METADATA": """
            Name: X
            Version: 1
            License-Expression: MIT
            Classifier: License :: OSI Approved :: MIT License
            Requires-Dist: click (>=8)
            Requires-Dist: y; extra == "z"
            Home-page: https://host/x

            Name: body
            """,
            f"{SITE}/x-1.dist-info/INSTALLER": "pip\n",
        }
    )
    (found,), missed = ask(root, Installed())

    assert missed == []
    assert (found.purl, found.how, found.direct, found.licences) == (
        "pkg:pypi/x@1",
        "installed",
        False,
        ("MIT",),
    )
    assert found.needs == ("pkg:pypi/click",)
    assert found.facts == {"homepage": "https://host/x", "installer": "pip"}
    (root / SITE / "x-1.dist-info/REQUESTED").touch()
    assert ask(root, Installed())[0][0].direct is None


def test_old_licences(lay: Lay, ask: Ask) -> None:
    """A licence's whole text is not its name; classifiers are kept."""
    root = lay(
        {
            f"{SITE}/x.dist-info/METADATA": "Name: x\nLicense: MIT License\n Permission is\nClassifier: License :: OSI Approved\n"
        }
    )

    assert ask(root, Installed())[0][0].licences == ("MIT License", "License :: OSI Approved")


def test_eggs(lay: Lay, ask: Ask) -> None:
    """A folder, one file, and what a build left in the project's own folder."""
    root = lay(
        {
            f"{SITE}/a.egg-info/PKG-INFO": "Name: a\nVersion: 1\n",
            f"{SITE}/a.egg-info/requires.txt": "click>=8\n\n[x]\ny\n",
            f"{SITE}/b-2.egg-info": "Name: b\nVersion: 2\n",
            f"{SITE}/c.egg/EGG-INFO/PKG-INFO": "Name: c\nVersion: 3\n",
            "src/mine.egg-info/PKG-INFO": "Name: mine\nVersion: 4\n",
        }
    )
    found, missed = ask(root, Installed())

    assert missed == []
    assert {one.name: (one.version, one.ecosystem, one.needs) for one in found} == {
        "a": ("1", "PyPI", ("pkg:pypi/click",)),
        "b": ("2", "PyPI", ()),
        "c": ("3", "PyPI", ()),
        "mine": ("4", "", ()),
    }


def test_where_it_is_from(lay: Lay, ask: Ask) -> None:
    """An address without its password; a folder of one's own is a project."""
    root = lay(
        {
            f"{SITE}/a.dist-info/METADATA": "Name: a\nVersion: 1\n",
            f"{SITE}/a.dist-info/direct_url.json": '{"url": "https://u:secret@host/a", "vcs_info": {"commit_id": "ab"}}',
            f"{SITE}/b.dist-info/METADATA": "Name: b\nVersion: 1\n",
            f"{SITE}/b.dist-info/direct_url.json": '{"url": "file:///somewhere/b", "dir_info": {"editable": true}}',
            f"{SITE}/c.dist-info/METADATA": "Name: c\nVersion: 1\n",
            f"{SITE}/c.dist-info/direct_url.json": "{",
        }
    )
    found, missed = ask(root, Installed())

    assert {one.name: (one.ecosystem, dict(one.facts)) for one in found} == {
        "a": ("PyPI", {"url": "https://host/a", "commit": "ab"}),
        "b": ("", {"role": "project", "editable": "yes"}),
    }
    assert [one.reason for one in missed] == ["malformed"]


def test_files_that_are_not_as_they_were_installed(lay: Lay, ask: Ask) -> None:
    """Gone, or of another size."""
    root = lay(
        {
            f"{SITE}/x.dist-info/METADATA": "Name: x\nVersion: 1\n",
            f"{SITE}/x.dist-info/RECORD": """
            x/same.py,sha256=AA,4
            x/longer.py,sha256=AA,4
            x/gone.py,sha256=AA,4
            x/__pycache__/x.pyc,,
            """,
            f"{SITE}/x/same.py": b"1234",
            f"{SITE}/x/longer.py": b"12345",
        }
    )
    (found,), _ = ask(root, Installed())

    assert found.facts["changed"] == f"2: {SITE}/x/longer.py, {SITE}/x/gone.py"


def test_what_names_nothing_is_said(lay: Lay, ask: Ask) -> None:
    """A folder that lost its METADATA, or whose METADATA has no name."""
    root = lay(
        {
            f"{SITE}/a.dist-info/RECORD": "",
            f"{SITE}/b.dist-info/METADATA": "Version: 1\n",
            f"{SITE}/c.dist-info/METADATA": "Name: a b\nVersion: 1\n",
        }
    )
    found, missed = ask(root, Installed())

    assert found == []
    assert [one.reason for one in missed] == ["malformed"] * 3
