"""``yanmen selftest``, on the real guard and policy. The running gateway is tried in tests/end_to_end."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from yanmen.cli import yanmen_command
from yanmen.core.errors import YanmenError


def test_every_carrier_is_seen() -> None:
    """Requests, answers and streams; exit code 0."""
    done = CliRunner().invoke(yanmen_command, ["selftest", "--json"])
    sights = json.loads(done.output)

    assert done.exit_code == 0
    assert all(sight["seen"] for sight in sights)
    assert {"request tool result", "answer content", "stream tool arguments"} <= {
        one["carrier"] for one in sights
    }


@pytest.mark.parametrize(("locale", "said"), [("en", "carriers are looked at"), ("zh", "在防护之内")])
def test_the_plain_form_counts(monkeypatch: pytest.MonkeyPatch, locale: str, said: str) -> None:
    """In the reader's language."""
    monkeypatch.setenv("YANMEN_LANG", locale)

    assert said in CliRunner().invoke(yanmen_command, ["selftest"]).output


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--url", "http://127.0.0.1:9"], "asks for a key"),
        (["--url", "http://127.0.0.1:9", "--key", "ym_x"], "no gateway answers"),
        (["--url", "ftp://127.0.0.1", "--key", "ym_x"], "is not an address"),
    ],
)
def test_a_gateway_that_cannot_be_asked_is_an_error(words: list[str], fault: str) -> None:
    """Never a pass."""
    done = CliRunner().invoke(yanmen_command, ["selftest", *words], env={"YANMEN_KEY": ""})

    assert isinstance(done.exception, YanmenError)
    assert fault in str(done.exception)
