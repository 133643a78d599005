"""What may come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.config import Licences
from yanmen.supply.licences.expressions import table
from yanmen.supply.licences.judging import Judge

ALL = sorted(name for said in table("families").values() for name in said["ids"])


@pytest.mark.parametrize(
    ("own", "use", "said", "word"),
    [
        ("Apache-2.0", "distribute", "MIT", "allow"),
        ("Apache-2.0", "distribute", "GPL-3.0-or-later", "conflict"),
        ("Apache-2.0", "distribute", "LGPL-3.0-only", "allow"),
        ("Apache-2.0", "distribute", "MPL-2.0", "allow"),
        ("Apache-2.0", "distribute", "GPL-2.0-only OR MIT", "allow"),
        ("Apache-2.0", "distribute", "GPL-2.0-only AND MIT", "conflict"),
        ("Apache-2.0", "distribute", "GPL-2.0-only WITH Classpath-exception-2.0", "allow"),
        ("Apache-2.0", "serve", "GPL-3.0-only", "allow"),
        ("Apache-2.0", "serve", "AGPL-3.0-only", "conflict"),
        ("Apache-2.0", "internal", "AGPL-3.0-only", "allow"),
        ("GPL-2.0-only", "distribute", "Apache-2.0", "conflict"),
        ("GPL-3.0-only", "distribute", "Apache-2.0", "allow"),
        ("GPL-2.0-only", "distribute", "GPL-3.0-or-later", "conflict"),
        ("GPL-3.0-only", "distribute", "GPL-2.0-only", "conflict"),
        ("GPL-3.0-only", "distribute", "GPL-2.0-or-later", "allow"),
        ("GPL-3.0-or-later", "distribute", "CDDL-1.0", "conflict"),
        ("AGPL-3.0-or-later", "distribute", "GPL-3.0-or-later", "allow"),
        ("MIT OR GPL-3.0-or-later", "distribute", "GPL-3.0-or-later", "allow"),
        ("MIT", "distribute", "CC-BY-NC-4.0", "conflict"),
        ("MIT", "internal", "CC-BY-NC-SA-4.0", "conflict"),
        ("MIT", "distribute", "llama3.1", "review"),
        ("MIT", "distribute", "creativeml-openrail-m", "review"),
        ("MIT", "distribute", "LicenseRef-house", "review"),
        ("MIT", "distribute", "proprietary", "conflict"),
        ("", "distribute", "GPL-3.0-only", "review"),
        ("", "distribute", "MIT", "allow"),
    ],
)
def test_what_may_stand_in_a_work(own: str, use: str, said: str, word: str) -> None:
    """FSF's licence list and ASF's third-party policy, for the three uses."""
    assert Judge(Licences(use=use), own).of([said]).word == word  # type: ignore[arg-type]


def test_what_is_only_used_to_make_it_cannot_conflict() -> None:
    """A GPL tool beside an Apache project; but a denied licence is denied."""
    assert Judge(Licences(), "Apache-2.0", part=False).of(["GPL-2.0-only"]).word == "allow"
    denied = Judge(Licences(deny=("strong-copyleft",)), "Apache-2.0", part=False).of(["GPL-2.0-only"])
    assert (denied.word, denied.why) == ("deny", "denied GPL-2.0-only")


def test_a_list_of_what_is_allowed_is_closed() -> None:
    """By id or by family; what is under review is shown."""
    judge = Judge(Licences(allow=("permissive", "Apache-2.0"), review=("weak-copyleft",)), "MIT")

    assert [judge.of([said]).word for said in ("ISC", "Apache-2.0", "MPL-2.0", "CC0-1.0")] == [
        "allow",
        "allow",
        "review",
        "deny",
    ]


def test_what_a_licence_demands_is_listed() -> None:
    """Of a choice only what is kept."""
    assert Judge(Licences(), "MIT").of(["llama3"]).obligations == (
        "keep-notice",
        "pass-on-use-terms",
        "show-name",
        "ask-when-large",
    )
    assert Judge(Licences(), "MIT").of(["MIT OR AGPL-3.0-only"]).obligations == ("keep-notice",)
    assert Judge(Licences(), "MIT").of(["nothing known"]) == ("", "allow", frozenset(), "", ())


@given(st.sampled_from(ALL), st.sampled_from(ALL), st.sampled_from(ALL))
def test_a_choice_is_no_worse_and_a_sum_no_better_than_its_parts(own: str, one: str, other: str) -> None:
    """For every licence that is known."""
    order = ("allow", "review", "deny", "conflict")
    judge = Judge(Licences(), own)
    first, second = (order.index(judge.of([said]).word) for said in (one, other))

    assert order.index(judge.of([f"{one} OR {other}"]).word) == min(first, second)
    assert order.index(judge.of([f"{one} AND {other}"]).word) == max(first, second)
