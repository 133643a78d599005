"""``yanmen up``: the doors, the console and (with no upstream given) the bundled model, in one process group."""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, cast

import click
import msgspec

from yanmen.cli import supervisor, workers
from yanmen.cli.options import tongue
from yanmen.cli.processes import Child, door, model, watch
from yanmen.console.accounts import ADMIN, ensure_admin
from yanmen.core import config as configuration
from yanmen.core.clock import now
from yanmen.core.config import Config
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.language import Messages
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.store import Key, Store
from yanmen.store.locks import held

_MESSAGES = Messages(Path(__file__).parent / "messages" / "up")


@click.command(
    "up", help=tongue("Start everything and show where to look.", "启动全部组件，并显示访问地址。")
)
@click.option(
    "--config", "file", type=click.Path(path_type=Path), help=tongue("Configuration file.", "配置文件。")
)
@click.option(
    "--upstream",
    help=tongue("Base URL of your model endpoint, e.g. https://host/v1.", "模型服务的基础地址。"),
)
@click.option("--data", help=tongue("Folder of the store.", "数据目录。"))
@click.option(
    "--store",
    help=tongue("A record that nodes share: postgresql://…", "多节点共享的记录数据库：postgresql://…"),
)
@click.option(
    "--counters",
    help=tongue("Counts that nodes share: valkey://…", "多节点共享的计数服务：valkey://…"),
)
@click.option(
    "--workers",
    type=int,
    help=tongue("Gateway processes behind one port.", "同一端口上的网关进程数。"),
)
@click.option(
    "--port", type=int, help=tongue("The gateway's port; 0: a free one.", "网关端口；0 表示任选空闲端口。")
)
@click.option(
    "--console-port", type=int, help=tongue("The console's port; 0: a free one.", "控制台端口；0 同上。")
)
@click.option(
    "--shadow-days", type=int, help=tongue("Only report, for so many days.", "先观察若干天，只报告不拦截。")
)
@click.option(
    "--ready-json", is_flag=True, help=tongue("Print one line of JSON when ready.", "就绪时输出一行 JSON。")
)
def command(file: Path | None, *, ready_json: bool, **flags: str | int | None) -> None:
    """Start everything; end on Ctrl-C or SIGTERM."""
    names = {
        "upstream": "gateway.upstream.url",
        "data": "data",
        "store": "store.url",
        "counters": "counters.url",
        "workers": "gateway.workers",
        "port": "gateway.port",
        "console_port": "console.port",
        "shadow_days": "policy.shadow_days",
    }
    given: dict[str, tuple[str, Any]] = {
        names[flag]: (f"--{flag.replace('_', '-')}", value)
        for flag, value in flags.items()
        if value is not None
    }
    config = configuration.load(file, given).config
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    again = threading.Event()
    if not sys.stdin.isatty():  # a terminal that is closed ends what was started in it
        signal.signal(signal.SIGHUP, lambda *_: again.set())
    roll = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: roll.set())
    children: list[Child] = []
    shared = workers.listening(config)
    try:
        ready = _start(config, children, stop, shared, quiet=ready_json)
        if stop.is_set():
            return
        ready |= _first_password(config)
        click.echo(json.dumps(ready) if ready_json else _welcome(ready, config))
        supervisor.tell("READY=1")
        if not watch(children, stop, _note, lambda: _renewed(file, given, children, again, roll, shared)):
            raise SystemExit(1)
    finally:
        supervisor.tell("STOPPING=1")
        if children:
            _note("stopping", "")
        for child in reversed(children):
            child.stop()
        if shared is not None:
            shared.close()


def _renewed(
    file: Path | None,
    given: dict[str, tuple[str, Any]],
    children: list[Child],
    again: threading.Event,
    roll: threading.Event,
    shared: socket.socket | None,
) -> None:
    """What signals have asked for: SIGHUP another configuration, SIGUSR1 other gateway processes, one after another."""
    _renew(file, given, children, again)
    if roll.is_set():
        roll.clear()
        workers.roll(children, shared, _note)


def _renew(
    file: Path | None, given: dict[str, tuple[str, Any]], children: list[Child], again: threading.Event
) -> None:
    """On SIGHUP: read the configuration anew and hand it to the gateway, which takes up what it can."""
    if not again.is_set():
        return
    again.clear()
    gateways = [child for child in children if workers.is_gateway(child)]
    old = cast("Config", gateways[0].config).gateway
    try:
        config = configuration.load(file, given).config
    except YanmenError as error:
        _note("not_renewed", str(error))
        return
    settings = msgspec.structs.replace(config.gateway, port=old.port)
    if any(child.name == "model" for child in children):
        settings = msgspec.structs.replace(settings, upstream=old.upstream)
    for gateway in gateways:
        gateway.tell(msgspec.structs.replace(config, gateway=settings))
    _note("renewed", "gateway")


def _first_key(config: Config) -> dict[str, str]:
    """Until a start has succeeded: mint an API key. The gateway knows it by the time the console is ready."""
    with Store.open(Path(config.data), config.store) as store:
        if store.accounts.get(ADMIN) is not None:
            return {}
        text = new_key()
        key = Key(id=new_id("key"), hash=key_hash(text), name="first", created=now())
        actor = Ref(kind="process", id="up")
        subject = Ref(kind="key", id=key.id)
        data = {"key": msgspec.to_builtins(key)}
        store.append(
            Event(id=new_id("evt"), at=now(), kind="key.created", actor=actor, subject=subject, data=data)
        ).result()
    return {"key": text}


def _first_password(config: Config) -> dict[str, str]:
    """On the first start that succeeds: mint the console's one-time password. One that fails must not use it up.

    Of nodes that start together for the first time, one mints it.
    """
    with Store.open(Path(config.data), config.store) as store, held(store.lock("first-start")):
        password = ensure_admin(store)
    return {"admin_password": password} if password else {}


def _start(
    config: Config,
    children: list[Child],
    stop: threading.Event,
    shared: socket.socket | None,
    *,
    quiet: bool,
) -> dict[str, str]:
    """Start the children in order, each when the one before is ready."""
    origins: dict[str, str] = {}
    for name in ("model", "gateway", "console"):
        if stop.is_set():
            return origins
        if name == "model":
            if config.gateway.upstream.url or config.gateway.upstreams:
                continue
            child = model(Path(config.data) / "logs")
        else:
            origins |= _first_key(config) if name == "console" else {}
            child = workers.gateway(name, config, shared) if name == "gateway" else door(name, config)
        if not quiet:
            _note("starting", name)
        children.append(child)
        child.start()
        if name == "model":
            upstream = msgspec.structs.replace(
                config.gateway.upstream, url=child.ready["url"], key_env="", headers={}
            )
            config = msgspec.structs.replace(
                config, gateway=msgspec.structs.replace(config.gateway, upstream=upstream)
            )
        elif name == "gateway":
            _others(config, children, child, stop, shared)
            origins[name] = _origin(config, child)
        else:
            origins[name] = f"http://{_shown(config.console.host)}:{child.ready['port']}"
            child.config = _at_port(config, name, child.ready["port"])
    return origins


def _others(
    config: Config,
    children: list[Child],
    first: Child,
    stop: threading.Event,
    shared: socket.socket | None,
) -> None:
    """Start the other gateways where there are to be several; each comes back on the port of the first."""
    settled = _at_port(config, "gateway", first.ready["port"])
    first.config = settled
    for child in workers.gateways(settled, shared)[1:]:
        if not stop.is_set():
            children.append(child)
            child.start()


def _origin(config: Config, child: Child) -> str:
    scheme = "https" if config.gateway.tls_certificate else "http"
    return f"{scheme}://{_shown(config.gateway.host)}:{child.ready['port']}"


def _at_port(config: Config, name: str, port: int) -> Config:
    """The configuration with which a child comes back on the port it had."""
    section = msgspec.structs.replace(getattr(config, name), port=port)
    return msgspec.structs.replace(config, **{name: section})


def _shown(host: str) -> str:
    host = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104  # shown, not bound
    return f"[{host}]" if ":" in host else host


def _welcome(ready: dict[str, str], config: Config) -> str:
    """What a person sees when everything runs."""
    bundled = not config.gateway.upstream.url and not config.gateway.upstreams
    model_name = "smollm2-135m" if bundled else "…"
    lines = [_MESSAGES.say("ready", gateway=ready["gateway"], console=ready["console"])]
    if "admin_password" in ready:
        lines.append(_MESSAGES.say("first", key=ready["key"], password=ready["admin_password"]))
    elif "key" in ready:
        lines.append(_MESSAGES.say("together", key=ready["key"]))
    key = ready.get("key", "ym_…")
    lines.append(_MESSAGES.say("try", gateway=ready["gateway"], key=key, model=model_name))
    return "\n".join(lines)


def _note(key: str, name: str) -> None:
    """A line on standard error about a child."""
    try:
        click.echo(_MESSAGES.say(key, name=name), err=True)
    except OSError as error:
        raise YanmenError(Phrase(en="standard error is closed", zh="标准错误输出已关闭")) from error
