"""One component from many places, and who pulls it in."""

from __future__ import annotations

from yanmen.supply.merging import VERSIONS, Graph, merged, unversioned
from yanmen.supply.purls import own, python
from yanmen.supply.targets import Component


def test_installed_locked_and_declared_are_one() -> None:
    """Every place is kept; the best known is told."""
    (one,) = merged(
        [
            python("a", where="pyproject.toml#L3", constraint=">=1", direct=True, scope="develop"),
            python(
                "a", "1.5", how="locked", where="uv.lock#L9", hashes={"sha256": "00"}, facts={"x": "locked"}
            ),
            python(
                "a",
                "1.5",
                how="installed",
                where=".venv/a",
                licences=("MIT",),
                direct=False,
                facts={"x": "here"},
            ),
        ]
    )

    assert one.component == python(
        "a",
        "1.5",
        how="installed",
        where=".venv/a",
        constraint=">=1",
        direct=True,
        licences=("MIT",),
        hashes={"sha256": "00"},
        facts={"x": "here", "also": "uv.lock#L9\npyproject.toml#L3"},
    )
    assert one.where == (".venv/a", "uv.lock#L9", "pyproject.toml#L3")


def test_two_versions_stay_two() -> None:
    """What is asked for without a version goes to the nearest."""
    found = merged(
        [
            python("a", "1", how="locked", where="x/uv.lock#L1"),
            python("a", "2", how="locked", where="y/uv.lock#L1"),
            python("a", where="y/pyproject.toml#L1", direct=True),
        ]
    )

    assert [(one.component.version, one.component.direct) for one in found] == [("1", None), ("2", True)]


def test_a_thousand_versions_of_one_package() -> None:
    """Are nobody's: the nearest is not looked for among them."""
    many = [python("a", str(number), where="x") for number in range(VERSIONS + 5)]
    found = merged([*many, python("b", "1", needs=("pkg:pypi/a",))])

    assert len(found[-1].component.needs) == VERSIONS


def test_what_nobody_knows_a_version_of_stays() -> None:
    """And needs are given the versions that are known."""
    found = merged([python("a", "1", needs=("pkg:pypi/b", "pkg:pypi/c")), python("b", "2"), python("d")])

    assert [one.component.purl for one in found] == ["pkg:pypi/a@1", "pkg:pypi/b@2", "pkg:pypi/d"]
    assert found[0].component.needs == ("pkg:pypi/b@2", "pkg:pypi/c")


def _graph(*components: Component) -> Graph:
    return Graph(merged(components))


def test_why_tells_the_shortest_paths() -> None:
    """From what is asked for itself, through circles."""
    graph = _graph(
        python("a", "1", direct=True, needs=("pkg:pypi/b",)),
        python("b", "1", direct=False, needs=("pkg:pypi/c", "pkg:pypi/a")),
        python("c", "1", direct=True),
        python("x", "1", needs=("pkg:pypi/x",)),
    )

    assert graph.direct == ("pkg:pypi/a@1", "pkg:pypi/c@1")
    assert graph.why("pkg:pypi/c@1") == [("pkg:pypi/c@1",), ("pkg:pypi/a@1", "pkg:pypi/b@1", "pkg:pypi/c@1")]
    assert graph.why("pkg:pypi/x@1") == []
    assert graph.why("pkg:pypi/none") == []


def test_a_project_asks_for_what_it_needs() -> None:
    """And a comment of a compiler says who pulls."""
    graph = _graph(
        own("pypi", "mine", "1", needs=("pkg:pypi/a",)),
        python("a", "1"),
        python("b", "1", facts={"via": "pkg:pypi/a"}),
    )

    assert graph.direct == ("pkg:pypi/a@1",)
    assert graph.why("pkg:pypi/b@1") == [("pkg:pypi/a@1", "pkg:pypi/b@1")]


def test_where_nothing_says_what_is_asked_for() -> None:
    """What nobody else needs is."""
    assert _graph(python("a", "1", needs=("pkg:pypi/b",)), python("b", "1")).direct == ("pkg:pypi/a@1",)


def test_package_urls_without_versions() -> None:
    """A scope of npm is no version."""
    assert unversioned("pkg:npm/%40s/x@1?a=b#c") == "pkg:npm/%40s/x"
    assert unversioned("pkg:npm/x") == "pkg:npm/x"
