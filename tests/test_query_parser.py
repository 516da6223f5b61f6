"""What a reader types becomes words, phrases and words to leave out; nothing typed is an error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.generations import Generation
from kb.index import parse_query
from kb.index.query import MAX_CHARACTERS, MAX_WORDS
from kb.index.words import STOP_WORDS, WORD


def test_words_are_stemmed_and_kept_in_the_order_typed() -> None:
    assert parse_query("Wardens patrolling communities").words == ("warden", "patrol", "commun")


def test_a_word_typed_twice_is_one_word_that_counts_twice() -> None:
    query = parse_query("sport funding for sports")
    assert query.words == ("sport", "fund")
    assert query.counts == (2, 1)


def test_small_words_are_left_out() -> None:
    assert parse_query("what is the money for?").words == ("monei",)


@pytest.mark.parametrize("text", ["the", "what is this about", '"to be or not to be"', "-the", '-"of the"'])
def test_a_query_of_small_words_alone_is_empty(text: str) -> None:
    query = parse_query(text)
    assert query.is_empty
    assert query.text == text


def test_words_in_quotes_are_a_phrase_and_words_too() -> None:
    query = parse_query('wardens "police in school"')
    assert query.phrases == (("polic", "school"),)
    assert query.words == ("warden", "polic", "school")


@pytest.mark.parametrize("text", ['"wardens"', '"the wardens"'])
def test_one_word_in_quotes_is_a_plain_word(text: str) -> None:
    query = parse_query(text)
    assert query.phrases == ()
    assert query.words == ("warden",)


def test_a_phrase_typed_twice_is_one_phrase() -> None:
    assert parse_query('"youth club" "Youth Clubs"').phrases == (("youth", "club"),)


@pytest.mark.parametrize("quoted", ["“youth club”", "„youth club“", "«youth club»", '"youth club"'])
def test_typographic_quotes_make_a_phrase(quoted: str) -> None:
    assert parse_query(quoted).phrases == (("youth", "club"),)


@pytest.mark.parametrize("text", ['"youth club', 'youth "club', 'youth club"', "“youth club"])
def test_an_unclosed_quote_opens_no_phrase(text: str) -> None:
    query = parse_query(text)
    assert query.phrases == ()
    assert query.words == ("youth", "club")


def test_only_the_last_of_three_quotes_is_unclosed() -> None:
    query = parse_query('"youth club" near "a school')
    assert query.phrases == (("youth", "club"),)
    assert query.words == ("youth", "club", "near", "school")


def test_a_minus_before_a_word_leaves_it_out() -> None:
    query = parse_query("sport -trusts")
    assert query.words == ("sport",)
    assert query.excluded == (("trust",),)


def test_a_minus_before_a_phrase_leaves_the_phrase_out() -> None:
    query = parse_query('club -"after the match"  -"youth club"')
    assert query.words == ("club",)
    assert query.excluded == (("match",), ("youth", "club"))


@pytest.mark.parametrize(
    "text", ["after-school", "pre-school club", "school - club", "school -", '"after school"-club']
)
def test_a_minus_inside_or_apart_from_words_leaves_nothing_out(text: str) -> None:
    query = parse_query(text)
    assert query.excluded == ()
    assert "school" in query.words


def test_a_query_of_words_to_leave_out_alone_is_not_empty() -> None:
    query = parse_query("-sport")
    assert query.words == ()
    assert not query.is_empty


@pytest.mark.parametrize(
    "text",
    [
        "title:sport",
        "sport*",
        "sp?rt sport",
        "(sport OR",
        "[sport TO",
        "sport~2",
        "sport^5",
        "NOT sport",
        "sport\\",
        "+sport",
    ],
)
def test_operators_and_wildcards_of_other_searches_are_just_signs(text: str) -> None:
    query = parse_query(text)
    assert "sport" in query.words
    assert query.excluded == ()
    assert query.phrases == ()


def test_words_joined_by_signs_are_words_of_their_own() -> None:
    assert parse_query("arts/music,drama;sport&health").words == ("art", "music", "drama", "sport", "health")


def test_emoji_are_no_words() -> None:
    assert parse_query("🚓 police 👩🏽‍🏫").words == ("polic",)
    assert parse_query("🚓👩🏽‍🏫🏴󠁧󠁢󠁥󠁮󠁧󠁿").is_empty


def test_accents_and_apostrophes_make_no_difference() -> None:
    plain = parse_query("st lukes cafe")
    typed = parse_query("St Luke’s Café")
    assert (typed.words, typed.exact) == (plain.words, plain.exact)


def test_words_with_digits_stay_whole() -> None:
    assert parse_query("KS2 2026-27 14s").words == ("ks2", "2026", "27", "14s")


def test_a_nul_separates_words() -> None:
    assert parse_query("police\0wardens").words == ("polic", "warden")


def test_the_whole_query_is_kept_folded_for_titles_and_acronyms() -> None:
    assert parse_query("  The “Pupil-Premium”! ").exact == "the pupil premium"


def test_each_word_is_kept_as_typed_for_spelling() -> None:
    assert parse_query("Communities of wardens").typed == (("commun", "communities"), ("warden", "wardens"))


def test_thirty_two_words_are_used_and_one_more_is_cut() -> None:
    words = [f"word{n}" for n in range(MAX_WORDS + 1)]
    assert not parse_query(" ".join(words[:-1])).cut
    query = parse_query(" ".join(words))
    assert query.cut
    assert query.words == tuple(words[:-1])


def test_ten_thousand_characters_are_cut_to_two_thousand() -> None:
    query = parse_query("schools " * 1249 + "wardens.")
    assert query.cut
    assert query.words == ("school",)
    assert query.counts == (MAX_CHARACTERS // len("schools "),)


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_long_phrase_is_cut_to_thirty_two_words(sign: str) -> None:
    query = parse_query(sign + '"' + " ".join(f"word{n}" for n in range(100)) + '"')
    assert query.cut
    (phrase,) = query.excluded if sign else query.phrases
    assert phrase == tuple(f"word{n}" for n in range(MAX_WORDS))


def test_many_phrases_share_the_thirty_two_words() -> None:
    query = parse_query(" ".join(f'"one two w{n}"' for n in range(20)))
    assert query.cut
    assert sum(map(len, query.phrases)) == MAX_WORDS


PIECES = st.sampled_from(
    [
        "school",
        "police",
        "the",
        "wardens",
        "St Luke’s",
        "NRF",
        '"',
        "“",
        "”",
        "-",
        '-"',
        " ",
        "\0",
        "1 ",
        "é",
        "🚓",
        "*",
        ":",
    ]
)
ANY_TEXT = st.one_of(
    st.text(st.characters(codec=None), max_size=300),
    st.lists(PIECES, max_size=60).map("".join),
    st.lists(PIECES, max_size=400).map(" ".join),
    st.builds(str.__mul__, PIECES, st.integers(1, 3000)),
)


@settings(deadline=None, max_examples=300)
@given(ANY_TEXT)
def test_any_text_is_read_within_the_limits(text: str) -> None:
    query = parse_query(text)
    phrases = [*query.phrases, *query.excluded]
    assert len(query.words) <= MAX_WORDS
    assert sum(map(len, query.phrases)) <= MAX_WORDS
    assert sum(map(len, query.excluded)) <= MAX_WORDS
    assert len(set(query.words)) == len(query.words) == len(query.counts) == len(query.typed)
    assert all(times > 0 for times in query.counts)
    assert all(phrases)
    assert all(WORD.fullmatch(word) for phrase in [query.words, *phrases] for word in phrase)
    assert not any(word in STOP_WORDS for _, word in query.typed)
    assert query.cut or len(text) <= MAX_CHARACTERS


@settings(deadline=None, max_examples=300)
@given(text=ANY_TEXT)
def test_any_text_can_be_searched_for(generation: Generation, text: str) -> None:
    query = parse_query(text)
    hits = generation.index.find(query)
    everything = (1 << generation.index.count) - 1
    assert hits.all_words & ~hits.some_words == 0
    assert hits.some_words & ~everything == 0
    assert np.isfinite(hits.scores).all()
    assert len(hits.rank(everything)) == hits.some_words.bit_count()
    assert isinstance(generation.index.reader.suggest_spelling(query), str | None)
