"""Bills of materials that others wrote, in every form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Unexamined
from yanmen.supply.bom import cyclonedx, spdx
from yanmen.supply.bom.contents import Contents
from yanmen.supply.bom.reading import components, looks_like_bom, named
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]


def _read(path: Path) -> tuple[list[Component], list[Unexamined]]:
    found = list(components(path))
    return [one for one in found if isinstance(one, Component)], [
        one for one in found if isinstance(one, Unexamined)
    ]


@pytest.mark.parametrize("write", [cyclonedx.written, spdx.written])
def test_what_is_written_is_read(whole: Contents, tmp_path: Path, write: Callable[[Contents], bytes]) -> None:
    """Names, versions, needs, digests, scopes, facts: the same components."""
    path = tmp_path / "bill"
    path.write_bytes(write(whole))
    found, _ = _read(path)
    known = {one.purl: one for one in found}

    assert looks_like_bom(path)
    for one in whole.components:
        read = known[one.purl]
        assert (read.name, read.version, read.ecosystem or one.ecosystem) == (
            one.name,
            one.version,
            one.ecosystem or read.ecosystem,
        )
        assert read.facts.get("role") == one.facts.get("role")
    assert known["pkg:pypi/flask@3.0"].needs == ("pkg:pypi/click@8.1",)
    assert known["pkg:pypi/flask@3.0"].hashes == {"sha256": "ab" * 32}
    assert known["pkg:pypi/click@8.1"].scope == "develop"
    assert known["pkg:huggingface/org/tiny@abc"].facts["base_model"] == "org/large nonsense"


def test_a_bill_that_says_it_is_incomplete(whole: Contents, tmp_path: Path) -> None:
    """Cannot be judged to be whole."""
    (tmp_path / "b.json").write_bytes(cyclonedx.written(whole))

    assert [one.reason for one in _read(tmp_path / "b.json")[1]] == ["not-checked"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("old", '{"bomFormat": "CycloneDX", "specVersion": "1.0"}'),
        ("xml", "<other/>"),
        ("text", "none of them"),
        ("json", "{}"),
        ("dtd", '<!DOCTYPE bom [<!ENTITY a "b">]><bom>&a;</bom>'),
    ],
)
def test_what_is_not_read_is_said(lay: Lay, name: str, content: str) -> None:
    """Forms nobody uses any more, and what is no bill at all."""
    found, missed = _read(lay({name: content}) / name)

    assert found == []
    assert [one.reason for one in missed] == ["unsupported"]


def test_names_and_beginnings(lay: Lay) -> None:
    """A bill is known by either."""
    root = lay(
        {
            "x.json": '{\n "bomFormat": "CycloneDX"}',
            "y.txt": "SPDXVersion: SPDX-2.3\n",
            "z.json": "{}",
            "bom.json": "{}",
        }
    )

    assert [looks_like_bom(root / name) for name in ("x.json", "y.txt", "z.json", "bom.json", "gone")] == [
        True,
        True,
        False,
        True,
        False,
    ]
    assert [
        named(name) for name in ("app.cdx.json", "sbom.xml", "a.spdx", "bombom.json", "package.json")
    ] == [True, True, True, False, False]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "components",
                "metadata",
                "dependencies",
                "compositions",
                "packages",
                "relationships",
                "specVersion",
            ]
        ),
        st.recursive(
            st.none() | st.text(max_size=4) | st.just("1.6"),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["name", "purl", "bom-ref", "hashes", "licenses", "components", "SPDXID", "ref"]
                    ),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=10,
        ),
    ),
    st.sampled_from([{"bomFormat": "CycloneDX", "specVersion": "1.6"}, {"spdxVersion": "SPDX-2.3"}]),
)
def test_any_json_is_read_or_said(
    tmp_path: Path, document: dict[str, object], form: dict[str, object]
) -> None:
    """Whatever stands where."""
    import json  # noqa: PLC0415  # only here

    (tmp_path / "b").write_text(json.dumps(document | form))

    _read(tmp_path / "b")
