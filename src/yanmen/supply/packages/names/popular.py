"""Names of popular packages of each ecosystem, as they are shipped beside this file."""

from __future__ import annotations

from functools import cache
from importlib import resources

from yanmen.supply.packages.package import Ecosystem

_FILES = {"PyPI": "pypi.txt", "npm": "npm.txt"}


@cache
def ranks(ecosystem: Ecosystem) -> dict[str, int]:
    """Name to place, the most popular first."""
    text = (resources.files(__package__) / _FILES[ecosystem]).read_text("utf-8")
    names = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: place for place, name in enumerate(names)}
