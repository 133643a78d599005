"""A store, and sign-ups made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from yanmen.core.clock import now
from yanmen.soc.abuse.registration import Registration
from yanmen.store import Store

FAMILY = ("berger", "wagner", "keller", "berger-nowak", "sommer")
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real store."""
    with Store.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def sign_up() -> Callable[..., Registration]:
    """Makes a sign-up by number: a person of its own in everything, but for what is said otherwise."""

    def make(number: int, **said: Any) -> Registration:
        name = ("anna", "maria", "jonas", "paul", "laura", "felix")[number % 6]
        own: dict[str, Any] = {
            "at": now(),
            "ip": f"198.51.{number % 250}.{number // 250 + 1}",
            "email": f"{name}{('.', '_', '')[number % 3]}{FAMILY[number // 6 % len(FAMILY)]}{number // 30 or ''}@gmail.com",
            "name": f"{name.title()} Berger",
            "user_agent": CHROME,
            "ja4": f"t13d_{number % 7}",
            "device": f"device-{number}",
            "form_seconds": 20.0 + number * 7 % 60,
        }
        return Registration(id=f"r{number}", **(own | said))

    return make
