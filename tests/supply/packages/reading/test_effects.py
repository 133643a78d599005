"""Effects."""

from __future__ import annotations

from yanmen.supply.packages.reading.effects import Trigger, holed, host_of


def test_triggers_are_ordered_and_hosts_are_read() -> None:
    """What needs less of a user is higher; a host is named without user and port."""
    assert Trigger.INSTALL > Trigger.STARTUP > Trigger.IMPORT > Trigger.CALLED
    assert host_of("https://user@Host.example:8/x") == "host.example"
    assert host_of("nothing") == "?"
    assert holed("a\x00b") == "a…b"
