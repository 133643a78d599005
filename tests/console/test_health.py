"""Health and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_metrics_count_answers_and_open_incidents(scene: Scene) -> None:
    """In Prometheus' format, and without a name of anybody."""
    scene.incident()
    async with scene.browser() as browser:
        assert (await browser.get("/healthz")).text == "ok\n"
        await browser.get("/login")
        text = (await browser.get("/metrics")).text

    assert "yanmen_console_open_incidents 1.0" in text
    assert 'yanmen_console_requests_total{status="200",surface="pages"}' in text
    assert "admin" not in text
