"""Settings of package managers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.extractor import Extractor
from yanmen.supply.sources.indexes import Settings
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[[Path, Extractor], tuple[list[Component], list[Unexamined]]]


def test_settings_of_a_project(lay: Lay, ask: Ask) -> None:
    """Several indexes on lines of their own; a registry of one scope; variables. What verifies is left alone."""
    root = lay(
        {
            "pip.conf": "[global]\nindex-url = https://a/s\nextra-index-url =\n    https://b/s\n    http://c/s\n",
            ".npmrc": "; so\n@org:registry = http://d/\nstrict-ssl=true\n//d/:_authToken=geheim\n",
            ".yarnrc.yml": 'npmRegistryServer: "http://e"\n',
            ".env": "PIP_TRUSTED_HOST=f\nTOKEN=geheim\n",
        }
    )
    found, missed = ask(root, Settings())

    assert [(one.where, one.facts["fetch"], one.facts["address"]) for one in found] == [
        (".env#L1", "no-transport", "f"),
        (".npmrc#L2", "no-transport", "http://d/"),
        (".yarnrc.yml#L1", "no-transport", "http://e"),
        ("pip.conf#L4", "extra-index", "https://b/s"),
        ("pip.conf#L5", "no-transport", "http://c/s"),
        ("pip.conf#L5", "extra-index", "http://c/s"),
    ]
    assert missed == []
