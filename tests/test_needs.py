"""What people need: the files, the pages, and what a search makes of a need."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from page_checks import find_part, list_addresses, read_text

from kb.build import check_content
from kb.cli import main
from kb.generations import Generation
from kb.index import Hits, IndexDocument, NeedTexts, open_index, parse_query, write_index
from kb.index.need_words import NeedWords
from kb.index.needs import FOLDER
from kb.index.thesaurus import Thesaurus, read_thesaurus
from kb.queries.needs import NAMED_FROM, find_needs_of_search, get_need, list_answers, make_need_lookup
from kb.queries.request import SearchRequest
from kb.queries.search import run_search
from kb.records.needs import Need

TODAY = date(2026, 11, 21)
LETTERS = "letters home that mums and dads cannot read"


@pytest.fixture(scope="module")
def needs(generation: Generation) -> list[Need]:
    """Every need, in the order of themes and files."""
    return list(generation.derive(make_need_lookup).in_order)


@pytest.fixture
def find(tmp_path: Path) -> Callable[[str], Hits]:
    """Searches four short records and one need, which two of them answer."""
    bodies = ("evening classes", "college courses", "letters to the editor", "a hall for hire")
    need = NeedTexts(LETTERS, ("parents who struggle with reading",), {0: 3, 1: 2})
    write_index(
        tmp_path / "index",
        (IndexDocument(number, body, {"title": (body,)}, "", "", body) for number, body in enumerate(bodies)),
        needs=[need],
    )
    index = open_index(tmp_path / "index")
    return lambda text: index.find(parse_query(text))


def list_found(hits: Hits) -> list[int]:
    return hits.rank(hits.some_words)


def test_a_record_that_answers_the_need_comes_without_a_word_of_the_search(find: Callable[[str], Hits]) -> None:
    hits = find("letters that mums and dads cannot read")
    assert set(list_found(hits)) == {0, 1, 2}
    assert hits.scores[0] > hits.scores[1] > 0
    assert hits.all_words == 0


def test_a_record_that_does_not_answer_does_not_come_for_a_need(find: Callable[[str], Hits]) -> None:
    assert 3 not in list_found(find("letters that mums and dads cannot read"))


def test_what_a_reader_leaves_out_stays_out_whatever_it_answers(find: Callable[[str], Hits]) -> None:
    assert 1 not in list_found(find("letters that mums and dads cannot read -courses"))
    assert list_found(find('"letters to the editor" mums and dads cannot read')) == [2]


def test_a_record_whose_title_is_typed_comes_without_those_that_only_answer_the_need(
    find: Callable[[str], Hits],
) -> None:
    assert list_found(find("letters to the editor")) == [2]


def test_a_search_that_says_all_of_a_title_is_for_that_need_and_not_for_one_that_says_its_words_more_often(
    tmp_path: Path,
) -> None:
    special = ("swings that chairs can use",)
    needs = [
        NeedTexts("Swings and slides at a special school, for pupils in chairs", special, {1: 3}),
        NeedTexts("Swings and slides", ("play area",), {0: 3}),
        *(NeedTexts(f"Other {number}", ("something else",), {2: 3}) for number in range(9)),
    ]
    write_index(
        tmp_path / "index",
        (IndexDocument(number, "", {}, "", "", f"swings {number}") for number in range(3)),
        needs=needs,
    )
    found = open_index(tmp_path / "index").find(parse_query("swings and slides"))
    assert found.needs[0][0] == 1


def test_a_search_of_which_no_need_has_a_word_is_for_none(find: Callable[[str], Hits]) -> None:
    hits = find("hall")
    assert hits.needs == ()
    assert list_found(hits) == [3]


def test_words_that_no_need_has_make_it_less_sure_which_one_a_search_is_for(tmp_path: Path) -> None:
    titles = ("Bicycles for pupils who live far away", "Shelter to park bicycles in", "Repairs to the roof")
    write_index(
        tmp_path / "index",
        (IndexDocument(number, "", {}, "", "", f"bicycles {number}") for number in range(3)),
        needs=[NeedTexts(title, (title.lower(),), {number: 3}) for number, title in enumerate(titles)],
    )
    index = open_index(tmp_path / "index")
    known = index.find(parse_query("shelter for bicycles"))
    unknown = index.find(parse_query("shelter for bicycles zebras lions giraffes"))
    assert known.needs[0][0] == unknown.needs[0][0] == 1
    assert unknown.needs[0][1] < known.needs[0][1]


def test_a_search_is_also_for_needs_that_have_all_of_another_expression_for_its_words(tmp_path: Path) -> None:
    titles = ("Minibus that we share", "Coach for day trips", "Lift for a hall", "Charabancs in history")
    write_index(
        tmp_path / "index",
        (IndexDocument(number, "", {}, "", "", f"charabanc {number}") for number in range(len(titles))),
        groups=[{"same": ("charabanc", "day trip coach")}, {"same": ("charabanc", "hall minibus")}],
        needs=[NeedTexts(title, (title.lower(),), {number: 3}) for number, title in enumerate(titles)],
    )
    hits = open_index(tmp_path / "index").find(parse_query("charabanc"))
    assert {place for place, _weight in hits.needs} == {1, 3}


def test_a_slip_in_a_search_is_for_the_need_that_has_the_right_word(find: Callable[[str], Hits]) -> None:
    assert find("leters").needs == ((0, 1.0),)


def test_what_the_build_worked_out_of_needs_for_the_thesaurus_is_what_a_search_would(
    generation: Generation, built_data: Path
) -> None:
    folder = built_data / "generations" / generation.id / "index"
    count, thesaurus = len(generation.derive(make_need_lookup).in_order), read_thesaurus(folder)
    stored, afresh = (NeedWords(folder / FOLDER, known, count) for known in (thesaurus, Thesaurus({}, {})))
    concepts = thesaurus.list_concepts()
    assert len(concepts) > 500
    for concept in concepts:
        (found, weight), (expected, expected_weight) = stored.look_up(concept), afresh.look_up(concept)
        assert np.array_equal(found, expected), concept
        assert weight == expected_weight, concept


def test_a_word_of_a_title_counts_for_more_than_another_expression_for_it(tmp_path: Path) -> None:
    titles = ("Coach", "Charabanc")
    write_index(
        tmp_path / "index",
        (IndexDocument(number, "", {}, "", "", f"charabanc {number}") for number in range(2)),
        groups=[{"same": ("charabanc", "coach")}],
        needs=[NeedTexts(title, ("charabanc or coach",), {number: 3}) for number, title in enumerate(titles)],
    )
    hits = open_index(tmp_path / "index").find(parse_query("charabanc"))
    assert [place for place, _weight in hits.needs] == [1, 0]


def test_an_index_without_needs_finds_by_words_as_before(
    generation: Generation, built_data: Path, tmp_path: Path
) -> None:
    folder = built_data / "generations" / generation.id / "index"
    bare = Path(shutil.copytree(folder, tmp_path / "index", ignore=shutil.ignore_patterns("needs")))
    wanted = parse_query("teenagers with nothing to do in the evening")
    with_needs, without = generation.index.find(wanted), open_index(bare).find(wanted)
    assert without.needs == ()
    assert without.all_words == with_needs.all_words
    assert without.some_words & ~with_needs.some_words == 0
    assert without.rank(without.some_words) != with_needs.rank(without.some_words)


def test_every_theme_has_needs_and_every_type_of_record_answers_some(generation: Generation, needs: list[Need]) -> None:
    assert all(len(found) >= 50 for found in generation.catalogue.list_needs().values())
    answered = {address.split("/")[0] for need in needs for address in need.answers}
    assert answered == {"funding", "case-studies", "framework", "glossary"}
    assert len({need.need.casefold() for need in needs}) == len(needs)


def test_the_answers_of_a_need_are_grouped_by_how_well_they_answer_with_current_ones_first(
    generation: Generation,
) -> None:
    _theme, need = get_need(generation, "repair-roof-and-worn-buildings")
    answers = list_answers(generation, need)
    for name, cards in answers.items():
        assert {card.url.strip("/").replace("#", "/") for card in cards} == set(getattr(need, name) or ())
    past = [[card.status in ("closed", "historic") for card in cards if card.status] for cards in answers.values()]
    assert past == [sorted(group) for group in past]


def test_the_page_of_needs_leads_to_each_of_them(get_page: Callable[..., BeautifulSoup], needs: list[Need]) -> None:
    page = get_page("/needs")
    links = [link["href"] for link in page.main.select(".app-needs a")]
    assert links == [f"/needs/{need.id}" for need in needs if not need.wider]
    theme = find_part(page, "Groups of schools and joint bids")
    assert list_addresses(theme)[0].startswith("/needs/")


def test_the_page_of_a_need_leads_to_its_special_cases_and_they_lead_back(
    get_page: Callable[..., BeautifulSoup], needs: list[Need]
) -> None:
    wider = {need.wider for need in needs if need.wider}
    assert len(wider) > 100
    for need in needs[::60]:
        family = need.wider or need.id
        page = get_page(f"/needs/{family}")
        special = list_addresses(page.main.nav) if page.main.nav else []
        assert special == [f"/needs/{case.id}" for case in needs if case.wider == family]
        crumbs = list_addresses(get_page(f"/needs/{need.id}").find(attrs={"aria-label": "Breadcrumb"}))
        assert (f"/needs/{family}" in crumbs) == bool(need.wider)


def test_a_page_of_a_need_shows_what_answers_it_best_first(
    get_page: Callable[..., BeautifulSoup], needs: list[Need]
) -> None:
    for need in needs[::40]:
        page = get_page(f"/needs/{need.id}")
        assert read_text(page.h1) == need.need
        shown = [link["href"].strip("/").replace("#", "/") for link in page.main.select(".app-result__title a")]
        grades = [need.answers[address] for address in shown]
        assert grades == sorted(grades, reverse=True)
        assert set(shown) == set(need.answers)


def test_a_record_leads_to_the_needs_that_it_answers_best(get_page: Callable[..., BeautifulSoup]) -> None:
    condition = list_addresses(find_part(get_page("/funding/condition-improvement-fund"), "Needs it answers"))
    assert condition[0] == "/needs/repair-roof-and-worn-buildings", "and not the first of the file"
    assert "/needs/which-repair-money-is-ours" in condition
    premium = list_addresses(find_part(get_page("/funding/pupil-premium"), "Needs it answers"))
    assert premium[0] == "/needs/pupil-premium-and-free-meals-rules"
    case = get_page("/case-studies/excellence-cluster-lead-school-bidding-rota")
    assert "/needs/bidding-rota" in list_addresses(find_part(case, "Needs it answers"))


def test_a_need_that_is_not_there_answers_with_a_page_that_says_so(client: FlaskClient) -> None:
    answer = client.get("/needs/no-such-need")
    assert answer.status_code == 404
    assert "no-such-need" in answer.text


def ask_needs(generation: Generation, text: str, **selected: str) -> list[str]:
    request = SearchRequest(text, {name: (value,) for name, value in selected.items()})
    return [need.id for need in find_needs_of_search(generation, run_search(generation, request, TODAY))]


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("our boiler is broken and the roof leaks", "repair-roof-and-worn-buildings"),
        ("a minibus for our school", "a-school-minibus"),
        ("breakfast before lessons", "breakfast-before-school"),
        ("minibus", "a-school-minibus"),
        ("our condition bid was refused and the roof still leaks", "condition-bid-refused-roof-still-leaks"),
    ],
)
def test_a_search_that_means_a_need_leads_to_its_page(
    generation: Generation, client: FlaskClient, text: str, need: str
) -> None:
    assert need in ask_needs(generation, text)
    page = BeautifulSoup(client.get("/search", query_string={"q": text}).text, "lxml")
    assert f"/needs/{need}" in [link["href"] for link in page.select("#needs a")]


def test_a_search_for_several_special_cases_is_led_to_what_they_are_cases_of(generation: Generation) -> None:
    weighed = run_search(generation, SearchRequest("minibus"), TODAY).needs
    lookup = generation.derive(make_need_lookup)
    heavy = [lookup.in_order[place] for place, weight in weighed if weight >= NAMED_FROM]
    assert {need.wider for need in heavy} == {"a-school-minibus"}
    assert len(heavy) > 1
    assert ask_needs(generation, "minibus") == ["a-school-minibus"]


@pytest.mark.parametrize("text", ["", "the", "zzqqzz", "what else is there", "Royal Society Partnership Grants"])
def test_a_search_that_means_no_need_leads_to_none(generation: Generation, text: str) -> None:
    assert ask_needs(generation, text) == []


def test_the_command_says_which_need_a_record_answers(built_data: Path) -> None:
    result = CliRunner().invoke(main, ["search", "leaking roof", "--explain"], env={"KB_DATA": str(built_data)})
    assert result.exit_code == 0
    assert re.search(r'answers "Repairs[^"]*" with grade 3 of 3, which this search is for by \d+%', result.stdout)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "funding/hall-fund]",
            "funding/hal-fund]",
            '"funding/hal-fund" leads nowhere. Did you mean funding/hall-fund?',
        ),
        ("funding/hall-fund]", "fund/hall-fund]", '"fund/hall-fund" names no record'),
        ("useful: [glossary/warden]", "useful: [funding/lettings]", '"funding/lettings" stands under two of best'),
        ("  best: [case-studies/wardens, glossary/warden]\n", "", "nothing answers this need"),
        ("id: keep-order-outside", "id: hire-out-a-hall", '"hire-out-a-hall" stands in this file twice'),
        ("    - shopkeepers complain at home time\n", "    []\n", "asked_as"),
        (
            "id: keep-order-outside\n",
            "id: keep-order-outside\n  wider: hire-out-a-hal\n",
            'there is no need "hire-out-a-hal". Did you mean hire-out-a-hall?',
        ),
    ],
)
def test_check_names_what_is_wrong_with_a_need(small_content: Path, old: str, new: str, says: str) -> None:
    path = small_content / "needs" / "money.yml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    problems = check_content(small_content)[1]
    assert any(problem.path == "needs/money.yml" and problem.line and says in str(problem) for problem in problems)


AS_LIST = "  asked_as:\n    - shopkeepers complain at home time\n"


def write_expressions(content: Path, text: str) -> list[str]:
    """Write the expressions of a need as this text; what `kb check` says."""
    path = content / "needs" / "money.yml"
    assert AS_LIST in path.read_text()
    path.write_text(path.read_text().replace(AS_LIST, f"  asked_as: {text}\n"))
    return [str(problem) for problem in check_content(content)[1]]


def test_expressions_may_be_written_as_lines_of_text_and_need_no_quotes(small_content: Path) -> None:
    lines = ("trouble outside: the gates", "", "[shopkeepers] complain # at home time")
    assert write_expressions(small_content, "\n    ".join(("|", *lines))) == []
    need = check_content(small_content)[0].corpus.needs["money"][1]
    assert need.asked_as == (lines[0], lines[2])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("trouble outside the gates, shopkeepers", 'at least 2 expressions, one a line, below "asked_as: |"'),
        (">\n    trouble outside\n    the gates", 'at least 2 expressions, one a line, below "asked_as: |"'),
        ("", "this is empty"),
        ("|\n    - trouble outside\n    - the gates", '"- trouble outside" begins with a sign'),
        ("|\n    trouble outside\n    # the gates", '"# the gates" begins with a sign'),
        ("|\n    trouble outside\n    trouble outside", '"trouble outside" is in this list twice'),
    ],
)
def test_check_names_lines_that_are_no_expressions(small_content: Path, text: str, says: str) -> None:
    said = write_expressions(small_content, text)
    assert len(said) == 1
    assert says in said[0]
    assert "needs/money.yml" in said[0]


def test_check_names_a_special_case_of_a_special_case_and_no_other(small_content: Path) -> None:
    path = small_content / "needs" / "money.yml"
    path.write_text(path.read_text().replace("outside\n", "outside\n  wider: hire-out-a-hall\n", 1))
    assert check_content(small_content)[1] == []
    path.write_text(path.read_text().replace("hall\n", "hall\n  wider: keep-order-outside\n", 1))
    said = [str(problem) for problem in check_content(small_content)[1]]
    assert any(
        '"hire-out-a-hall" is a special case itself, of "keep-order-outside". Name that one' in each for each in said
    )


def test_check_names_a_need_that_stands_in_two_themes_and_a_file_of_no_theme(small_content: Path) -> None:
    folder = small_content / "needs"
    shutil.copy(folder / "money.yml", folder / "things.yml")
    problems = [str(problem) for problem in check_content(small_content)[1]]
    assert any("needs/money.yml" in said and "needs/things.yml has a need of this id too" in said for said in problems)
    (folder / "things.yml").rename(folder / "thing.yml")
    (problem,) = check_content(small_content)[1]
    assert "there is no theme of this name. Did you mean things?" in str(problem)
