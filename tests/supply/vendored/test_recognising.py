"""Libraries that a tree carries within itself, by real wheels that lie in the environment of the tests."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply.inventory import inventory
from yanmen.supply.targets import Component
from yanmen.supply.vendored.digest import digest
from yanmen.supply.vendored.pack import Library, Pack, Release, pack, written
from yanmen.supply.vendored.recognising import Vendored
from yanmen.supply.walk import Walk

Lay = Callable[[dict[str, str | bytes]], Path]
SITE = ".venv/lib/python3.11/site-packages"


def _text(number: int, version: int = 0) -> bytes:
    return b"import six\n\n\ndef function_%d():\n    return %d\n" % (number, version)


def _version(text: str) -> bytes:
    return b'__version__ = "%s"\n' % text.encode()


def _release(name: str, version: str, modules: dict[str, bytes]) -> Release:
    return Release(name, version, {path: digest(path, data) for path, data in modules.items()})


def _modules(version: str, changed: int = 0) -> dict[str, bytes]:
    """Four modules, of which the last is of the release, and one that changed at some time."""
    held = {f"lib/m{n}.py": _text(n) for n in range(4)}
    return held | {"lib/m3.py": _text(3, changed), "lib/version.py": _version(version)}


def pack_of(folder: Path, releases: list[Release]) -> Pack:
    """As it would be shipped."""
    file = folder / "known.xz"
    file.write_bytes(written(releases))
    return pack(file)


@pytest.fixture
def known(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Three releases of a library, and one that is a single module."""
    return pack_of(
        tmp_path_factory.mktemp("known"),
        [
            _release("lib", "1.0", _modules("1.0")),
            _release("lib", "1.1", _modules("1.1", 1)),
            _release("lib", "1.2", _modules("1.2", 1)),
            _release("solo", "3.0", {"solo.py": _text(9)}),
        ],
    )


def _found(
    root: Path, known: Pack, said: tuple[Component, ...] = ()
) -> tuple[list[Component], list[Unexamined]]:
    looked = Vendored(known)
    for file in Walk(root):
        assert not isinstance(file, Unexamined)
        looked.see(file)
    everything = list(looked.found(said))
    return (
        [one for one in everything if isinstance(one, Component)],
        [one for one in everything if isinstance(one, Unexamined)],
    )


def test_a_vendored_library_is_known_by_its_files(lay: Lay, known: Pack) -> None:
    """Wherever it lies, with rewritten imports, within an installed package too; one that is installed is no copy."""
    moved = {
        path: data.replace(b"import six", b"from own._vendor import six")
        for path, data in _modules("1.1", 1).items()
    }
    files: dict[str, str | bytes] = {f"own/_vendor/{path}": data for path, data in moved.items()}
    root = lay(
        files
        | {f"{SITE}/pkg/_vendor/{path}": data for path, data in _modules("1.0").items()}
        | {f"{SITE}/{path}": data for path, data in _modules("1.2", 1).items()}
        | {"tools/_solo.py": _text(9)}
    )
    found, missed = _found(root, known)

    assert [(one.purl, one.how, one.facts["vendored_in"], one.facts["copied"]) for one in found] == [
        ("pkg:pypi/lib@1.0", "vendored", f"{SITE}/pkg/_vendor", "5 of 5 files are the same"),
        ("pkg:pypi/lib@1.1", "vendored", "own/_vendor", "5 of 5 files are the same"),
        ("pkg:pypi/solo@3.0", "vendored", "tools", "1 of 1 files are the same"),
    ]
    assert missed == []


def test_releases_that_the_files_do_not_tell_apart(lay: Lay, known: Pack) -> None:
    """Are all named, unless a list beside them says which."""
    modules = {path: data for path, data in _modules("1.1", 1).items() if "version" not in path}
    root = lay({f"_vendor/{path}": data for path, data in modules.items()})
    (one,), _ = _found(root, known)
    stated = Component(
        purl="pkg:pypi/lib@1.1",
        ecosystem="PyPI",
        name="lib",
        version="1.1",
        how="vendored",
        where="_vendor/vendor.txt#L1",
    )
    (other,), _ = _found(root, known, (stated,))

    assert (one.version, one.facts["versions"]) == ("1.2", "1.1 1.2")
    assert (other.version, "versions" in other.facts) == ("1.1", False)


def test_changed_files_are_named(lay: Lay, known: Pack, tmp_path: Path) -> None:
    """A patch in one of many; where too much is of no known release, none is named, and that is said."""
    many = {f"big/m{n}.py": _text(n + 100) for n in range(12)}
    big = pack_of(tmp_path, [_release("big", "1.0", many)])
    (one,), _ = _found(lay({f"_vendor/{p}": d for p, d in (many | {"big/m3.py": _text(1)}).items()}), big)
    modules = _modules("1.1", 1) | {"lib/version.py": _version("1.1+own")}
    none, (doubt,) = _found(lay({f"_vendor/{path}": data for path, data in modules.items()}), known)

    assert (one.version, one.facts["modified"], one.facts["copied"]) == (
        "1.0",
        "1: big/m3.py",
        "11 of 12 files are the same",
    )
    assert none == []
    assert (doubt.reason, doubt.where.part) == ("not-checked", "_vendor/lib/m0.py")


def test_a_list_that_names_a_release_that_is_not_known_here_is_believed(lay: Lay, known: Pack) -> None:
    """It is judged as it is named, and every new environment would have doubts of pip's own. A known release is compared."""
    modules = _modules("1.1", 1) | {"lib/version.py": _version("0.9"), "lib/m1.py": _text(77)}
    root = lay({f"_vendor/{path}": data for path, data in modules.items()})

    def doubts(version: str, where: str = "_vendor/vendor.txt#L1") -> list[Unexamined]:
        stated = Component(
            purl=f"pkg:pypi/lib@{version}",
            ecosystem="PyPI",
            name="lib",
            version=version,
            how="vendored",
            where=where,
        )
        found, missed = _found(root, known, (stated,))
        assert found == []
        return missed

    assert doubts("0.9") == []
    assert [one.reason for one in doubts("1.0")] == ["not-checked"]
    assert [one.reason for one in doubts("0.9", "other/vendor.txt#L1")] == ["not-checked"]


def test_too_little_is_no_copy(lay: Lay, known: Pack) -> None:
    """Two modules of a library that has five."""
    root = lay({f"x/lib/m{n}.py": _text(n) for n in range(2)})

    assert _found(root, known) == ([], [])


def test_modules_of_several_libraries_decide_nothing(lay: Lay) -> None:
    """What two libraries both have is neither's."""
    modules = {f"lib/m{n}.py": digest(f"m{n}.py", _text(n)) for n in range(4)}
    both = [
        Library(name=name, versions=("1",), paths=tuple(modules), sets=(b"\x01",), digests=b"".join(modules.values()),
                path=(0, 1, 2, 3), held=(0, 0, 0, 0))
        for name in ("a", "b")
    ]  # fmt: skip

    assert _found(lay({f"v/lib/m{n}.py": _text(n) for n in range(4)}), Pack(both)) == ([], [])


def test_pips_own_copies() -> None:
    """The real thing: what pip of this environment carries is found without its list, and agrees with it."""
    home = Path(str(importlib.metadata.distribution("pip").locate_file("pip/_vendor")))
    lines = (line.partition("#")[0].strip() for line in (home / "vendor.txt").read_text("utf-8").splitlines())
    listed = dict(line.split("==") for line in lines if "==" in line)
    looked = Vendored()
    for file in Walk(home):
        assert not isinstance(file, Unexamined)
        looked.see(file)
    found = {one.name: one for one in looked.found() if isinstance(one, Component)}
    said = {name.lower().replace("_", "-"): version for name, version in listed.items()}

    assert len(found.keys() & said.keys()) >= 6
    for name in found.keys() & said.keys():
        one = found[name]
        if one.facts["confidence"] == "1.00":
            assert said[name] in one.facts.get("versions", one.version).split()


def test_what_is_vendored_is_judged(lay: Lay) -> None:
    """In the inventory it is a component as any other, once."""
    source = Path(str(importlib.metadata.distribution("pip").locate_file("pip/_vendor/six.py"))).read_bytes()
    root = lay({"app/_vendor/six.py": source, "app/_vendor/vendor.txt": "six==1.16.0\n"})
    found = [one for one in inventory(root) if isinstance(one, Component)]

    assert {one.purl for one in found} == {"pkg:pypi/six@1.16.0"}
    assert sorted(one.where for one in found) == ["app/_vendor/six.py", "app/_vendor/vendor.txt#L1"]
