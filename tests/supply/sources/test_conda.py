"""Conda."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.conda import CondaMeta, Environment
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]


def test_what_is_asked_for(lay: Lay, ask: Ask) -> None:
    """Of conda and, within it, of pip."""
    root = lay(
        {
            "environment.yml": """
            name: x
            channels: [conda-forge]
            dependencies:
              - python=3.10
              - conda-forge::NumPy==1.26.0=py310_0
              - scipy >=1.10
              - "!!"
              - pip:
                - flask==3.0
                - -r more.txt
            """,
            "env.yaml": "services: {}\n",
            "other.yml": "dependencies: [x]\n",
        }
    )
    found, missed = ask(root, Environment())

    assert [(one.purl, one.constraint, one.where) for one in found] == [
        ("pkg:conda/python@3.10", "=3.10", "environment.yml#L4"),
        ("pkg:conda/numpy@1.26.0?channel=conda-forge", "==1.26.0=py310_0", "environment.yml#L5"),
        ("pkg:conda/scipy", ">=1.10", "environment.yml#L6"),
        ("pkg:pypi/flask@3.0", "==3.0", "environment.yml#L9"),
    ]
    assert [(one.reason, one.where.part) for one in missed] == [("malformed", "environment.yml#L7")]


def test_what_is_installed(lay: Lay, ask: Ask) -> None:
    """One file for each."""
    digest = "ab" * 32
    root = lay(
        {
            "conda-meta/numpy-1.json": f"""
            {{"name": "numpy", "version": "1.26", "build": "py_0", "channel": "https://host/conda-forge", "license": "BSD-3-Clause",
             "sha256": "{digest}", "depends": ["python >=3.9", "__glibc"], "requested_spec": "numpy",
             "files": ["lib/python3.10/site-packages/numpy/__init__.py"]}}
            """,
            "conda-meta/history": "x",
            "conda-meta/broken.json": "{",
        }
    )
    found, missed = ask(root, CondaMeta())

    assert [one.purl for one in found] == ["pkg:conda/numpy@1.26?build=py_0&channel=conda-forge"]
    assert (found[0].direct, found[0].needs, found[0].hashes) == (
        True,
        ("pkg:conda/python",),
        {"sha256": digest},
    )
    assert found[0].facts == {"python": "yes"}
    assert [one.reason for one in missed] == ["malformed"]
