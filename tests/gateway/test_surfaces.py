"""Every address is in one table, and what is in none is not found."""

from __future__ import annotations

import pytest

from yanmen.gateway import surfaces
from yanmen.gateway.errors import Refusal
from yanmen.gateway.surfaces import TABLE, find


def test_each_address_is_found_by_its_method_and_goes_where_the_row_says() -> None:
    """With the names in its path, quoted anew."""
    for row in TABLE:
        path = row.path.replace(":path}", "}").replace("{", "a b").replace("}", "?c")
        found = find(row.method, path)

        assert found.surface is row
        assert found.upstream.startswith("/")
        assert not set(" ?{}").intersection(found.upstream)


def test_the_rest_of_a_path_may_be_a_name() -> None:
    """As of models from a hub."""
    found = find("GET", "/v1/models/org/a model")

    assert dict(found.names) == {"model": "org/a model"}
    assert found.upstream == "/models/org/a%20model"


@pytest.mark.parametrize("path", ["/", "", "/v1", "/v1/models/", "/v1/chat/completions/", "//v1/models", "*"])
def test_what_is_in_no_row_is_not_found(path: str) -> None:
    """Not even by a slash more."""
    with pytest.raises(Refusal, match="not_found"):
        find("GET", path)


def test_another_method_is_told_which_ones_there_are() -> None:
    """405, with ``allow``."""
    with pytest.raises(Refusal, match="method_not_allowed") as caught:
        find("DELETE", surfaces.CHAT_COMPLETIONS)

    assert caught.value.values["allow"] == "POST"


def test_no_two_rows_are_the_same_address() -> None:
    """And each goes to a path of its own name's."""
    assert len({(row.method, row.path) for row in TABLE}) == len(TABLE)
    for row in TABLE:
        names = {step for step in row.path.split("/") if step.startswith("{")}
        assert names == {step for step in row.upstream.split("/") if step.startswith("{")}
