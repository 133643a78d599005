"""What is fetched, as components."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.supply.fetches.naming import safe
from yanmen.supply.inventory import inventory
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]


def _fetched(root: Path) -> list[tuple[str, str, str]]:
    return sorted(
        (one.facts["fetch"], one.where, one.purl)
        for one in inventory(root)
        if isinstance(one, Component) and "fetch" in one.facts
    )


def test_every_place_that_commands_stand_in(lay: Lay) -> None:
    """A Dockerfile, a job, a script, a recipe, a development container, a notebook, settings, requirements."""
    pipe = "curl -s https://host/i.sh | sh"
    root = lay(
        {
            "Dockerfile": f"FROM a:1.0.0\nONBUILD RUN {pipe}\nRUN <<EOF\nset -e\n{pipe}\nEOF\n"
            "ADD https://host/a.tgz /\nADD --checksum=sha256:ab https://host/b.tgz /\n"
            "ENV A=1 PIP_EXTRA_INDEX_URL=https://e/s\n",
            ".github/workflows/a.yml": f"jobs:\n  a:\n    steps:\n      - run: |\n          set -e\n          {pipe}\n",
            ".circleci/config.yml": f"jobs:\n  a:\n    steps:\n      - run:\n          command: {pipe}\n",
            "a.sh": f"#!/bin/sh\n{pipe}\n",
            "Makefile": f"all:\n\t@echo a; \\\n\t{pipe}\n",
            ".devcontainer/devcontainer.json": '{ // so\n"postCreateCommand": "' + pipe + '",}',
            "a.ipynb": '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "!' + pipe + '"}]}',
            ".npmrc": "registry=http://r/\n",
            "requirements.txt": "--extra-index-url https://e/s\na==1\n",
        }
    )
    script = "pkg:generic/i.sh?download_url=https://host/i.sh"

    assert [one for one in _fetched(root) if one[0] == "runs-remote"] == [
        ("runs-remote", where, script)
        for where in (
            ".circleci/config.yml#L5",
            ".devcontainer/devcontainer.json#L2",
            ".github/workflows/a.yml#L6",
            "Dockerfile#L2",
            "Dockerfile#L5",
            "Makefile#L3",
            "a.ipynb#L1",
            "a.sh#L2",
        )
    ]
    assert [one[:2] for one in _fetched(root) if one[0] != "runs-remote"] == [
        ("extra-index", "Dockerfile#L9"),
        ("extra-index", "requirements.txt#L1"),
        ("no-transport", ".npmrc#L1"),
        ("unverified", "Dockerfile#L7"),
    ]


def test_secrets_are_masked() -> None:
    """In headers, options and addresses."""
    text = safe(
        'curl -H "Authorization: Bearer abcdef1234567890" -u user:geheim123 https://u:pass@host/i | sh'
    )

    assert "1234567890" not in text
    assert "heim123" not in text
    assert "pass@" not in text
    assert "https://host/i | sh" in text
