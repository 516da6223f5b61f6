"""Finding records by words, over the project's own records."""

from __future__ import annotations

import html
import math
import random
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_content import read_corpus
from rapidfuzz.distance import OSA
from whoosh import index as whoosh_index
from whoosh.matching import NullMatcher
from whoosh.query import Phrase

from kb.generations import Generation
from kb.index import Hits, IndexDocument, TextIndex, describe_record, open_index, parse_query, write_index
from kb.index.concepts import ConceptScores, merge_expressions
from kb.index.excerpt import LENGTH, cut_excerpt
from kb.index.postings import PostingArrays
from kb.index.scores import WordScores, list_members, make_bits
from kb.index.spelling import draw_shape, find_like
from kb.index.spots import Spot, place_words
from kb.index.thesaurus import link_expressions, read_thesaurus
from kb.index.weights import FIELDS, OTHER_WORDS, SATURATION
from kb.index.words import STOP_WORDS, WORD, fold_text, stem_word

NO_SUCH_WORD = "zzqqzz"  # asked for beside others, it keeps what whole names and all words add out of the scores


@pytest.fixture(scope="module")
def documents() -> list[IndexDocument]:
    """What the index was given of each record, by number."""
    corpus = read_corpus()
    records = [*corpus.funding, *corpus.case_studies, *corpus.framework, *corpus.glossary]
    return [describe_record(no, record, corpus.vocabulary) for no, record in enumerate(records)]


@pytest.fixture(scope="module")
def index_folder(built_data: Path, generation: Generation) -> Path:
    return built_data / "generations" / generation.id / "index"


@pytest.fixture(scope="module")
def plain(index_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    """The same index without its thesaurus and its needs, which finds by the words as typed."""
    folder = tmp_path_factory.mktemp("plain") / "index"
    shutil.copytree(index_folder, folder, ignore=shutil.ignore_patterns("thesaurus.json", "needs"))
    return open_index(folder)


def search(generation: Generation, text: str) -> Hits:
    return generation.index.find(parse_query(text))


def search_plain(plain: TextIndex, text: str) -> Hits:
    return plain.find(parse_query(text))


def list_found(generation: Generation, text: str) -> list[str]:
    """What a search finds, best first, as type/id."""
    hits = search(generation, text)
    return [f"{card.type}/{card.id}" for card in generation.catalogue.list_cards(hits.rank(hits.some_words))]


def split_fields(document: IndexDocument) -> list[list[str]]:
    """The stems of each field of a record, worked out without the index."""
    parts = [getattr(document, name) for name in FIELDS]
    return [[stem_word(w) for w in WORD.findall(fold_text(part)) if w not in STOP_WORDS] for part in parts]


def test_a_title_typed_in_full_finds_its_record_first(generation: Generation, documents: list[IndexDocument]) -> None:
    for document in documents:
        for title in document.exact.get("title", ()):
            hits = search(generation, title)
            assert hits.rank(hits.some_words)[0] == document.no, title


def test_an_acronym_or_alias_finds_a_record_of_that_name_first(
    generation: Generation, documents: list[IndexDocument]
) -> None:
    for document in documents:
        for name in (name for kind in document.exact for name in document.exact[kind]):
            hits = search(generation, name)
            first = documents[hits.rank(hits.some_words)[0]]
            assert name in {found for names in first.exact.values() for found in names}, name


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("NRF", "funding/neighbourhood-renewal-fund"),
        ("nrf", "funding/neighbourhood-renewal-fund"),
        ("PAYP", "funding/positive-activities-for-young-people"),
        ("BSF", "funding/building-schools-for-the-future"),
        ("NDC", "funding/new-deal-for-communities"),
        ("sports premium", "funding/primary-pe-and-sport-premium"),
        ("police protocol", "case-study/portsmouth-st-lukes-police-information-sharing"),
        ("PRU", "glossary/pupil-referral-unit"),
        ("Excellence in Cities", "funding/excellence-in-cities"),
    ],
)
def test_a_name_that_readers_use_finds_the_record_they_mean_first(
    generation: Generation, typed: str, found: str
) -> None:
    assert list_found(generation, typed)[0] == found


def test_what_a_case_study_is_about_puts_it_first_only_where_nothing_is_more_about_it(generation: Generation) -> None:
    assert list_found(generation, "Hackney Learning Trust")[0] == "case-study/hackney-learning-trust"
    assert list_found(generation, "looked-after children")[0] == "glossary/looked-after-children"
    outdoors = list_found(generation, "forest school")
    assert "case-study/ashbrow-infant-school-as-family-resource" in outdoors[1:10]
    assert outdoors[0].startswith("funding/")


def test_a_fund_stands_before_the_glossary_term_of_its_name(generation: Generation) -> None:
    assert list_found(generation, "NRF")[:2] == [
        "funding/neighbourhood-renewal-fund",
        "glossary/neighbourhood-renewal-fund",
    ]


def test_having_every_word_lifts_a_record(plain: TextIndex) -> None:
    hits = search_plain(plain, "sports premium")
    apart = [search_plain(plain, word).scores for word in ("sports", "premium")]
    every = list_members(hits.all_words)
    assert 0 < len(every) < hits.some_words.bit_count()
    assert (hits.scores[every] > np.maximum(*apart)[every]).all()


def test_what_the_build_worked_out_for_the_thesaurus_is_what_its_expressions_score(
    generation: Generation, index_folder: Path
) -> None:
    count, thesaurus = generation.index.count, read_thesaurus(index_folder)
    words = WordScores(index_folder, PostingArrays(index_folder, FIELDS), count)
    stored = ConceptScores(index_folder, words, thesaurus, count)
    concepts = thesaurus.list_concepts()
    assert len(concepts) > 500
    for concept in concepts:
        expected, found = merge_expressions(words, concept, count), stored.look_up(concept)
        assert found.bits == expected.bits, concept
        for each, other in zip(found[:3], expected[:3], strict=True):
            assert np.array_equal(each, other), concept


def test_an_expression_of_the_thesaurus_counts_by_its_own_words_or_by_others_whichever_is_more(tmp_path: Path) -> None:
    texts = ("attendance", "truancy", "truancy truancy", "attendance", "nothing of it")
    documents = (IndexDocument(number, "", {}, "", "", text) for number, text in enumerate(texts))
    write_index(tmp_path / "index", documents, [{"same": ["truancy", "attendance"]}])
    hits = open_index(tmp_path / "index").find(parse_query("truancy"))
    assert hits.rank(hits.some_words) == [2, 1, 0, 3]
    assert list_members(hits.all_words).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "meant", "not_meant"),
    [
        ("children in care", "foster", "care of the grounds"),
        ("places after school", "afterschool", "places at school"),
        ("who is in charge", "accountable", "charge the battery"),
        ("outing to the zoo", "excursion", "zoo"),
    ],
)
def test_an_expression_with_one_word_besides_its_small_ones_is_meant_only_with_them(
    generation: Generation, text: str, meant: str, not_meant: str
) -> None:
    def list_looked_for(typed: str) -> set[str]:
        return {
            " ".join(other)
            for concept in generation.index.reader.read_concepts(parse_query(typed))
            for other in concept.others
        }

    stem = stem_word(meant) if meant != "accountable" else "account bodi"
    assert stem in list_looked_for(text)
    assert stem not in list_looked_for(not_meant)


def test_an_expression_known_by_its_small_words_finds_nothing_of_what_its_one_word_does(generation: Generation) -> None:
    (concept,) = generation.index.reader.read_concepts(parse_query("in charge"))
    (other,) = generation.index.reader.read_concepts(parse_query("charge"))
    assert ("fee",) in other.others
    assert ("fee",) not in concept.others


def test_what_is_looked_for_beside_an_expression_is_told_with_its_small_words(generation: Generation) -> None:
    wanted = parse_query("places in care")
    widened = generation.index.reasons.show_widened(wanted, generation.index.find(wanted).concepts)
    assert "foster" in widened["in care"]
    assert "care" not in widened


def test_what_is_left_out_of_a_search_makes_no_expression_of_its_neighbours(generation: Generation) -> None:
    concepts = generation.index.reader.read_concepts(parse_query("children in -danger care"))
    assert "foster" not in {other[0] for concept in concepts for other in concept.others}


def test_another_expression_of_the_thesaurus_counts_for_a_share_of_what_it_scores_itself(tmp_path: Path) -> None:
    documents = (IndexDocument(number, "", {}, "", "", text) for number, text in enumerate(("truancy", "attendance")))
    write_index(tmp_path / "index", documents, [{"typed": ["truancy"], "finds": ["attendance"]}])
    words = WordScores(tmp_path / "index", PostingArrays(tmp_path / "index", FIELDS), 2)
    (concept,) = read_thesaurus(tmp_path / "index").list_concepts()
    own, other = (float(words.look_up(stem_word(word)).scores[0]) for word in ("truancy", "attendance"))
    assert merge_expressions(words, concept, 2).scores.tolist() == pytest.approx([own, OTHER_WORDS * other])


def test_what_a_group_finds_besides_is_found_by_all_of_it_and_finds_nothing_itself() -> None:
    links = link_expressions([{"same": ["swimming", "leisure centre"], "finds": ["pool"]}])
    assert links == {("swim",): (("leisur", "centr"), ("pool",)), ("leisur", "centr"): (("swim",), ("pool",))}


# Each stood in the thesaurus for one of its meanings alone, so that searches for another were led astray.
@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("police forces", "armed forces"),
        ("wards close to the school", "deadline"),
        ("development of sports", "section 106"),
        ("pull out of lessons", "mistakes"),
        ("financial year", "debt"),
        ("reducing exclusions", "taper"),
        ("pooled budget", "swimming"),
        ("cleaning up litter", "joint procurement"),
    ],
)
def test_a_word_of_several_meanings_is_not_widened_by_one_of_them(
    generation: Generation, typed: str, other: str
) -> None:
    wanted = parse_query(typed)
    shown = generation.index.reasons.show_widened(wanted, generation.index.find(wanted).concepts)
    assert other not in {each.lower() for listed in shown.values() for each in listed}


@pytest.mark.parametrize("word", ["wardens", "travellers", "breakfast", "school", "lukes", "2006"])
def test_a_word_finds_exactly_the_records_that_have_it(
    plain: TextIndex, documents: list[IndexDocument], word: str
) -> None:
    stem = parse_query(word).words[0]
    have = {document.no for document in documents if any(stem in field for field in split_fields(document))}
    assert have
    assert set(list_members(search_plain(plain, word).some_words).tolist()) == have


@pytest.mark.parametrize("phrase", ["sharing information", "head of the school", "lead school", "wardens police"])
def test_a_phrase_finds_exactly_the_records_where_its_words_stand_together(
    generation: Generation, documents: list[IndexDocument], phrase: str
) -> None:
    stems = tuple(stem_word(word) for word in phrase.split() if word not in STOP_WORDS)
    have = {d.no for d in documents if any(stems in set(pairwise(field)) for field in split_fields(d))}
    assert set(list_members(search(generation, f'"{phrase}"').all_words).tolist()) == have


def test_a_phrase_is_narrower_than_its_words(generation: Generation) -> None:
    words, phrase = search(generation, "sharing information"), search(generation, '"sharing information"')
    assert 0 < phrase.all_words.bit_count() < words.all_words.bit_count()
    assert phrase.all_words & ~words.all_words == 0


def test_a_word_left_out_is_in_none_of_the_results(plain: TextIndex) -> None:
    school, police = search_plain(plain, "school"), search_plain(plain, "police")
    assert search_plain(plain, "school -police").some_words == school.some_words & ~police.some_words


def test_a_phrase_left_out_leaves_records_that_have_its_words_apart(generation: Generation) -> None:
    phrase = search(generation, '"sharing information"')
    left = search(generation, 'school -"sharing information"')
    assert left.some_words == search(generation, "school").some_words & ~phrase.all_words


def test_words_to_leave_out_alone_give_everything_else(plain: TextIndex) -> None:
    left = search_plain(plain, "-police")
    assert left.some_words.bit_count() == plain.count - search_plain(plain, "police").some_words.bit_count()


def test_a_name_does_not_bring_back_a_record_that_was_left_out(generation: Generation) -> None:
    assert "funding/primary-pe-and-sport-premium" not in list_found(generation, "sports -premium")


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("St Lukes", "St Luke’s"),
        ("st luke's", "St Lukes"),
        ("children’s centres", "childrens centres"),
        ("café", "cafe"),
        ("PORTSMOUTH", "portsmouth"),
        ("warden", "wardens"),
        ("patrolling", "patrols"),
        ("police?", "police"),
    ],
)
def test_spelling_of_accents_apostrophes_capitals_and_endings_makes_no_difference(
    generation: Generation, typed: str, same: str
) -> None:
    assert list_found(generation, typed) == list_found(generation, same) != []


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("EAL", "Ealing"),
        ("travellers", "travel"),
        ("author", "authority"),
        ("university", "universal"),
        ("several", "severe"),
        ("evening", "even"),
        ("community", "communication"),
        ("lettings", "let"),
        ("settings", "set"),
        ("developers", "development"),
        ("parking", "park"),
        ("lights", "light"),
        ("pooled", "pool"),
        ("uniformed", "uniform"),
    ],
)
def test_words_that_mean_different_things_find_different_records(plain: TextIndex, word: str, other: str) -> None:
    found, others = search_plain(plain, word).some_words, search_plain(plain, other).some_words
    assert found != others
    assert found & ~others
    assert parse_query(word).words != parse_query(other).words


@pytest.mark.parametrize(
    ("word", "same"),
    [
        ("child", "children's"),
        ("woman", "women"),
        ("an authority", "authorities"),
        ("bidding", "bid"),
        ("planned", "plan"),
        ("swimming", "swim"),
        ("stabbings", "stabbed"),
        ("staffing", "staff"),
        ("telling", "tell"),
        ("a therapist", "therapies"),
    ],
)
def test_words_of_one_meaning_find_the_same_records(plain: TextIndex, word: str, same: str) -> None:
    assert search_plain(plain, word).some_words == search_plain(plain, same).some_words != 0


def test_a_word_of_seven_letters_is_put_right_by_one_slip_and_not_by_two(generation: Generation) -> None:
    assert generation.index.reader.suggest_spelling(parse_query("premuim")) == "premium"
    assert generation.index.reader.suggest_spelling(parse_query("fire cadets")) is None


@pytest.mark.parametrize("text", ["", "the", "???", "🚓", "\0"])
def test_nothing_to_search_by_matches_every_record(generation: Generation, text: str) -> None:
    hits = search(generation, text)
    assert hits.rank(hits.all_words) == list(range(generation.index.count))


def test_a_word_no_record_has_finds_nothing(generation: Generation) -> None:
    assert list_found(generation, NO_SUCH_WORD) == []


def test_bit_sets_and_lists_of_numbers_say_the_same() -> None:
    numbers = np.array([0, 7, 8, 63, 64, 145])
    assert make_bits(numbers, 146) == sum(1 << int(number) for number in numbers)
    assert list_members(make_bits(numbers, 146)).tolist() == numbers.tolist()
    assert list_members(0).tolist() == []


def test_what_a_word_scores_is_bm25f_over_the_postings_of_whoosh(index_folder: Path) -> None:
    with whoosh_index.open_dir(str(index_folder), readonly=True).reader() as reader:
        count = reader.doc_count_all()
        scores = WordScores(index_folder, PostingArrays(index_folder, FIELDS), count)
        lexicon = sorted({term.decode() for name in FIELDS for term in reader.lexicon(name)})
        for word in ["school", "polic", "fund", "luke", *random.Random(1).sample(lexicon, 40)]:
            times: dict[int, float] = {}
            for name, field in FIELDS.items():
                mean = reader.field_length(name) / count
                matcher = reader.postings(name, word) if (name, word) in reader else NullMatcher()
                while matcher.is_active():
                    length = reader.doc_field_length(matcher.id(), name)
                    share = 1 - field.length + field.length * length / mean
                    times[matcher.id()] = times.get(matcher.id(), 0) + field.weight * matcher.weight() / share
                    matcher.next()
            idf = math.log(1 + (count - len(times) + 0.5) / (len(times) + 0.5))
            expected = {no: idf * found * (SATURATION + 1) / (found + SATURATION) for no, found in times.items()}
            ours = scores.look_up(word)
            assert dict(zip(ours.numbers.tolist(), ours.scores.tolist(), strict=True)) == pytest.approx(
                expected, rel=1e-5
            ), word


def test_a_phrase_that_nobody_wrote_leaves_its_words(generation: Generation) -> None:
    hits = search(generation, '"wardens zzqqzz pitches"')
    assert hits.all_words == 0
    assert hits.some_words


def test_phrases_are_found_where_whoosh_itself_finds_them(index_folder: Path, documents: list[IndexDocument]) -> None:
    reference = whoosh_index.open_dir(str(index_folder), readonly=True)
    arrays, chance = PostingArrays(index_folder, FIELDS), random.Random(2)
    with reference.searcher() as searcher:
        for _ in range(60):
            field = chance.choice([stems for stems in split_fields(chance.choice(documents)) if len(stems) > 3])
            at, length = chance.randrange(len(field) - 2), chance.choice((2, 2, 3))
            phrase = tuple(field[at : at + length])
            theirs = {number for name in FIELDS for number in searcher.docs_for_query(Phrase(name, list(phrase)))}
            assert set(arrays.find_phrase(phrase).tolist()) == theirs != set(), phrase


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("our roof leaks", "funding/condition-improvement-fund"),
        ("pupil premuim", "funding/pupil-premium"),
        ("afterschool childcare", "funding/wraparound-childcare-programme"),
        ("bunking off", "funding/attendance-mentors-programme"),
    ],
)
def test_words_of_a_reader_that_no_record_has_find_what_they_mean(
    generation: Generation, typed: str, found: str
) -> None:
    assert found in list_found(generation, typed)[:10]


def test_a_word_that_records_have_is_never_taken_for_another_one(generation: Generation) -> None:
    (concept,) = generation.index.reader.read_concepts(parse_query("pitches"))
    (slip,) = generation.index.reader.read_concepts(parse_query("pitchess"))
    assert slip.others == (concept.words, *concept.others)
    plain = generation.index.reader.read_concepts(parse_query("brixham"))[0]
    assert plain.others == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pupil premuim", "pupil premium"),
        ("persistant absense", "persistent absence"),
        ("resedential trip", "residential trip"),
        ("regenaration money", "regeneration money"),
    ],
)
def test_a_slip_is_looked_for_as_all_that_its_right_spelling_is(generation: Generation, typed: str, meant: str) -> None:
    slips, right = (generation.index.reader.read_concepts(parse_query(text)) for text in (typed, meant))
    assert [(each.words, *each.others) for each in right] == [
        each.others if each.words != other.words else (each.words, *each.others)
        for each, other in zip(slips, right, strict=True)
    ]
    assert list_found(generation, typed)[0] == list_found(generation, meant)[0]


@pytest.mark.parametrize(
    ("typed", "meant"), [("refurb", "refurbish"), ("safegu", "safeguard"), ("neighb zzqqzz", "neighbourhood zzqqzz")]
)
def test_an_abbreviation_that_no_record_has_is_read_as_the_start_of_a_word(
    generation: Generation, typed: str, meant: str
) -> None:
    concepts = generation.index.reader.read_concepts(parse_query(typed))
    assert [(each.others or (each.words,))[0] for each in concepts] == [(stem,) for stem in meant.split()]


@pytest.mark.parametrize("typed", ["zzqqzz", "refurbs hment", "the", "rof", "comb", "broth"])
def test_what_begins_no_word_or_is_english_is_completed_to_none(generation: Generation, typed: str) -> None:
    concepts = generation.index.reader.read_concepts(parse_query(typed))
    assert [each for each in concepts if each.others and each.others[0][0].startswith(typed)] == []


def test_words_that_the_thesaurus_alone_knows_are_no_slips(generation: Generation) -> None:
    for typed in ("blazers", "EBSA", "imam", "moskue"):
        wanted = parse_query(typed)
        assert generation.index.reader.suggest_spelling(wanted) is None


def test_a_word_longer_than_any_name_is_not_guessed_at(generation: Generation) -> None:
    (concept,) = generation.index.reader.read_concepts(parse_query("schoolpolice" * 40))
    assert concept.others == ()


def test_an_explanation_names_what_each_part_of_a_query_matches(generation: Generation) -> None:
    wanted = parse_query("roof zzqqzz")
    number = generation.index.find(wanted).rank((1 << generation.index.count) - 1)[0]
    roof, unknown = generation.index.reasons.explain(wanted, number)
    assert (roof.typed, roof.score > 0) == ("roof", True)
    assert (unknown.matched, unknown.score) == ("", 0.0)


def test_an_explanation_writes_words_as_they_were_typed_and_others_as_they_are_written(generation: Generation) -> None:
    wanted = parse_query("Turing placements bunking off")
    number = generation.catalogue.find_number("funding", "turing-scheme")
    assert [reason.typed for reason in generation.index.reasons.explain(wanted, number)] == [
        "turing",
        "placements",
        "bunking off",
    ]
    number = generation.catalogue.find_number("glossary", "persistent-absence")
    (reason,) = generation.index.reasons.explain(parse_query("EBSA"), number)
    assert (reason.typed, reason.matched) == ("ebsa", "persistent absence")


def test_a_word_typed_twice_counts_twice(plain: TextIndex) -> None:
    once = search_plain(plain, f"wardens {NO_SUCH_WORD}").scores
    assert search_plain(plain, f"wardens {NO_SUCH_WORD} wardens").scores == pytest.approx(2 * once)


def test_common_words_weigh_less_than_rare_ones_but_never_nothing(plain: TextIndex) -> None:
    common, rare = (search_plain(plain, f"{word} {NO_SUCH_WORD}") for word in ("school", "wardens"))
    assert common.scores.max() < rare.scores.max()
    assert (common.scores[list_members(common.some_words)] > 0).all()


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Makes threads take turns a thousand times as often as usual."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(interval / 1000)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("restless_threads")
def test_four_threads_on_one_index_get_what_one_thread_gets(index_folder: Path, documents: list[IndexDocument]) -> None:
    texts = mix_searches(documents)
    alone = open_index(index_folder)
    expected = {text: answer(alone, text) for text in texts}
    shared, start = open_index(index_folder), threading.Barrier(4)
    wrong: list[str] = []

    def work(seed: int) -> None:
        order = random.Random(seed).sample(texts, len(texts))
        start.wait()
        wrong.extend(text for text in order if answer(shared, text) != expected[text])

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def mix_searches(documents: list[IndexDocument]) -> list[str]:
    """Three hundred searches of all sorts from the records' own words."""
    chance = random.Random(2)
    words = sorted({word for document in documents for word in WORD.findall(fold_text(document.text))})
    texts = []
    for _ in range(60):
        one, two, three = chance.sample(words, 3)
        title = chance.choice(documents).names.replace('"', "")
        texts += [one, f"{one} {two} {three}", f"{one}x {two}", f'school "{title[:30]}"', f"school -{one} -{two}"]
    return texts


def answer(index: TextIndex, text: str) -> tuple[int, int, bytes, list[int], str | None, list[list[Spot]]]:
    query = parse_query(text)
    hits = index.find(query)
    ranked = hits.rank(hits.some_words)
    spots = index.find_spots(query, hits, ranked[:20])
    return hits.all_words, hits.some_words, hits.scores.tobytes(), ranked, index.reader.suggest_spelling(query), spots


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("communty wardens", "community wardens"),
        ("neighborhood renewal", "neighbourhood renewal"),
        ("polcie", "police"),
        ("hosuing protocl", "housing protocol"),
        ('"comunity wardens" -school', '"community wardens" -school'),
        ("Comunity Wardens", "community Wardens"),
        ("wardenship’s comunity’s", "wardenship’s community"),
        ("schools chool", "schools school"),
    ],
)
def test_a_word_no_record_has_is_put_right_from_words_they_have(generation: Generation, typed: str, meant: str) -> None:
    assert generation.index.reader.suggest_spelling(parse_query(typed)) == meant


@pytest.mark.parametrize("typed", ["community wardens", "", "the", "rof", "zzqqzzqq", "x9comunity", "-comunity"])
def test_nothing_is_suggested_where_nothing_is_wrong_or_near(generation: Generation, typed: str) -> None:
    assert generation.index.reader.suggest_spelling(parse_query(typed)) is None


def test_what_is_suggested_finds_something(generation: Generation) -> None:
    suggested = generation.index.reader.suggest_spelling(parse_query("comunity wardns"))
    assert suggested is not None
    assert list_found(generation, suggested)[0] == "case-study/portsmouth-community-wardens"


@pytest.mark.parametrize(("typed", "left_out"), [("EBSA", "school"), ("bunking off", "school")])
def test_a_common_word_of_another_expression_is_not_marked_by_itself(
    generation: Generation, typed: str, left_out: str
) -> None:
    query = parse_query(typed)
    hits = generation.index.find(query)
    numbers = hits.rank(hits.some_words)[:20]
    marked = {
        text[start:end].lower()
        for (_card, text), spots in zip(
            generation.catalogue.list_cards_with_texts(numbers),
            generation.index.find_spots(query, hits, numbers),
            strict=True,
        )
        for start, end, _word in spots
    }
    assert marked
    assert not {word for word in marked if stem_word(word) == stem_word(left_out)}


def find_spots(text: str, *forms: str) -> list[Spot]:
    """Where words stand in a text, found by what is written there."""
    return [(start, end, forms.index(word)) for word, start, end in place_words(text) if word in forms]


def test_a_record_is_marked_wherever_it_has_a_word_in_any_form(generation: Generation) -> None:
    numbers = range(generation.index.count)
    described = generation.catalogue.list_cards_with_texts(numbers)
    for typed in ("warden", "schools", "2006", "lukes", "attend", "cafe"):
        query = parse_query(typed)
        found = generation.index.find_spots(query, replace(generation.index.find(query), concepts=()), numbers)
        for (_card, text), spots in zip(described, found, strict=True):
            marked = [(start, end) for start, end, _word in spots]
            assert marked == [(start, end) for word, start, end in place_words(text) if stem_word(word) in query.words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("St Luke’s, Café re\u0301sume\u0301", ["St", "Luke’s", "Café", "re\u0301sume\u0301"]),
        ("'tis rock''n'roll o’", ["tis", "rock''n'roll", "o"]),
        ("10 m² at ½, a_b", ["10", "m²", "at", "½", "½", "a", "b"]),
    ],
)
def test_words_are_placed_as_they_are_written(text: str, words: list[str]) -> None:
    assert [text[start:end] for _word, start, end in place_words(text)] == words


@settings(deadline=None)
@given(st.text(max_size=300))
def test_words_placed_are_the_words_found(text: str) -> None:
    placed = list(place_words(text))
    assert [word for word, _start, _end in placed] == WORD.findall(fold_text(text))
    assert all(0 <= start < end <= len(text) for _word, start, end in placed)
    assert [start for _word, start, _end in placed] == sorted(start for _word, start, _end in placed)


def test_nothing_near_is_lost_when_words_are_first_sifted_by_their_letters() -> None:
    chance = random.Random(5)
    known = sorted({"".join(chance.choices("abcdefg1", k=chance.randint(3, 9))) for _ in range(3000)})
    shapes = [draw_shape(word) for word in known]
    letters = np.array([shape.letters for shape in shapes], dtype=np.uint64)
    sizes = np.array([shape.size for shape in shapes], dtype=np.int16)
    for typed in chance.sample(known, 60):
        for slips in (1, 2):
            near = {word for word in known if OSA.distance(typed, word) <= slips}
            assert near <= {known[at] for at in find_like(draw_shape(typed), letters, sizes, slips)}


def test_the_first_of_a_ranking_are_the_first_of_the_whole(generation: Generation) -> None:
    hits = generation.index.find(parse_query("school police community money"))
    whole = hits.rank(hits.some_words)
    assert len(whole) > 20
    for limit in (1, 7, 20, len(whole), len(whole) + 5):
        assert hits.rank(hits.some_words, limit) == whole[:limit]


def show_text(excerpt: str) -> str:
    """An excerpt as a reader sees it."""
    return html.unescape(excerpt.replace("<mark>", "").replace("</mark>", ""))


def test_an_excerpt_marks_the_words_that_were_found() -> None:
    text = "A warden patrols; Wardens patrolled. No wardenship."
    excerpt = cut_excerpt(text, find_spots(text, "warden", "wardens", "patrols", "patrolled"))
    assert excerpt == (
        "A <mark>warden</mark> <mark>patrols</mark>; <mark>Wardens</mark> <mark>patrolled</mark>. No wardenship."
    )


@pytest.mark.parametrize("written", ["St Luke's", "St Luke’s", "St Lukes"])
def test_an_excerpt_marks_a_word_whatever_its_apostrophe(written: str) -> None:
    text = f"At {written}, all is well"
    excerpt = html.unescape(cut_excerpt(text, find_spots(text, "lukes")))
    assert excerpt == f"At St <mark>{written[3:]}</mark>, all is well"


def test_an_excerpt_escapes_everything_but_its_marks() -> None:
    text = "<script>alert('wardens')</script> & \"wardens\" <b onclick=x>patrol</b>"
    excerpt = cut_excerpt(text, find_spots(text, "wardens", "script"))
    assert "<" not in excerpt.replace("<mark>", "").replace("</mark>", "")
    assert "&lt;<mark>script</mark>&gt;alert(&#x27;<mark>wardens</mark>&#x27;)" in excerpt
    assert show_text(excerpt) == text


def test_an_excerpt_is_cut_where_most_different_words_stand() -> None:
    filler = "nothing of note here " * 20
    text = f"police police police. {filler} wardens and police met. {filler} wardens."
    excerpt = cut_excerpt(text, find_spots(text, "police", "wardens"))
    assert "<mark>wardens</mark> and <mark>police</mark> met" in excerpt
    assert excerpt.startswith("… ")
    assert excerpt.endswith(" …")


def test_an_excerpt_is_cut_behind_the_summary_where_anything_matches_there() -> None:
    summary, body = "Wardens and police.", "It began with nobody. Then wardens came."
    text = f"{summary} {body}"
    excerpt = cut_excerpt(text, find_spots(text, "wardens", "police"), len(summary) + 1)
    assert excerpt == "It began with nobody. Then <mark>wardens</mark> came."
    only = cut_excerpt(text, find_spots(text, "police"), len(summary) + 1)
    assert only == "Wardens and <mark>police</mark>. It began with nobody. Then wardens came."


def test_of_equal_places_an_excerpt_shows_the_first() -> None:
    filler = "nothing of note here " * 20
    text = f"{filler} early wardens {filler} late wardens"
    assert "early" in cut_excerpt(text, find_spots(text, "wardens"))


def test_without_a_match_an_excerpt_is_the_start_of_the_text() -> None:
    text = "Schools and councils work together. " * 20
    excerpt = cut_excerpt(text, find_spots(text, "wardens"))
    assert excerpt.endswith(" …")
    assert text.startswith(excerpt.removesuffix(" …"))
    assert LENGTH // 2 < len(excerpt) <= LENGTH + 2


def test_a_short_text_is_its_own_excerpt() -> None:
    assert cut_excerpt("All of it.", []) == "All of it."
    assert cut_excerpt("", []) == ""


@settings(deadline=None)
@given(st.text(max_size=900), st.lists(st.sampled_from(["a", "s", "bus", "wardens", "1", "is"]), unique=True))
def test_any_text_gives_a_safe_piece_of_itself(text: str, forms: list[str]) -> None:
    excerpt = cut_excerpt(text, find_spots(text, *forms))
    shown = show_text(excerpt)
    assert shown.removeprefix("… ").removesuffix(" …") in text
    assert len(shown) <= LENGTH + 4
    assert "<" not in excerpt.replace("<mark>", "").replace("</mark>", "")
