"""Files that belong together."""

from __future__ import annotations

from pathlib import Path

from yanmen.supply.packages.pairing import beside


def _names(*files: str) -> dict[str, list[str]]:
    found = beside(Path(one) for one in files)
    return {path.name: [other.name for other in others] for path, others in found.items()}


def test_a_wheel_has_its_source_and_the_release_before() -> None:
    """The nearest earlier version, in the same form; names as PEP 503 compares them."""
    assert _names(
        "My_Thing-1.2-py3-none-any.whl", "my-thing-1.2.tar.gz", "my_thing-1.10-py3-none-any.whl", "my_thing-0.9-py3-none-any.whl",
    ) == {
        "My_Thing-1.2-py3-none-any.whl": ["my-thing-1.2.tar.gz", "my_thing-0.9-py3-none-any.whl"],
        "my-thing-1.2.tar.gz": ["my_thing-0.9-py3-none-any.whl"],
        "my_thing-1.10-py3-none-any.whl": ["My_Thing-1.2-py3-none-any.whl"],
    }  # fmt: skip


def test_packages_of_two_registries_are_not_one() -> None:
    """Nor are files whose names say no version."""
    assert _names("thing-1.0.tgz", "thing-2.0.tar.gz", "thing.tgz", "thing-latest.tgz") == {}
    assert _names("thing-1.0.0.tgz", "thing-1.0.1.tgz") == {"thing-1.0.1.tgz": ["thing-1.0.0.tgz"]}
