"""From findings to a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from yanmen.supply.targets import Component
from yanmen.supply.upgrades import Pip, Plan, plan

Index = Callable[..., Pip]


class Hit(NamedTuple):
    """As intel says it."""

    ids: tuple[str, ...]
    fixed: tuple[str, ...]


def _planned(
    root: Path,
    files: Mapping[str, str],
    hit: Mapping[str, str],
    resolver: Pip | None = None,
    ways: Mapping[str, str] | None = None,
) -> Plan:
    """``hit``: ``name==version`` to the version that mends it; ``ways``: a name to the one that needs it."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    components = [
        Component(purl=f"pkg:pypi/{name}@{version}", ecosystem="PyPI", name=name, version=version)
        for name, version in (one.split("==") for one in hit)
    ]
    found = {
        one.purl: [Hit((f"CVE-{one.name}",), (fixed,) if fixed else ())]
        for one, fixed in zip(components, hit.values(), strict=True)
    }

    def why(purl: str) -> list[tuple[str, ...]]:
        parent = (ways or {}).get(purl.rpartition("/")[2].partition("@")[0])
        return [(f"pkg:pypi/{parent}", purl)] if parent else []

    return plan(components, found, [root / name for name in files], root=root, resolver=resolver, ways=why)


def test_a_pin_is_raised_and_the_finding_goes(tmp_path: Path) -> None:
    """As a patch; nobody was asked whether it can be installed."""
    found = _planned(tmp_path, {"requirements.txt": "a==1.0\nb\n"}, {"a==1.0": "1.1"})

    assert found.files == {"requirements.txt": "a==1.1\nb\n"}
    assert "-a==1.0\n+a==1.1\n" in found.patch
    assert found.cleared == (("pkg:pypi/a@1.0", "CVE-a"),)
    assert found.resolved is None
    assert found.why.en.startswith("not resolved")


def test_what_nothing_mends_or_asks_for_remains(tmp_path: Path) -> None:
    """With the reason; a plan may be empty."""
    found = _planned(tmp_path, {"README.md": ""}, {"a==1.0": "", "b==1.0": "2.0"})

    assert {one.purl for one in found.remaining} == {"pkg:pypi/a@1.0", "pkg:pypi/b@1.0"}
    assert (found.edits, found.patch, found.cleared) == ((), "", ())


def test_the_resolver_is_asked_what_would_be_installed(tmp_path: Path, index: Index) -> None:
    """And where it finds nothing the plan says so."""
    files, hit = {"requirements.txt": "a==1.0\nc\n"}, {"a==1.0": "1.1"}

    assert _planned(tmp_path, files, hit, index(a_v1_1="", c_v1_0="")).resolved is True
    assert _planned(tmp_path, files, hit, index(c_v2_0="a<1.1")).resolved is True
    assert (
        _planned(tmp_path, {"requirements.txt": "a==1.0\nd\n"}, hit, index(d_v1_0="a<1.1")).resolved is False
    )


def test_a_constraint_that_direct_edits_bring_anyway_is_not_written(tmp_path: Path, index: Index) -> None:
    """The smallest set: the new a takes the new b by itself."""
    files, hit, ways = {"requirements.txt": "a==1.0\n"}, {"a==1.0": "1.1", "b==1.0": "2.0"}, {"b": "a"}
    found = _planned(tmp_path, files, hit, index(a_v1_1="b>=2", b_v1_0="", b_v2_0=""), ways)

    assert found.files == {"requirements.txt": "a==1.1\n"}
    assert {purl for purl, _ in found.cleared} == {"pkg:pypi/a@1.0", "pkg:pypi/b@1.0"}
    assert found.resolved is True


def test_a_dependency_is_raised_by_a_constraint(tmp_path: Path, index: Index) -> None:
    """Where what asks for it lets the version in."""
    found = _planned(
        tmp_path,
        {"requirements.txt": "a==1.0\n"},
        {"b==1.0": "2.0"},
        index(a_v1_0="b", b_v1_0="", b_v2_0=""),
        {"b": "a"},
    )

    assert found.resolved is True
    assert [(one.name, one.before) for one in found.edits] == [("b", "")]


def test_what_holds_a_dependency_back_moves_too(tmp_path: Path, index: Index) -> None:
    """As far as the resolver takes it."""
    wheels = {"a_v1_0": "b<2", "a_v1_5": "b>=2", "b_v1_0": "", "b_v2_0": ""}
    found = _planned(
        tmp_path, {"requirements.txt": "a==1.0\n"}, {"b==1.0": "2.0"}, index(**wheels), {"b": "a"}
    )

    assert found.resolved is True
    assert found.files["requirements.txt"].startswith("a==1.5\nb>=2.0")


def test_hashes_come_from_the_resolver(tmp_path: Path, index: Index) -> None:
    """Else the edit says that they must be renewed."""
    files, hit = {"requirements.txt": f"a==1.0 --hash=sha256:{'0' * 64}\n"}, {"a==1.0": "1.1"}
    asked, bare = _planned(tmp_path, files, hit, index(a_v1_1="")), _planned(tmp_path, files, hit)

    assert "--hash=sha256:" in asked.files["requirements.txt"]
    assert "0" * 64 not in asked.files["requirements.txt"]
    assert "renew" in bare.edits[0].notes[0].en


def test_manifests_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    """They are not taken for ones that ask for nothing."""
    (tmp_path / "requirements.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "pyproject.toml").symlink_to("/etc/hostname")
    found = plan(
        [],
        {},
        [tmp_path / "requirements.txt", tmp_path / "pyproject.toml", tmp_path / "package.json"],
        root=tmp_path,
    )

    assert {one.subject.id for one in found.unexamined} >= {"pyproject.toml", "package.json"}


@pytest.mark.parametrize("unrelated", ["broken/requirements.txt"])
def test_what_cannot_be_installed_elsewhere_is_not_this_plans(
    tmp_path: Path, index: Index, unrelated: str
) -> None:
    """Only folders that change are asked about."""
    found = _planned(
        tmp_path,
        {"requirements.txt": "a==1.0\n", unrelated: "b==9\n"},
        {"a==1.0": "1.1"},
        index(a_v1_1="", b_v1_0=""),
    )

    assert found.resolved is True
