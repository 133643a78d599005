"""What people write of licences, as expressions."""

from __future__ import annotations

import importlib.metadata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.licences.expressions import alternatives, expression, families, ids, named, stated, table


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["MIT"], "MIT"),
        (["mit or apache-2.0"], "MIT OR Apache-2.0"),
        (["Apache Software License 2.0"], "Apache-2.0"),
        (["BSD", "License :: OSI Approved :: BSD License"], "LicenseRef-bsd-unspecified"),
        (["BSD-3-Clause", "License :: OSI Approved :: BSD License"], "BSD-3-Clause"),
        (["License :: OSI Approved :: MIT License"], "MIT"),
        (["MIT License\n\nCopyright (c) 2022 A"], "MIT"),
        (["GPL-3.0-or-later WITH GCC-exception-3.1"], "GPL-3.0-or-later WITH GCC-exception-3.1"),
        (["UNKNOWN", "License :: OSI Approved :: ISC License (ISCL)"], "ISC"),
        (["License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)"], "GPL-3.0-or-later"),
        (["llama3.1"], "llama3.1"),
        (["cc-by-nc-4.0"], "CC-BY-NC-4.0"),
        (["openrail++"], "openrail++"),
        (
            [
                "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and…"
            ],
            "MIT",
        ),
        (["BSD-3-Clause AND (MIT OR ISC)"], "BSD-3-Clause AND (MIT OR ISC)"),
        (["LicenseRef-house"], "LicenseRef-house"),
        (["a licence of our own"], ""),
        (["(MIT"], ""),
        ([], ""),
    ],
)
def test_what_people_write_is_understood(said: list[str], meant: str) -> None:
    """Expressions, names, classifiers, beginnings of texts, tags of model hubs; what is not understood is nothing."""
    assert stated(said) == meant


def test_ways_to_keep_an_expression() -> None:
    """One of them must be kept whole."""
    assert alternatives("MIT AND (Apache-2.0 OR ISC)") == (
        frozenset({"MIT", "Apache-2.0"}),
        frozenset({"MIT", "ISC"}),
    )
    assert alternatives("GPL-2.0-only WITH Classpath-exception-2.0") == (
        frozenset({"GPL-2.0-only WITH Classpath-exception-2.0"}),
    )
    assert alternatives("") == ()


def test_what_is_installed_here_is_understood() -> None:
    """All but a few packages of this environment say a licence that is known, and its family is."""
    missed = []
    for one in importlib.metadata.distributions():
        metadata = one.metadata
        said = [
            *[value for name in ("License-Expression", "License") for value in metadata.get_all(name) or []],
            *[line for line in metadata.get_all("Classifier") or [] if line.startswith("License")],
        ]
        found = stated(said)
        known = {name.lower() for way in alternatives(found) for name in way}
        if said and not (found and known <= set(families())):
            missed.append((metadata["Name"], said, found))

    assert len(missed) <= 3, missed


def test_the_pack_is_sound() -> None:
    """Every licence in one family, every name of a known licence, every pair of known ones."""
    names = [name for said in table("families").values() for name in said["ids"]]
    groups = set(table("families"))

    assert len(names) == len({name.lower() for name in names})
    assert {key.lower() for key in table("names")} <= set(ids())
    for pair in table("conflicts"):
        assert {
            one if one in groups else one.lower() for one in [*pair["of"], *pair["with"]]
        } <= groups | set(ids())
    for key, others in table("may_become").items():
        assert {key.lower(), *(one.lower() for one in others)} <= set(families())


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    """And what is answered as an expression is one."""
    for answer in (stated([text]), expression(text), named(text)):
        assert not answer or alternatives(answer)
