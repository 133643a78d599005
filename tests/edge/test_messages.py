"""The program as the kernel takes it, and as it tells of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from yanmen.edge import messages
from yanmen.edge.netlink import CREATE, Message, text
from yanmen.edge.program import TABLE, program
from yanmen.edge.site import Site

Prepared = Callable[..., tuple[Site, Any]]
LENGTHS = [(32, 8), (32, 24), (32, 0), (128, 48), (128, 127)]


def test_elements_are_put_renewed_and_taken_whether_they_are_there_or_not(
    lab: Any, prepared: Prepared
) -> None:
    """A batch with what has just expired is not refused."""
    with lab.netlink() as netlink:
        build(netlink, prepared()[0])
        keys = [number.to_bytes(4, "big") for number in range(1, 3_001)]
        netlink.commit(list(messages.put("ban4", ((key, 0) for key in keys))))
        netlink.commit(list(messages.renew("ban4", [(key, 60_000) for key in [*keys[:9], b"\x0a\0\0\1"]])))
        netlink.commit(list(messages.take("ban4", [*keys[9:], b"\x0a\0\0\2"])))
        found = [
            one
            for piece in netlink.dump(*messages.elements_of("ban4"))
            for raw in piece
            for one in messages.entries(raw)
        ]
        assert sorted(one.key for one in found) == sorted([*keys[:9], b"\x0a\0\0\1"])
        assert all(0 < one.milliseconds <= 60_000 for one in found)
        assert list(netlink.dump(*messages.elements_of("nothing"))) == []


def test_rules_and_chains_are_told_as_they_were_made(lab: Any, prepared: Prepared) -> None:
    """Ours only, in order, with our names."""
    with lab.netlink() as netlink:
        site = prepared(syn_proxy=True, syn_rate=9)[0]
        netlink.commit([Message(0, CREATE, text(1, "other"))])
        build(netlink, site)
        whole = program(site, LENGTHS)
        rules = [messages.rule(one) for piece in netlink.dump(*messages.RULES) for one in piece]
        for chain in whole.chains:
            mine = [one.name for one in rules if one.chain == chain.name]
            assert mine == [one.name for one in whole.rules if one.chain == chain.name]
        chains = [messages.chain(one) for piece in netlink.dump(*messages.CHAINS) for one in piece]
        assert [one[0] for one in chains if one] == [one.name for one in whole.chains]
        table = messages.table(netlink.ask(messages.TABLES)[0])
        assert (table.fingerprint, table.flags) == ("abc", 0)


@pytest.mark.skipif(shutil.which("nft") is None, reason="no program nft to compare with")
def test_nft_reads_the_plan_as_what_is_in_the_kernel(lab: Any, prepared: Prepared) -> None:
    """What `yanmen edge plan` prints, given to nft, makes the same program as ours: every expression is as nft's own."""
    site = prepared(syn_proxy=True, syn_rate=9, interfaces=["eth0"])[0]
    with lab.netlink() as netlink:
        build(netlink, site)
        ours = listed(lab)
        netlink.commit(messages.no_table())
    said = program(site, LENGTHS).said
    file = lab.folder / "plan.nft"
    file.write_text(said)
    lab.server.run("nft", "-f", str(file))
    assert listed(lab) == ours


def build(netlink: Any, site: Site) -> None:
    """The program without elements."""
    whole = program(site, LENGTHS)
    netlink.commit([
        messages.new_table("abc"), *(messages.new_set(one) for one in whole.sets),
        *(messages.new_chain(one) for one in whole.chains), *(messages.new_rule(one) for one in whole.rules),
    ])  # fmt: skip


def listed(lab: Any) -> list[Any]:
    """Our table as nft reads it back, without the numbers that the kernel gives out."""
    found = json.loads(lab.server.run("nft", "-j", "list", "table", "inet", TABLE))["nftables"][1:]
    for one in found:
        for thing in one.values():
            thing.pop("handle", None)
    return sorted(found, key=lambda one: json.dumps([next(iter(one)), [one.get("set", {}).get("name")]]))
