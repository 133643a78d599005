"""``yanmen keys``: make, list, rotate and revoke API keys. Works while the gateway runs and while it does not."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.clock import DAY, SECOND, iso, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.language import Messages
from yanmen.core.nouns import Event, Ref
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.store import Key, Store

_MESSAGES = Messages(Path(__file__).parent / "messages" / "keys")
_SCOPES = ("call", "guard", "intel", "admin")
_DAYS = 36_500  # a hundred years
_WAIT_SECONDS = 30
_AMOUNT = click.IntRange(0, 1_000_000_000)


@click.group("keys", help=tongue("API keys.", "API 密钥。"))
def command() -> None:
    """Nothing of its own."""


@command.command("create", help=tongue("Make a key; it is shown this once.", "创建密钥；仅显示这一次。"))
@click.option("--name", required=True, help=tongue("Whose it is, or what for.", "归属或用途。"))
@click.option("--tenant", default="default", show_default=True, help=tongue("Its tenant.", "所属租户。"))
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(_SCOPES),
    multiple=True,
    default=("call",),
    show_default=True,
    help=tongue("What it may do; may be given again.", "权限，可多次给出。"),
)
@click.option(
    "--expires",
    "days",
    type=click.IntRange(1, _DAYS),
    help=tongue("Days until it ends; else never.", "多少天后到期；缺省永不到期。"),
)
@click.option("--team", default="", help=tongue("Its team within the tenant.", "所属团队。"))
@click.option("--rpm", type=_AMOUNT, default=0, help=tongue("Requests a minute.", "每分钟请求数上限。"))
@click.option("--tpm", type=_AMOUNT, default=0, help=tongue("Tokens a minute.", "每分钟 token 数上限。"))
@click.option("--concurrent", type=_AMOUNT, default=0, help=tongue("Calls at once.", "并发调用数上限。"))
@click.option(
    "--context", type=_AMOUNT, default=0, help=tongue("Tokens of one prompt.", "单个提示词的 token 数上限。")
)
@click.option(
    "--budget",
    "budgets",
    multiple=True,
    help=tongue(
        "5usd/month, 2000000tokens/day, 100requests/total; may be given again.",
        "预算，如 5usd/month、2000000tokens/day、100requests/total；可多次给出。",
    ),
)
@click.option(
    "--models",
    "models",
    multiple=True,
    help=tongue("Only these models, e.g. gpt-4*.", "仅限这些模型，如 gpt-4*。"),
)
@click.option(
    "--surfaces",
    "surfaces",
    multiple=True,
    help=tongue("Only these surfaces, e.g. chat.", "仅限这些接口，如 chat。"),
)
@click.option(
    "--ips",
    "ips",
    multiple=True,
    help=tongue("Only from these addresses or networks.", "仅限来自这些地址或网段。"),
)
@click.option(
    "--priority",
    type=click.Choice(["high", "normal", "low"]),
    default="normal",
    show_default=True,
    help=tongue("How soon it is served in a crowd.", "拥塞时的优先级。"),
)
@data_option
@json_option
def create(  # one a flag
    name: str,
    tenant: str,
    scopes: tuple[str, ...],
    days: int | None,
    data: Path,
    *,
    as_json: bool,
    **terms: Any,
) -> None:
    """Durable before it is shown; good at the doors within a tenth of a second."""
    from yanmen.store import Key, Store

    if not name.strip() or not tenant.strip():
        raise YanmenError(_MESSAGES.phrase("nameless"), hint=_MESSAGES.phrase("name"))
    at, text = now(), new_key()
    whole = {
        "id": new_id("key"),
        "hash": key_hash(text),
        "name": name,
        "tenant": tenant,
        "scopes": tuple(dict.fromkeys(scopes)),
        "created": at,
        "expires": at + days * DAY if days else 0,
        **_terms(**terms),
    }
    key = _key(whole, Key)
    with Store.open(data) as store:
        _write(store, "key.created", key.id, {"key": msgspec.to_builtins(key)})
    if as_json:
        _print_json(_public(key) | {"key": text})
        return
    said = {"id": key.id, "name": visible(name), "tenant": visible(tenant), "scopes": ", ".join(key.scopes)}
    click.echo(_MESSAGES.say("created", **said, ends=_end(key)))
    click.echo(text)


@command.command("list", help=tongue("Every key, the oldest first.", "列出全部密钥，旧的在前。"))
@data_option
@json_option
def listed(data: Path, *, as_json: bool) -> None:
    """One line a key. No key's text is stored, so none is shown."""
    with _existing(data) as store:
        keys = store.keys.list()
    if as_json:
        _print_json([_public(key) for key in keys])
        return
    for key in keys:
        state = "over" if key.revoked else "stands" if key.usable(now()) else "ended"
        named = (key.id, visible(key.name), visible(key.tenant), ",".join(key.scopes))
        fields = (*named, _MESSAGES.say(state), _end(key))
        click.echo("  ".join(fields))
    if not keys:
        click.echo(_MESSAGES.say("none"))


@command.command(
    "rotate",
    help=tongue("Replace a key; the old one works a little longer.", "轮换密钥；旧密钥保留一段宽限期。"),
)
@click.argument("key")
@click.option(
    "--grace",
    type=click.IntRange(0, 31_536_000),
    default=3_600,
    show_default=True,
    help=tongue("Seconds the old one still works.", "旧密钥继续可用的秒数。"),
)
@click.option(
    "--expires",
    "days",
    type=click.IntRange(1, _DAYS),
    help=tongue(
        "Days until the new one ends; else as long as the old one was made for.",
        "新密钥的有效天数；缺省与旧密钥相同。",
    ),
)
@data_option
@json_option
def rotate(key: str, grace: int, days: int | None, data: Path, *, as_json: bool) -> None:
    """The new one has the old one's name, tenant and scopes."""
    at, text = now(), new_key()
    with _existing(data) as store:
        old = _named(store, key)
        if not old.usable(at):
            raise YanmenError(_MESSAGES.phrase("gone", id=old.id), hint=_MESSAGES.phrase("anew"))
        lasts = days * DAY if days else old.expires - old.created if old.expires else 0
        new = msgspec.structs.replace(
            old,
            id=new_id("key"),
            hash=key_hash(text),
            created=at,
            expires=at + lasts if lasts else 0,
            replaces=old.id,
        )
        told = {"key": msgspec.to_builtins(new), "replaces": old.id, "until": at + grace * SECOND}
        _write(store, "key.rotated", new.id, told)
    if as_json:
        _print_json(_public(new) | {"key": text})
        return
    click.echo(_MESSAGES.say("rotated", id=new.id, old=old.id, grace=grace))
    click.echo(text)


@command.command(
    "collect",
    help=tongue(
        "Take a key that a playbook made; it is shown this once.", "领取剧本换发的密钥；仅显示这一次。"
    ),
)
@click.argument("key")
@data_option
@json_option
def collect(key: str, data: Path, *, as_json: bool) -> None:
    """By its id or that of the key it replaces. What was taken is erased."""
    from yanmen.soc import handover

    with _existing(data) as store:
        name = _named(store, key.removeprefix("key:")).id
        made, text = handover.collect(store, name, actor=Ref(kind="user", id=getpass.getuser()))
    if as_json:
        _print_json(_public(made) | {"key": text})
        return
    click.echo(_MESSAGES.say("collected", id=made.id, old=made.replaces, name=visible(made.name)))
    click.echo(text)


@command.command("revoke", help=tongue("End a key at once, for good.", "立即永久吊销密钥。"))
@click.argument("key")
@click.option("--reason", default="", help=tongue("Why; it is kept.", "原因，会留档。"))
@data_option
@json_option
def revoke(key: str, reason: str, data: Path, *, as_json: bool) -> None:
    """By its id or the beginning of it. Doing it twice is harmless."""
    with _existing(data) as store:
        found = _named(store, key)
        if not found.revoked:
            _write(store, "key.revoked", found.id, {"key": found.id, "reason": reason})
        after = store.keys.get(found.id) or found
    if as_json:
        _print_json(_public(after))
    elif found.revoked:
        click.echo(_MESSAGES.say("already", id=found.id, name=visible(found.name), at=iso(found.revoked)))
    else:
        click.echo(_MESSAGES.say("revoked", id=found.id, name=visible(found.name)))


def _terms(
    *,
    rpm: int,
    tpm: int,
    concurrent: int,
    context: int,
    budgets: tuple[str, ...],
    ips: tuple[str, ...],
    **terms: Any,
) -> dict[str, Any]:
    """What the key may use, and where; YanmenError for what is no address."""
    from yanmen.gateway.limits.scopes import checked

    checked(terms["surfaces"], ips)
    numbers = {
        "requests_per_minute": rpm,
        "tokens_per_minute": tpm,
        "concurrent": concurrent,
        "context_tokens": context,
    }
    return {**terms, "ips": ips, "limits": {**numbers, "budgets": budgets}}


def _key(whole: dict[str, Any], kind: type[Key]) -> Key:
    try:
        return msgspec.convert(whole, kind)
    except msgspec.ValidationError as error:
        if "budgets" not in str(error):
            raise
        raise YanmenError(_MESSAGES.phrase("no-budget"), hint=_MESSAGES.phrase("budget")) from error


def _existing(data: Path) -> Store:
    from yanmen.store import Store

    if not Store.exists(data):
        raise YanmenError(_MESSAGES.phrase("no-store", data=data), hint=_MESSAGES.phrase("where"))
    return Store.open(data)


def _named(store: Store, start: str) -> Key:
    """The one key whose id begins so, with or without ``key_``."""
    wanted = start if start.startswith("key_") else f"key_{start}"
    if exact := store.keys.get(wanted):
        return exact
    found = [key for key in store.keys.list() if key.id.startswith(wanted)]
    if not found or not start:
        raise YanmenError(_MESSAGES.phrase("unknown", start=visible(start)), hint=_MESSAGES.phrase("list"))
    if len(found) > 1:
        said = _MESSAGES.phrase("several", count=len(found), start=visible(start))
        raise YanmenError(said, hint=_MESSAGES.phrase("longer"))
    return found[0]


def _write(store: Store, kind: str, key: str, data: dict[str, object]) -> None:
    actor, subject = Ref(kind="user", id=getpass.getuser()), Ref(kind="key", id=key)
    event = Event(id=new_id("evt"), at=now(), kind=kind, actor=actor, subject=subject, data=data)
    store.append(event).result(_WAIT_SECONDS)


def _public(key: Key) -> dict[str, object]:
    """What may be shown of a key: all but its hash; times as text, empty where there is none."""
    shown: dict[str, object] = msgspec.to_builtins(key)
    del shown["hash"]
    for name in ("created", "expires", "revoked"):
        shown[name] = iso(getattr(key, name)) if getattr(key, name) else ""
    return shown | {"usable": key.usable(now())}


def _end(key: Key) -> str:
    return _MESSAGES.say("ends", at=iso(key.expires)) if key.expires else _MESSAGES.say("never")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
