"""Whether the console is well, and a few counts of itself for Prometheus; neither says anything of the traffic."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yanmen.store import Store


class Health:
    """Counts requests, and answers /healthz and /metrics."""

    def __init__(self, store: Store) -> None:
        """Look at the store when asked whether all is well."""
        self._store = store
        self._registry = CollectorRegistry()
        labels = ("surface", "status")
        self._requests = Counter(
            "yanmen_console_requests_total", "Requests answered.", labels, registry=self._registry
        )
        self._seconds = Histogram(
            "yanmen_console_request_seconds", "Time to answer.", ("surface",), registry=self._registry
        )
        self._incidents = Gauge(
            "yanmen_console_open_incidents", "Incidents that are open.", registry=self._registry
        )

    def routes(self) -> list[Route]:
        """``/healthz`` and ``/metrics``."""
        return [Route("/healthz", self._healthz), Route("/metrics", self._metrics)]

    def counting(self, app: ASGIApp) -> ASGIApp:
        """The application, with its answers counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            surface = "api" if scope["path"].startswith("/api") else "pages"
            began = time.perf_counter()

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._requests.labels(surface, str(message["status"])).inc()
                    self._seconds.labels(surface).observe(time.perf_counter() - began)
                await send(message)

            await app(scope, receive, sending)

        return counted

    def _healthz(self, request: Request) -> Response:
        del request
        self._store.version()
        return PlainTextResponse("ok\n")

    def _metrics(self, request: Request) -> Response:
        del request
        self._incidents.set(self._store.incidents.count("open"))
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
