"""What is asked of a component, and what is said of it."""

from __future__ import annotations

import pytest

from yanmen.core.config import Supply
from yanmen.intel.advisories import Advisories
from yanmen.supply.assessed import Assessed
from yanmen.supply.assessing import Assessor, asked, claims, stale, unfed
from yanmen.supply.targets import Component


@pytest.mark.parametrize(
    ("component", "question"),
    [
        (
            Component(purl="pkg:golang/a/b@v1.2.3", ecosystem="Go", name="a/b", version="v1.2.3"),
            ("Go", "a/b", "1.2.3"),
        ),
        (
            Component(
                purl="pkg:deb/debian/libssl3@3.0.1-1",
                ecosystem="Debian:12",
                name="libssl3",
                version="3.0.1-1",
                facts={"source": "openssl", "source_version": "3.0.1-1"},
            ),
            ("Debian:12", "openssl", "3.0.1-1"),
        ),
        (Component(purl="pkg:huggingface/a/b", ecosystem="", name="a/b"), None),
        (
            Component(
                purl="pkg:pypi/me@1", ecosystem="PyPI", name="me", version="1", facts={"role": "project"}
            ),
            None,
        ),
    ],
)
def test_feeds_are_asked_as_they_compare(component: Component, question: tuple[str, ...] | None) -> None:
    """Go without its v, a distribution's package by its source; what is in no registry is not asked."""
    assert asked(component) == question


def test_every_detector_of_components_is_heard(advisories: Advisories) -> None:
    """Those of advisories and of licences among them."""
    component = Component(
        purl="pkg:pypi/jinja2@2.4.1",
        ecosystem="PyPI",
        name="jinja2",
        version="2.4.1",
        licences=("AGPL-3.0-only",),
        where="r.txt#L1",
    )
    assessor = Assessor(Supply(), advisories, part=True, licence="MIT")
    assessed = assessor.assessed(component, assessor.match(component), None)
    rules = {one.rule.id for one in claims(assessed, Assessed, component.where) if hasattr(one, "rule")}

    assert rules == {"component.vulnerable", "licence.conflicts"}
    assert not list(stale(advisories, [component]))


def test_an_ecosystem_whose_malicious_packages_nobody_knows_is_said(advisories: Advisories) -> None:
    """Once, however many components it has; that no vulnerability is known of them is another thing."""
    assessor = Assessor(Supply(), advisories, part=True)
    components = [
        Component(purl=f"pkg:pypi/{name}@1", ecosystem="PyPI", name=name, version="1") for name in ("a", "b")
    ]
    found = list(unfed([assessor.assessed(one, assessor.match(one), None) for one in components]))

    assert [(str(one.subject), one.reason) for one in found] == [
        ("feed:malicious-packages/PyPI", "not-checked")
    ]


def test_of_several_releases_what_only_some_have_is_a_doubt(advisories: Advisories) -> None:
    """The newest is judged; what an older one that the files fit as well is affected by cannot be told."""
    fields = {"purl": "pkg:pypi/jinja2@3.1.6", "ecosystem": "PyPI", "name": "jinja2", "version": "3.1.6"}
    assessor = Assessor(Supply(), advisories, part=True)
    sure = assessor.match(Component(**fields))  # type: ignore[arg-type]  # text
    unsure = assessor.match(Component(**fields, facts={"versions": "3.1.5 3.1.6"}))  # type: ignore[arg-type]

    assert not sure.doubts
    assert unsure.found == sure.found
    assert {one.why for one in unsure.doubts} == {"several-versions"}
