"""The configuration, whole: every section, its defaults and its bounds. The structs are the schema; unknown keys are errors."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

Port = Annotated[int, Meta(ge=0, le=65_535)]
Bytes = Annotated[int, Meta(ge=1, le=1 << 44)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Days = Annotated[int, Meta(ge=0, le=3_650)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the configuration file."""


class Bounds(Section, frozen=True):
    """What one connection and one call may take. Past it: a clear refusal, and the resources freed."""

    body_bytes: Bytes = 8 << 20
    """A request body."""
    header_bytes: Bytes = 32 << 10
    """All header bytes of a request, its request line included."""
    header_count: Count = 100
    """Header lines of a request."""
    header_seconds: Seconds = 10
    """From the first byte of a request to the end of its headers."""
    body_seconds: Seconds = 60
    """From the end of the headers to the end of the body."""
    min_body_rate: Count = 512
    """Bytes a second a sender must keep up, judged after five seconds."""
    min_drain_rate: Count = 512
    """Bytes a second a reader must take once the write buffer is full, judged after five seconds."""
    idle_seconds: Seconds = 75
    """How long a kept-alive connection may say nothing."""
    json_depth: Annotated[int, Meta(ge=4, le=512)] = 64
    """Objects and lists inside one another."""
    json_values: Count = 200_000
    """Values (strings, numbers, objects …) in one request."""
    event_bytes: Bytes = 1 << 20
    """One server-sent event of an answer."""
    answer_bytes: Bytes = 64 << 20
    """The whole answer of the model."""
    connections: Count = 2_048
    """Connections open at once."""
    concurrent_calls: Count = 1_024
    """Calls examined or answered at once; the next one is told to come back later."""


class Upstream(Section, frozen=True):
    """The model endpoint behind the gateway."""

    url: str = ""
    """Base path of its OpenAI-compatible surface, e.g. ``https://host/v1``; empty: the bundled model."""
    key: str = ""
    """Its credential. Better: ``key_file``, or the environment variable named by ``key_env``."""
    key_file: str = ""
    """File that holds the credential."""
    key_env: str = "YANMEN_UPSTREAM_KEY"
    """Environment variable that holds the credential."""
    headers: dict[str, str] = msgspec.field(default_factory=lambda: {"authorization": "Bearer {key}"})
    """Header templates; ``{key}`` is the credential. Azure OpenAI: ``{"api-key" = "{key}"}``."""
    query: dict[str, str] = {}
    """Added to each call's query string, e.g. ``{"api-version" = "2025-03-01"}``."""
    connect_seconds: Seconds = 10
    """To open a connection, TLS included."""
    first_byte_seconds: Seconds = 300
    """From the call sent to the first byte of the answer."""
    between_bytes_seconds: Seconds = 60
    """Between two pieces of an answer."""
    connections: Count = 512
    """Connections to the endpoint at once."""
    ca_file: str = ""
    """Certificates to trust (PEM) instead of the system's."""


class Gateway(Section, frozen=True):
    """Door 1: calls."""

    host: str = "127.0.0.1"
    """Address to listen on; the default is this machine only."""
    port: Port = 8080
    """0: any free one."""
    upstream: Upstream = Upstream()
    bounds: Bounds = Bounds()
    safe_answer: Annotated[str, Meta(max_length=2_000)] = ""
    """Text that stands in the place of an answer that policy withholds, with HTTP 200 and ``content_filter``; empty: an error."""
    allow_fields: tuple[str, ...] = ()
    """Request fields that policy would refuse or strip, let through all the same, e.g. ``guided_json``."""
    open_probes: bool = False
    """Answer ``/healthz``, ``/readyz`` and ``/metrics`` to anyone; false: to this machine only."""
    trusted_proxies: tuple[str, ...] = ()
    """Proxies in front (addresses or networks): what they say of the client in ``x-forwarded-for`` or ``forwarded`` is believed."""
    tls_certificate: str = ""
    """Certificate with its chain (PEM): the gateway speaks HTTPS by itself. Empty: HTTP."""
    tls_key: str = ""
    """The certificate's key (PEM), without a passphrase."""


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


class Config(Section, frozen=True):
    """Everything ``yanmen.toml`` may say."""

    data: str = "data"
    """Folder of the store, keys and secrets."""
    language: str = ""
    """``en`` or ``zh``; empty: the locale's."""
    gateway: Gateway = Gateway()
    console: Console = Console()
    policy: Policy = Policy()
    guard: Guard = Guard()
    store: Store = Store()
    soc: Soc = Soc()
    telemetry: Telemetry = Telemetry()
    tenants: dict[str, Tenant] = {}
    """By name: what is kept of each."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration and where each value that is not a default came from."""

    config: Config
    sources: dict[str, str]
    """Dotted name to ``yanmen.toml:12``, ``--port`` or ``YANMEN_GATEWAY_PORT``."""


_ENVIRONMENT = "YANMEN_CONFIG__"


def load(file: Path | None = None, overrides: Mapping[str, tuple[str, Any]] | None = None) -> Loaded:
    """Read a configuration.

    Order, later wins: defaults, the file, the environment (``YANMEN_CONFIG__GATEWAY__PORT=9000``), overrides
    (dotted name to (flag, value)). Raises YanmenError with ``file:line`` for whatever is wrong.
    """
    text, tree = "", {}
    if file is not None:
        try:
            text = file.read_text("utf-8")
            tree = tomllib.loads(text)
        except OSError as error:
            why = foreign.system(error)
            raise YanmenError(
                Phrase(en=f"cannot read {file}: {why.en}", zh=f"无法读取 {file}：{why.zh}"),
                hint=Phrase(en="Name a file that exists.", zh="请指定一个存在的文件。"),
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            where = f"{file}:{_broken_line(file, str(error))}"
            hint = Phrase(en="The file must be TOML in UTF-8.", zh="该文件须为 UTF-8 编码的 TOML。")
            raise YanmenError(foreign.toml(error), where=where, hint=hint) from error
        _convert(tree, file, text)
    sources = {name: f"{file}:{line_of(text, name)}" for name in _leaves(tree)}
    for variable, raw in sorted(os.environ.items()):
        if variable.startswith(_ENVIRONMENT):
            dotted = variable.removeprefix(_ENVIRONMENT).lower().replace("__", ".")
            _put(tree, dotted, _scalar(raw))
            sources[dotted] = variable
    for dotted, (flag, value) in (overrides or {}).items():
        _put(tree, dotted, value)
        sources[dotted] = flag
    return Loaded(config=_convert(tree, None, "", sources), sources=sources)


def _convert(
    tree: dict[str, Any], file: Path | None, text: str, sources: Mapping[str, str] | None = None
) -> Config:
    try:
        return msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        why, path = foreign.validation(error)
        dotted = _named(tree, re.sub(r"\[\d+\]", "", path.removeprefix("$").strip(".")))
        if unknown := re.search(r"unknown field `([^`]*)`", why.en):
            dotted = f"{dotted}.{unknown[1]}".strip(".")
        where = f"{file}:{line_of(text, dotted)}" if file else (sources or {}).get(dotted, dotted)
        raise YanmenError(
            Phrase(en=f"{dotted}: {why.en}", zh=f"{dotted}：{why.zh}"),
            where=where,
            hint=Phrase(
                en="See `yanmen config show` for every name and its default.",
                zh="全部名称与默认值见 `yanmen config show`。",
            ),
        ) from error


def _named(tree: dict[str, Any], path: str) -> str:
    """The path with ``[...]``, as msgspec writes any key of a table, replaced by the key whose value is wrong."""
    before, wild, after = path.partition("[...]")
    table: Any = tree
    for name in before.split("."):
        table = table.get(name, {})
    for key in table if wild else ():
        alone: dict[str, Any] = {}
        _put(alone, before, {key: table[key]})
        try:
            msgspec.convert(alone, Config)
        except msgspec.ValidationError:
            return f"{before}.{key}{after}"
    return before + after


def line_of(text: str, dotted: str) -> int:
    """The line (from 1) of a TOML text where a dotted name, or else the nearest table around it, is written."""
    best, best_length, table = 1, -1, ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = name = _bare(header[1])
        elif key := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            name = f"{table}.{_bare(key[1])}".strip(".")
        else:
            continue
        if (dotted == name or dotted.startswith(name + ".")) and len(name) > best_length:
            best, best_length = number, len(name)
    return best


def _broken_line(file: Path, message: str) -> int:
    """The line that a parser's message names; the last one where the file ends too early or is no text."""
    named = re.search(r"at line (\d+)", message)
    return int(named[1]) if named else max(1, len(file.read_bytes().splitlines()))


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in tree.items():
        dotted = f"{prefix}{key}"
        names += _leaves(value, dotted + ".") if isinstance(value, dict) else [dotted]
    return names


def _put(tree: dict[str, Any], dotted: str, value: object) -> None:
    *tables, last = dotted.split(".")
    for table in tables:
        tree = tree.setdefault(table, {})
    tree[last] = value


def _scalar(raw: str) -> object:
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw


def _bare(name: str) -> str:
    return re.sub(r"[\"'\s]", "", name)
