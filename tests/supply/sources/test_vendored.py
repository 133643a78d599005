"""Lists of what is carried within."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.vendored import VendorLists
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]


def test_lists_of_vendored_packages(lay: Lay, ask: Ask) -> None:
    """Within installed packages too."""
    root = lay(
        {
            "lib/site-packages/pip/_vendor/vendor.txt": "requests==2.32\n    certifi==2024.1\n-x\n!!\n",
            "vendor.txt": "not==1\n",
        }
    )
    found, missed = ask(root, VendorLists())

    assert [(one.purl, one.how) for one in found] == [
        ("pkg:pypi/requests@2.32", "vendored"),
        ("pkg:pypi/certifi@2024.1", "vendored"),
    ]
    assert [one.reason for one in missed] == ["malformed"]
