"""The pack of digests."""

from __future__ import annotations

from pathlib import Path

from yanmen.supply.vendored.pack import FILE, Release, pack, written

A, B, C = b"aaaaaa", b"bbbbbb", b"cccccc"


def test_the_same_releases_give_the_same_bytes() -> None:
    """In any order; wheels of one release are one, and what is not shipped with a library is none of it."""
    one = Release("lib", "1.0", {"lib/a.py": A, "tests/x.py": C, "lib/_vendor/six.py": C})
    more, other = Release("lib", "1.0", {"lib/b.py": B}), Release("lib", "1.10", {"lib/a.py": A})

    assert written([one, more, other]) == written([other, one, more])


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Every module with the releases that have it, in the order of versions."""
    file = tmp_path / "pack"
    file.write_bytes(
        written(
            [
                Release("lib", version, {"lib/a.py": A, "lib/v.py": version.encode().ljust(6)})
                for version in ("1.10", "1.9")
            ]
        )
    )
    read = pack(file)

    assert read.libraries["lib"].versions == ("1.9", "1.10")
    assert [(row.path, row.releases) for row in read.rows(A)] == [("lib/a.py", 3)]
    assert [(row.path, row.releases) for row in read.rows(b"1.10".ljust(6))] == [("lib/v.py", 2)]


def test_what_is_shipped() -> None:
    """Small, and of the libraries that are vendored most."""
    shipped = pack()

    assert FILE.stat().st_size < 1_500_000
    assert {
        "urllib3",
        "requests",
        "six",
        "certifi",
        "idna",
        "packaging",
        "pyyaml",
        "jinja2",
    } <= shipped.libraries.keys()
