"""The sections of the rooms behind the doors."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from yanmen.core.config.section import Bytes, Count, Days, Port, Seconds, Section


class Console(Section, frozen=True):
    """The analysts' pages and the JSON API."""

    host: str = "127.0.0.1"
    """Address to listen on; the default is this machine only."""
    port: Port = 8081
    """0: any free one."""
    session_hours: Count = 12
    """After so many hours a person logs in again."""
    secure_cookies: bool = False
    """Set it when the console stands behind TLS."""
    hosts: tuple[str, ...] = ()
    """Host names under which browsers reach it, beside the loopback names and ``host``: any other is refused (DNS rebinding)."""


class Policy(Section, frozen=True):
    """Where findings become decisions."""

    files: tuple[str, ...] = ()
    """Policy files; none: the built-in policy."""
    shadow_days: Days = 0
    """Only say what would have been decided, for so many days from the first start."""


class Guard(Section, frozen=True):
    """The detectors of texts."""

    deadline_seconds: Seconds = 2
    """An examination past it is *could not judge*."""
    learned: bool = True
    """Judge prompts by the learned models too; false: by patterns alone."""
    encoder_workers: Annotated[int, Meta(ge=1, le=64)] = 1
    """Processes that hold the encoder, about 150 MB each."""
    max_text_chars: Count = 1_000_000
    """A longer string is *could not judge*."""
    packs: tuple[str, ...] = ()
    """More pattern packs (files), beside the built-in ones."""
    grading: str = ""
    """A scheme of classes and levels of personal data (YAML); empty: the built-in one, after GB/T 43697-2024."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts that images and links of answers may lead to; ``*.example.com``: all below it. Empty: only what carries data is cut."""
    images: bool = False
    """Read what is written in images of prompts, about a second each; needs the extra ``images``. False: they are *could not
    judge*."""
    image_hosts: tuple[str, ...] = ()
    """Hosts from which images are fetched that a prompt only names; ``*.example.com``: all below it. They go on as what was
    read."""
    image_seconds: Seconds = 20
    """All images of a call together; past it they are *could not judge*."""
    image_bytes: Bytes = 8 << 20
    """A larger image is *could not judge*."""
    image_workers: Annotated[int, Meta(ge=1, le=64)] = 1
    """Processes that read images, about 400 MB each, started by the first image."""
    grounding: bool = False
    """Compare answers with the context of their call, where there is one (English). Recorded only, by the built-in policy."""
    keyword_banks: tuple[str, ...] = ()
    """Banks of words (files), beside the built-in one: one term a line, a tab, its risk and its level."""
    canaries: tuple[str, ...] = ()
    """Words that you have put into system prompts and that stand nowhere else: an answer that says one has leaked its prompt."""


class Tenant(Section, frozen=True):
    """What is kept of one tenant's prompts and answers. By default: nothing but hashes, sizes, spans and masked evidence."""

    keep_content: bool = False
    """Keep prompts and answers, encrypted, for investigation."""
    keep_days: Days = 30
    """Kept content is erased after so many days."""


class Store(Section, frozen=True):
    """The record."""

    url: str = ""
    """``postgresql://…``: a record that many nodes share; empty: SQLite in the data folder."""
    when_unavailable: Literal["closed", "spool"] = "closed"
    """While the shared record cannot be written: refuse calls, or keep what is said of them on this machine's disk meanwhile."""
    spool_bytes: Bytes = 256 << 20
    """Past it the spool is full, and calls are refused."""
    patience_seconds: Annotated[float, Meta(ge=0.1, le=60)] = 3
    """The shared record is unavailable when it has not answered for so long."""
    max_bytes: Bytes = 4 << 30
    """Past it the bodies of the oldest events of allowed traffic are dropped; their leaves stay, so the log verifies."""
    keep_days: Days = 365
    """Events of allowed traffic older than so many days are dropped in the same way; 0: only for want of room."""
    mask_hours: Annotated[int, Meta(ge=1, le=8_760)] = 24
    """What stands behind placeholders is erased so many hours after the last call that sent it."""
    commit_milliseconds: Annotated[int, Meta(ge=1, le=100)] = 40
    """How long events of allowed traffic are gathered before one commit."""


class Soc(Section, frozen=True):
    """Incidents and response."""

    webhooks: tuple[str, ...] = ()
    """Addresses that are told of incidents, by POST of JSON."""
    webhook_secret_file: str = ""
    """Signs each notice: ``x-yanmen-signature: sha256=…``."""
    automatic: bool = True
    """Playbooks run by themselves; false: an analyst runs them."""


class Telemetry(Section, frozen=True):
    """What Yanmen says of itself, to addresses you name. There is no other telemetry."""

    otlp_endpoint: str = ""
    """Where OpenTelemetry traces go, e.g. ``http://127.0.0.1:4318``; empty: nowhere. Needs the extra ``otel``."""
    log_level: str = "info"
    """``debug``, ``info``, ``warning`` or ``error``."""
