"""Terms of banks are found in every dress, and in nothing else; a bank that is wrong says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.core.errors import YanmenError
from yanmen.guard.content import scheme
from yanmen.guard.keywords import LONGEST, MOST_TERMS, SPREAD, Bank, Term, read, squeezed

TERMS = [
    Term("假币", "A1-h", "high", "假币"),
    Term("假币出售", "A1-h", "high", "假币出售"),
    Term("法轮", "A1-e", "medium", "法轮"),
    Term("ass", "A2-i", "low", "ass"),
    Term("kill yourself", "A4-a", "high", "kill yourself"),
    Term("k粉", "A1-h", "high", "K粉"),
]
BANK = Bank(TERMS, scheme.named())


def found(text: str, step: int = 0) -> list[tuple[int, int, str]]:
    """Places and risks of the terms in a text that comes in pieces."""
    reader = BANK.reader()
    pieces = [text[start : start + step] for start in range(0, len(text), step)] if step else [text]
    seen = [one for piece in pieces for one in reader.feed(piece)] + [*reader.feed("", final=True)]
    return [(one.start, one.end, one.entry.pattern.rule.id) for one in seen]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("他卖假币。", (2, 4)),
        ("出售假 币", (2, 5)),
        ("假.币", (0, 3)),
        ("假\u200b币", (0, 3)),
        ("假币出售了", (0, 4)),
        ("请买Ｋ粉吧", (2, 4)),
        ("you ＫＩＬＬ yourself now", (4, 17)),
        ("kill-yourself", (0, 13)),
    ],
)
def test_a_term_is_found_in_every_dress(text: str, place: tuple[int, int]) -> None:
    """Full width, case, spaces and dots, unseen characters; of two terms the longer."""
    assert [one[:2] for one in found(text)] == [place]


@pytest.mark.parametrize(
    "text", ["classic assessment", "假。币", "假   币", "k", "", "skill yourself", "他很假，币种不同"]
)
def test_what_only_contains_a_term_is_left(text: str) -> None:
    """Words within words, characters of two sentences, wide gaps."""
    assert found(text) == []


def test_a_term_may_be_written_as_its_parts(tmp_path: Path) -> None:
    """拆字, of the characters that the disguises know."""
    path = tmp_path / "bank.tsv"
    path.write_text("炸弹\tA1-h\thigh\n", "utf-8")
    bank = Bank(read(path), scheme.named())

    assert [(one.start, one.end) for one in bank.reader().feed("造火乍弓单啊", final=True)] == [(1, 5)]


PIECES = st.sampled_from(
    [
        "假",
        "币",
        "出售",
        "kill",
        " ",
        "yourself",
        "ass",
        "x",
        ".",
        "\u200b",
        "。",
        "法轮",
        "K",
        "粉",
        "\u200b" * 40,
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join), st.integers(1, 9))
def test_it_depends_on_the_text_alone(text: str, step: int) -> None:
    """However it is cut."""
    assert found(text, step) == found(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_little_is_held_back(text: str) -> None:
    """Never more than a term may be spread over."""
    reader = BANK.reader()
    for count, one in enumerate(text, 1):
        before = reader.decided
        seen = reader.feed(one)

        assert count - reader.decided <= SPREAD
        assert all(before <= each.start < reader.decided for each in seen)


@pytest.mark.parametrize(
    ("text", "held"), [("built over ", 0), ("built over", 4), ("they killed ", 0), ("a 假 ", 2)]
)
def test_a_word_that_is_whole_begins_no_longer_one(text: str, held: int) -> None:
    """A space ends a word of Latin letters; beside 汉字 it is none, so that a term may go on behind it."""
    bank = Bank(
        [
            Term("overthrow", "A1-a", "low", ""),
            Term("kill all", "A1-f", "low", ""),
            Term("假币", "A1-h", "low", ""),
        ],
        scheme.named(),
    )
    reader = bank.reader()
    reader.feed(text)

    assert len(text) - reader.decided == held


def test_ten_thousand_terms_are_all_found() -> None:
    """In a long text, with the table of pairs."""
    terms = [
        Term(squeezed(chr(0x4E00 + i // 100) + chr(0x6000 + i % 100) + "词"), "A1-f", "high", "x")
        for i in range(10_000)
    ]
    bank = Bank(terms, scheme.named())
    text = "，".join(term.text for term in terms)

    assert bank.size == 10_000
    assert len(bank.reader().feed(text, final=True)) == 10_000
    assert list(bank.reader().feed("普通的一句话。" * 1_000, final=True)) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("词语\n", "bank.tsv:1"),
        ("@ A1-f\n词语\nx\n", "bank.tsv:3"),
        ("# note\n词语\tA9-z\n", "bank.tsv:2"),
        ("词语\tA1-f\tvery\n", "bank.tsv:1"),
        ("@ A1-f\n" + "字" * (LONGEST + 1), "bank.tsv:2"),
        ("@ A1-f\n。。\n", "bank.tsv:2"),
    ],
)
def test_a_bank_that_is_wrong_says_where(tmp_path: Path, content: str, said: str) -> None:
    """With file and line."""
    path = tmp_path / "bank.tsv"
    path.write_text(content, "utf-8")

    with pytest.raises(YanmenError) as caught:
        list(read(path))

    assert caught.value.where.endswith(said)


def test_a_bank_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Missing, or in another encoding."""
    path = tmp_path / "bank.tsv"
    with pytest.raises(YanmenError, match="cannot read"):
        list(read(path))
    path.write_bytes("词语".encode("gbk"))
    with pytest.raises(YanmenError, match="UTF-8"):
        list(read(path))


def test_columns_and_directives_name_risk_and_level(tmp_path: Path) -> None:
    """A term's own columns come before the directive's."""
    path = tmp_path / "bank.tsv"
    path.write_text("@ A1-f low\n甲类\n乙类\thigh\n丙类\tA2\tmedium\n", "utf-8")

    assert [(one.risk, one.level) for one in read(path)] == [
        ("A1-f", "low"),
        ("A1-f", "high"),
        ("A2", "medium"),
    ]


def test_there_is_a_bound_to_terms() -> None:
    """So that a mistake does not eat the memory."""
    with pytest.raises(YanmenError, match="more than"):
        Bank((Term(f"词{i:x}", "A1-f", "low", "") for i in range(MOST_TERMS + 1)), scheme.named())


def test_the_squeezed_text_of_plain_text_is_itself() -> None:
    """But for the case."""
    assert squeezed("The quick brown fox") == "the quick brown fox"
    assert squeezed("普通的一句话") == "普通的一句话"


@settings(max_examples=300)
@given(st.text("abck l.-_!1", max_size=60), st.booleans())
def test_latin_terms_stand_where_a_slow_look_finds_them(text: str, inside: bool) -> None:
    """Whatever stands around them, however many terms there are."""
    terms = ["ab", "ab c", "bca", "cab ab", "1a", "a1 b", "k"]
    bank = Bank(
        (Term(f"{one}bb" if one == "k" else one, "A1-f", "low", one) for one in terms), scheme.named()
    )
    plain = squeezed(text)
    words = sorted(("ab", "ab c", "bca", "cab ab", "1a", "a1 b", "kbb"), key=len, reverse=True)
    slow = []
    for place in range(len(plain)):
        before = plain[place - 1].isalnum() if place else inside
        fits = [
            one
            for one in words
            if plain.startswith(one, place) and not plain[place + len(one) :][:1].isalnum()
        ]
        slow += [(place, one) for one in fits[:1] if not before]

    assert [(place, term.text) for place, term in bank.matches(plain, inside=inside)] == slow


@settings(max_examples=500)
@given(st.text("abk l yourself.-_!1假粉", max_size=40))
def test_a_text_is_quiet_only_where_no_term_is_or_begins(text: str) -> None:
    """Terms that begin in Latin letters and go on in others included."""
    bank = Bank([*TERMS, Term("ab1假", "A1-h", "low", "")], scheme.named())
    plain = squeezed(text)

    if bank.quiet(plain):
        assert bank.matches(plain, inside=False) == []
        assert bank.pending(plain) == len(plain)
    assert bank.quiet("the old bridge was rebuilt.")
