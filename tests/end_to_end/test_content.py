"""Prompts and answers: not kept by default; kept where a tenant asks for it, sealed, and erased without a crack in the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import openai
import pytest

from yanmen.core.clock import DAY, now
from yanmen.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.end_to_end.conftest import Running

WORD = "zebrafish"


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory, launch: Callable[..., Running]) -> Running:
    """A system whose default tenant keeps prompts and answers for a week."""
    folder = tmp_path_factory.mktemp("keeping")
    file = folder / "yanmen.toml"
    file.write_text("[tenants.default]\nkeep_content = true\nkeep_days = 7\n")
    return launch(folder / "data", "--config", str(file))


def test_kept_texts_are_sealed_committed_to_and_erased_for_good(keeping: Running) -> None:
    """The log verifies before and after; the word is nowhere on disk, and after the erasure nowhere at all."""
    with openai.OpenAI(base_url=f"{keeping.gateway}/v1", api_key=keeping.key, max_retries=0) as sdk:
        for stream in (False, True):
            sdk.chat.completions.create(
                model="smollm2-135m",
                stream=stream,
                max_tokens=4,
                messages=[{"role": "user", "content": f"Tell me about a {WORD}."}],
            )

    keeping.cli("audit", "verify")
    assert kept(keeping.data) > 0
    assert not any(WORD.encode() in file.read_bytes() for file in keeping.data.rglob("*") if file.is_file())

    keeping.cli("content", "erase", "--tenant", "default", "--yes")

    assert kept(keeping.data) == 0
    keeping.cli("audit", "verify")


def kept(data: Path) -> int:
    """How many of the texts that the record commits to can be opened and hold the word."""
    with Store.open(data) as store:
        calls = [one.event for one in store.events.after(0, kinds=("call.",))]
        texts = [store.content.get(call.id, name) for call in calls for name in call.data.get("content", {})]
    return sum(WORD.encode() in text for text in texts if text)


def test_a_kept_text_ends_when_its_tenant_says(keeping: Running) -> None:
    """Seven days after it was kept, not the thirty of the default."""
    with openai.OpenAI(base_url=f"{keeping.gateway}/v1", api_key=keeping.key, max_retries=0) as sdk:
        sdk.chat.completions.create(
            model="smollm2-135m", max_tokens=4, messages=[{"role": "user", "content": WORD}]
        )

    with Store.open(keeping.data, clock=lambda: now() + 8 * DAY) as later:
        calls = later.events.after(0, kinds=("call.",))
        assert not any(later.content.get(one.event.id, "request") for one in calls)
