"""A component with all that is known of it."""

from __future__ import annotations

from yanmen.supply.assessed import Assessed, Licensed, Path
from yanmen.supply.targets import Component


def test_nothing_is_known_until_somebody_looked() -> None:
    """No match is not a clean one, no path is not "unreached", no licence is not an allowed one."""
    assessed = Assessed(component=Component(purl="pkg:pypi/a@1", ecosystem="PyPI", name="a"))

    assert assessed.match.checked == assessed.match.malicious == "not-checked"
    assert not assessed.paths
    assert assessed.licence is None
    assert not Path().state
    assert Licensed().word == "allow"
