"""What scripts import."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.reach.own import Sources
from yanmen.supply.reach.scripts import Scripts, imports, package

Project = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import a, {b} from 'react'", ["react"]),
        ('import * as x from "@s/p/q"', ["@s/p/q"]),
        ("import 'side'", ["side"]),
        ("export * from 'x'; export {y} from 'y'; export const z = 'z'", ["x", "y"]),
        ("const f = require('fs-extra'), g = await import('lazy')", ["fs-extra", "lazy"]),
        (
            "import type {T} from 'types'; import {type U, v} from 'values'; import type from 'called-type'",
            ["values", "called-type"],
        ),
        ("import z = require('zeta')", ["zeta"]),
        ("`${require('inner')} import x from 'text'` + require(`plain`)", ["inner", "plain"]),
        ("// import x from 'a'\n/* require('b') */ x = /require('c')/ + \"require('d')\"", []),
        ("x = a / b; require('after'); y = c / d", ["after"]),
        ("loader.import('no'); this.require('no')", []),
        ("require(name); import(`./${x}.js`); require('a' + b)", ["", "", ""]),
        ("<p>it's fine</p>\nimport x from 'next-line'", ["next-line"]),
    ],
)
def test_what_is_imported_is_read_from_tokens(text: str, found: list[str]) -> None:
    """Not from comments, strings, or regular expressions; what is made at run time has no name."""
    assert [one.name for one in imports(text)] == found


def test_lines_are_counted_through_every_token() -> None:
    """Comments and templates with lines of their own."""
    text = "/* a\n b */\nconst t = `x\n${ {a: `y\n`} }\nz`\nimport q from 'q'\n"

    assert [(one.name, one.line) for one in imports(text)] == [("q", 7)]


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("lodash/fp", "lodash"),
        ("@a/b/c", "@a/b"),
        ("./x", ""),
        ("/x", ""),
        ("node:fs", ""),
        ("#own", ""),
        ("https://x/y.js", ""),
        ("", ""),
    ],
)
def test_a_package_is_the_first_part_of_a_name(name: str, of: str) -> None:
    """Two parts with a scope; a file is none."""
    assert package(name) == of


def test_states_are_imported_or_not_known(project: Project) -> None:
    """And the word says why."""
    scripts = Scripts(Sources(project({"a.test.js": "import 'x'", "b.mjs": "import 'x'; import(y)"})))

    assert scripts.state("x") == (("b.mjs#L1 → x",), "imported")
    assert scripts.state("z") == ((), "dynamic")


def test_without_scripts_or_with_unreadable_ones_nothing_is_said(project: Project) -> None:
    """Each has its own word."""
    assert Scripts(Sources(project({"a.py": ""}))).state("x") == ((), "no-sources")
    root = project({"b.js": "import 'x'"})
    (root / "c.js").write_bytes(b"\xff\xfe\xff")
    assert Scripts(Sources(root)).state("z") == ((), "unread")
    assert Scripts(Sources(root)).state("x")[1] == "imported"


@given(st.text(alphabet="`${}'\"/*\\\nabc()=.import from", max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_it_fail(text: str) -> None:
    """Whatever is open or unended."""
    assert all(one.line <= text.count("\n") + 1 for one in imports(text))


@pytest.mark.parametrize("text", ["/*" * 40_000, "`${" * 20_000, "'" * 40_001, "/[" * 40_000, "{" * 40_000])
def test_hostile_scripts_take_time_in_proportion(text: str) -> None:
    """No more than a text of the same length takes; the bound is a hundred times what it needs."""
    began = time.process_time()
    list(imports(text))

    assert time.process_time() - began < 30
