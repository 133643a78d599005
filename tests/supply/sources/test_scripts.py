"""Scripts, recipes of make, development containers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.extractor import Extractor
from yanmen.supply.sources.scripts import DevelopmentContainers, Makefiles, Scripts
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[[Path, Extractor], tuple[list[Component], list[Unexamined]]]


def test_what_a_script_installs(lay: Lay, ask: Ask) -> None:
    """With the line; whatever its encoding. A file that one line fetches and another verifies is verified."""
    text = "#!/bin/sh\n# caf\xe9\nif true; then\n  pip install six==1.0\nfi\ncurl -o a.sh https://h/a\nsha256sum -c s\nsh a.sh\n"
    found, missed = ask(lay({"a.sh": text.encode("latin-1")}), Scripts())

    assert [(one.purl, one.where) for one in found] == [("pkg:pypi/six@1.0", "a.sh#L4")]
    assert missed == []


def test_what_recipes_install(lay: Lay, ask: Ask) -> None:
    """Each target's is a script of its own; make's own variables are not known."""
    root = lay(
        {
            "Makefile": "V = 1\nall: x\n\t@pip install six==1.0\n\t-npm i -g a@1.0.0\nb:\n\tpip install $(PACKAGE)\n"
        }
    )
    found, missed = ask(root, Makefiles())

    assert [(one.purl, one.where) for one in found] == [
        ("pkg:pypi/six@1.0", "Makefile#L3"),
        ("pkg:npm/a@1.0.0", "Makefile#L4"),
    ]
    assert [one.reason for one in missed] == ["not-checked"]


def test_what_development_containers_are_made_of(lay: Lay, ask: Ask) -> None:
    """JSON with comments and commas at the end; addresses within texts are no comments."""
    text = """{
  // an image
  "image": "mcr.host.com/devcontainers/python:3.12.1",
  "features": {"ghcr.io/devcontainers/features/node:1": {}, "./own": {}},
  "postCreateCommand": {"a": ["pip", "install", "six==1.0"], "b": "pip install -i https://h/s flask==3.0"},
}"""
    found, missed = ask(lay({".devcontainer/devcontainer.json": text}), DevelopmentContainers())

    assert [one.purl for one in found] == [
        "pkg:docker/devcontainers/python@3.12.1?repository_url=mcr.host.com",
        "pkg:docker/devcontainers/features/node@1?repository_url=ghcr.io",
        "pkg:pypi/six@1.0",
        "pkg:pypi/flask@3.0",
    ]
    assert missed == []
