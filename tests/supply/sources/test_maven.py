"""pom.xml and gradle.lockfile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.maven import GradleLock, Pom
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
POM = """
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>org.x</groupId><artifactId>parent</artifactId><version>7</version></parent>
  <artifactId>mine</artifactId>
  <properties><b.version>${c.version}</b.version><c.version>2.0</c.version><loop>${loop}x</loop></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>org.d</groupId><artifactId>d</artifactId><version>4.0</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>org.a</groupId><artifactId>a</artifactId><version>1.0</version></dependency>
    <dependency><groupId>org.b</groupId><artifactId>b</artifactId><version>${b.version}</version><scope>test</scope></dependency>
    <dependency><groupId>org.d</groupId><artifactId>d</artifactId></dependency>
    <dependency><groupId>org.e</groupId><artifactId>e</artifactId></dependency>
    <dependency><groupId>org.f</groupId><artifactId>f</artifactId><version>[1,2)</version></dependency>
    <dependency><groupId>org.g</groupId><artifactId>g</artifactId><version>${loop}</version></dependency>
  </dependencies>
</project>
"""
PARENT = """
<project><groupId>org.x</groupId><artifactId>parent</artifactId><version>7</version>
<dependencyManagement><dependencies>
<dependency><groupId>org.e</groupId><artifactId>e</artifactId><version>5.0</version></dependency>
</dependencies></dependencyManagement></project>
"""


def test_what_one_file_tells(lay: Lay, ask: Ask) -> None:
    """Properties and managed versions; what only a parent elsewhere knows is said."""
    found, missed = ask(lay({"pom.xml": POM}), Pom())

    assert [(one.name, one.version) for one in found] == [
        ("org.x:mine", "7"),
        ("org.a:a", "1.0"),
        ("org.b:b", "2.0"),
        ("org.d:d", "4.0"),
        ("org.e:e", ""),
        ("org.f:f", ""),
        ("org.g:g", ""),
    ]
    assert (found[2].scope, found[2].where, found[5].constraint) == ("develop", "pom.xml#L10", "[1,2)")
    assert [(one.reason, one.detail) for one in missed] == [
        (
            "not-checked",
            "the parent org.x:parent:7 is not within the root: 3 of its dependencies have no version here",
        )
    ]


def test_a_parent_within_the_root(lay: Lay, ask: Ask) -> None:
    """Is read."""
    found, missed = ask(lay({"pom.xml": PARENT, "module/pom.xml": POM}), Pom())

    assert missed == []
    assert {one.name: one.version for one in found}["org.e:e"] == "5.0"


def test_parents_in_a_circle(lay: Lay, ask: Ask) -> None:
    """End."""
    pom = (
        "<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version>"
        "<relativePath>pom.xml</relativePath></parent><artifactId>a</artifactId></project>"
    )

    assert [one.reason for one in ask(lay({"pom.xml": pom}), Pom())[1]] == ["not-checked"]


def test_entities_are_refused(lay: Lay, ask: Ask) -> None:
    """None is expanded."""
    root = lay({"pom.xml": '<!DOCTYPE p [<!ENTITY a "b">]><project>&a;</project>'})

    assert [one.reason for one in ask(root, Pom())[1]] == ["unsupported"]


def test_gradle(lay: Lay, ask: Ask) -> None:
    """What only tests use is for development."""
    root = lay(
        {
            "gradle.lockfile": "# x\norg.a:a:1.0=runtimeClasspath,testCompileClasspath\norg.b:b:2=testCompileClasspath\nempty=x\n"
        }
    )
    found, missed = ask(root, GradleLock())

    assert missed == []
    assert [(one.purl, one.scope, one.where) for one in found] == [
        ("pkg:maven/org.a/a@1.0", "run", "gradle.lockfile#L2"),
        ("pkg:maven/org.b/b@2", "develop", "gradle.lockfile#L3"),
    ]
