"""Packages made in memory, and what is found of them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from yanmen.core.nouns import Finding, Severity
from yanmen.supply.packages.examining import examine
from yanmen.supply.packages.opening import tree
from yanmen.supply.packages.package import Metadata, Package
from yanmen.supply.packages.reading.effects import Effect
from yanmen.supply.packages.studying import study
from yanmen.supply.targets import Artifact

CORPUS = Path(__file__).parents[2] / "corpora/packages"


def made(files: Mapping[str, str | bytes], kind: str = "wheel", **said: object) -> Package:
    """A package with these members."""
    npm = kind == "npm"
    members = {
        path: Artifact.held(path, text.encode() if isinstance(text, str) else text)
        for path, text in files.items()
    }
    metadata = Metadata(known=True, summary="a package", **said)  # type: ignore[arg-type]
    return Package(
        name=metadata.name or "inert-package", version=metadata.version or "1.0", ecosystem="npm" if npm else "PyPI",
        kind=kind, members=members, metadata=metadata,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def effects() -> Callable[..., list[Effect]]:
    """What a module of Python, or of Node, does when it is imported."""

    def read(code: str, kind: str = "wheel") -> list[Effect]:
        name = "index.js" if kind == "npm" else "inert/__init__.py"
        return list(study(made({name: code}, kind, entry_points={"main": ("index.js",)})).effects)

    return read


@pytest.fixture
def rules_of() -> Callable[..., set[str]]:
    """The rules that a package breaks; ``high``: only those of high severity."""

    def read(
        files: Mapping[str, str | bytes] | str, kind: str = "wheel", *, high: bool = False, **said: object
    ) -> set[str]:
        if isinstance(files, str):
            files = {"index.js" if kind == "npm" else "inert/__init__.py": files}
        said.setdefault("entry_points", {"main": ("index.js",)})
        return {
            found.rule.id.removeprefix("package.")
            for found in examine(made(files, kind, **said))
            if isinstance(found, Finding) and (not high or found.rule.severity >= Severity.HIGH)
        }

    return read


@pytest.fixture
def make() -> Callable[..., Package]:
    """A package with these members."""
    return made


def _builder(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"package_{name}", CORPUS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"package_{name}"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def corpus() -> ModuleType:
    """The builder of the published cases."""
    return _builder("cases")


@pytest.fixture(scope="session")
def ways() -> ModuleType:
    """The builder of the ways in which behaviours are written."""
    return _builder("ways")


@pytest.fixture
def as_tree(tmp_path: Path) -> Callable[[Mapping[str, str]], Package]:
    """A source tree on disk."""

    def lay(files: Mapping[str, str]) -> Package:
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        found = tree(tmp_path)
        assert isinstance(found, Package)
        return found

    return lay
