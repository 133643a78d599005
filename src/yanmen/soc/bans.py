"""Bans and their lifting. A ban is one decision in the store; every door sees it at its next look."""

from __future__ import annotations

import ipaddress
import re

import msgspec

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import PREFIX, is_key, key_hash
from yanmen.core.nouns import FOREVER, Decision, Event, Phrase, Reason, Ref, Verdict
from yanmen.intel.networks.origin import asn, country
from yanmen.soc.desk import WAIT_SECONDS
from yanmen.soc.wording import reason as own_words
from yanmen.store import Store

KINDS = ("key", "ip", "user", "tenant", "country", "asn", "network", "mcp", "tool")
"""What can be banned."""
WIDEST = {4: 8, 6: 19}
"""Shortest network prefix banned without ``force``: wider ones (more than a /8 of IPv4) are most likely a slip."""
LONGEST_NAME = 256
"""Characters of a user's or tenant's name."""

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}

_SUBJECTS = Phrase(
    en="Write key:ID, ip:203.0.113.0/24, user:NAME, tenant:NAME, country:DE, asn:AS64496, network:LIST, or a whole key or address.",
    zh="请写 key:编号、ip:203.0.113.0/24、user:名称、tenant:名称、country:DE、asn:AS64496 或 network:名单，也可直接写完整密钥或 IP 地址。",
)
_STANDING = Phrase(en="See `yanmen ban list`.", zh="生效中的封禁见 `yanmen ban list`。")


def seconds(text: str) -> int:
    """Seconds in ``90s``, ``30m``, ``2h``, ``7d``, ``2w`` or ``forever``; YanmenError for anything else."""
    if text == "forever":
        return FOREVER
    match = re.fullmatch(r"([1-9]\d{0,7})([smhdw])", text)
    if match is None:
        raise YanmenError(
            Phrase(en=f"{text!r} is no length of time", zh=f"{text!r} 不是有效的时长"),
            hint=Phrase(
                en="Write 90s, 30m, 2h, 7d, 2w or forever.", zh="请写 90s、30m、2h、7d、2w 或 forever。"
            ),
        )
    return min(int(match[1]) * _UNITS[match[2]], FOREVER)


def subject_of(store: Store, text: str) -> Ref:
    """What a person means by ``key:…``, ``ip:…``, ``user:…``, ``tenant:…``, a whole key or the start of its id, an address."""
    text = text.strip()
    if text.startswith((PREFIX, "key_")):
        text = f"key:{text}"
    elif _is_network(text):
        text = f"ip:{text}"
    try:
        ref = Ref.parse(text)
    except ValueError as error:
        raise YanmenError(
            Phrase(
                en=f"{own_words(text)} names nothing that can be banned",
                zh=f"{own_words(text)} 不是可封禁的对象",
            ),
            hint=_SUBJECTS,
        ) from error
    if ref.kind == "key":
        return Ref(kind="key", id=_key(store, ref.id))
    if ref.kind == "ip":
        return Ref(kind="ip", id=_network(ref.id))
    if ref.kind in {"country", "asn"}:
        said = country(ref.id) if ref.kind == "country" else asn(ref.id)
        ref = Ref(kind=ref.kind, id=said) if said else Ref(kind="?", id=ref.id)
    if ref.kind not in KINDS or not ref.id.isprintable() or len(ref.id) > LONGEST_NAME:
        raise YanmenError(
            Phrase(en=f"{own_words(text)} cannot be banned", zh=f"{own_words(text)} 不能封禁"),
            hint=_SUBJECTS,
        )
    return ref


def ban(
    store: Store,
    subject: Ref,
    *,
    reason: str,
    lasts: int,
    actor: Ref,
    by: str = "",
    name: str = "",
    terms: dict[str, str] | None = None,
    force: bool = False,
    challenge: bool = False,
) -> Decision:
    """Refuse a subject at every door from now on, for so many seconds (FOREVER: until lifted); durable on return.

    ``challenge``: let it in where it proves some work. ``by`` names the playbook; ``name`` is the decision's id
    when the caller has one: a ban of that id is made once.
    Raises YanmenError for what would lock the operator out (a key that administers, a very wide network) unless forced.
    """
    subject = subject_of(store, str(subject))
    if lasts < 1:
        raise YanmenError(
            Phrase(en="a ban lasts a second at least", zh="封禁时长至少一秒"),
            hint=Phrase(en="Write for example 2h.", zh="例如写 2h。"),
        )
    if not force:
        refuse_lockout(store, subject)
    known = store.decisions.get(name) if name else None
    if known is not None:
        return known
    decision = Decision(
        id=name or new_id("dec"),
        at=now(),
        subject=subject,
        verdict=Verdict.CHALLENGE if challenge else Verdict.BLOCK,
        because=(
            Reason(rule="key.leaked" if by == "leaked-key" else "operator", by=by, note=own_words(reason)),
        ),
        policy=f"playbook/{by}" if by else "operator",
        lasts=min(lasts, FOREVER),
        terms=dict(terms or {}),
    )
    store.append(
        Event(
            id=new_id("evt"),
            at=decision.at,
            kind="decision.made",
            actor=actor,
            subject=subject,
            data={"decision": msgspec.to_builtins(decision)},
        )
    ).result(WAIT_SECONDS)
    return decision


def lift(store: Store, decision: str, *, reason: str, actor: Ref) -> Decision:
    """End a standing decision; durable on return. Lifting what is lifted, or over, changes nothing.

    Raises YanmenError where there is no such decision, or one that answered a single call.
    """
    found = store.decisions.get(decision)
    if found is None:
        raise YanmenError(
            Phrase(en=f"there is no decision {own_words(decision)}", zh=f"没有决策 {own_words(decision)}"),
            hint=_STANDING,
        )
    if found.lasts == 0 or found.shadow:
        raise YanmenError(
            Phrase(
                en=f"{found.id} answered one call; it does not stand",
                zh=f"{found.id} 只针对一次调用，并非持续生效的决策",
            ),
            hint=_STANDING,
        )
    if found.until > now() and store.decisions.lifted(found.id) is None:
        store.append(
            Event(
                id=new_id("evt"),
                at=now(),
                kind="decision.lifted",
                actor=actor,
                subject=found.subject,
                data={"decision": found.id, "reason": own_words(reason)},
            )
        ).result(WAIT_SECONDS)
    return found


def _key(store: Store, text: str) -> str:
    """The id of a key named by its id, the beginning of its id, or the whole key."""
    if text.startswith(PREFIX):
        found = store.keys.by_hash(key_hash(text)) if is_key(text) else None
        if found is None:
            raise YanmenError(
                Phrase(en="this is no key of ours", zh="这不是本系统签发的密钥"),
                hint=Phrase(
                    en="Its checksum or its hash is unknown here.",
                    zh="其校验和不符，或其散列值在此没有记录。",
                ),
            )
        return found.id
    if store.keys.get(text) is not None:
        return text
    ids = [key.id for key in store.keys.list() if len(text) >= len("key_") + 4 and key.id.startswith(text)]
    if len(ids) != 1:
        raise YanmenError(
            Phrase(
                en=f"{own_words(text)}: {f'{len(ids)} keys begin so' if ids else 'there is no such key'}",
                zh=f"{own_words(text)}：{f'有 {len(ids)} 个密钥以此开头' if ids else '没有这个密钥'}",
            ),
            hint=Phrase(en="See `yanmen keys list`.", zh="现有密钥见 `yanmen keys list`。"),
        )
    return ids[0]


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise YanmenError(
            Phrase(en=f"{own_words(text)} is no address", zh=f"{own_words(text)} 不是 IP 地址"),
            hint=Phrase(
                en="Write ip:203.0.113.7 or ip:203.0.113.0/24.",
                zh="请写成 ip:203.0.113.7 或 ip:203.0.113.0/24。",
            ),
        ) from error
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def refuse_lockout(store: Store, subject: Ref) -> None:
    """YanmenError where a ban would shut out who operates the system."""
    at = now()
    if subject.kind == "ip":
        network = ipaddress.ip_network(subject.id)
        if network.prefixlen < WIDEST[network.version] or network.is_loopback:
            raise YanmenError(
                Phrase(
                    en=f"{subject} covers this machine or a large part of the world",
                    zh=f"{subject} 会把本机或过大的网段封禁在外",
                ),
                hint=Phrase(en="Add --yes if you mean it.", zh="确需如此，请加 --yes。"),
            )
    for key in store.keys.list() if subject.kind in {"key", "tenant"} else ():
        covered = key.id == subject.id if subject.kind == "key" else key.tenant == subject.id
        if covered and "admin" in key.scopes and key.usable(at):
            name = own_words(key.name)
            raise YanmenError(
                Phrase(
                    en=f"{subject} covers the key {name} ({key.id}), which administers Yanmen",
                    zh=f"{subject} 涉及管理雁门所用的密钥 {name}（{key.id}）",
                ),
                hint=Phrase(
                    en="Add --yes if you mean it; the command line on this machine can lift it.",
                    zh="确需如此，请加 --yes；之后仍可在本机用命令行解除。",
                ),
            )
