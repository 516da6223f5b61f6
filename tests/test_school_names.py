"""Finding schools as people write them: names folded, and the closest first."""

from __future__ import annotations

from pathlib import Path

import pytest
from register_files import make_seed

from kb.register import Register, School, ensure_register
from kb.register.find import LOOKED_AT
from kb.register.names import fold_name, parse_name_query
from kb.register.write import replace_register

MANY = (
    School(1000001, "St Mary's CofE Primary School", "Open", town="Bath", la_name="Bath and North East Somerset"),
    School(1000002, "St Mary's Church of England Academy", "Open", town="Leeds", la_name="Leeds"),
    School(1000003, "St Mary's Catholic Primary School", "Open", town="Leeds", la_name="Leeds"),
    School(1000004, "St Mary Magdalene Church of England School", "Open", town="York", la_name="York"),
    School(1000005, "Maryland Primary School", "Open", town="London", la_name="Newham"),
    School(1000006, "Park Junior School", "Open", town="Leeds", la_name="Leeds", phase="Primary"),
    School(1000007, "Park Infants' School", "Open", town="Leeds", la_name="Leeds", phase="Primary"),
    School(1000008, "Leeds Park", "Open", town="York", la_name="York", phase="Secondary"),
    School(1000009, "Holy Trinity", "Open", religious_character="Church of England", phase="Secondary"),
    School(1000010, "All Saints' School", "Open", town="Ely", la_name="Cambridgeshire"),
    School(1000011, "Twin School", "Open", town="Ely", la_name="Cambridgeshire", successor_urn=1000099),
    School(1000012, "Twin School", "Open", town="Ely", la_name="Cambridgeshire"),
)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """A few shipped schools."""
    folder = tmp_path_factory.mktemp("names")
    ensure_register(folder / "data", make_seed(folder))
    return Register(folder / "data")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Made-up schools with names that are hard to tell apart."""
    data = tmp_path_factory.mktemp("many")
    replace_register(data, MANY, {"origin": "import", "dated": None, "imported": None, "file": "made"})
    return Register(data)


def list_found(register: Register, text: str, limit: int = 20) -> list[int]:
    return [match.school.urn for match in register.find_schools(text, limit)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Mary's CofE", "Saint Marys Church of England"),
        ("St Mary’s C of E", "ST MARY`S C.E."),
        ("Our Lady's RC", "Our Ladys Roman Catholic"),
        ("Our Lady's R.C.", "OUR LADYS CATHOLIC"),
        ("St Peter-in-Thanet", "St Peter in Thanet"),
        ("Jack & Jill", "Jack and Jill"),
        ("Ecole Française", "ecole francaise"),
        ("Heartwood CofE (VC)", "Heartwood CE Voluntary Controlled"),
        ("All Saints' Aided", "All Saints Voluntary Aided"),
        ("St James's", "St James"),
        ("Infants' School", "infant sch"),
        ("Ss Peter & Paul", "Sts. Peter and Paul"),
    ],
)
def test_spellings_of_one_name_are_folded_alike(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("St Mary", "All Saints Mary"), ("Princes", "Princess"), ("CofE", "Catholic"), ("VA", "VC")]
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_words_that_people_leave_out_are_not_required_unless_they_are_all_there_is() -> None:
    assert parse_name_query("the hill primary school").required == ("hill",)
    assert parse_name_query("primary school").required == ("primary", "school")


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("st mar", "mar"), ("st mary ", None), ("hill primary", None), ("st mary c of e", None), ("church of eng", "eng")],
)
def test_only_a_last_word_that_may_be_unfinished_is_taken_as_a_beginning(text: str, prefix: str | None) -> None:
    assert parse_name_query(text).prefix == prefix


@pytest.mark.parametrize(
    ("text", "urn", "reason"),
    [
        ("100000", 100000, "urn"),
        ("URN 100000", 100000, "urn"),
        ("urn:100000", 100000, "urn"),
        ("132833", 143452, "former-urn"),
        ("151400", 100179, "later-urn"),
        ("1000", 100000, "urn"),
        ("ec3a5de", 100000, "postcode"),
        (" EC3A  5DE ", 100000, "postcode"),
        ("EC3A 5ZZ", 100000, "postcode-area"),
        ("ec3a", 100000, "postcode-area"),
        ("EC3A 5D", 100000, "postcode-area"),
        ("aldgate", 100000, "name"),
        ("The Aldgate Primary", 100000, "name"),
        ("École Francaise de Londres", 100371, "name"),
        ("saint peter in thanet c of e juniors", 118750, "name"),
        ("kings ely", 110916, "name"),
        ("notre dame greenwich", 100179, "place"),
        ("st marys rc newcastle upon tyne", 140081, "place"),
        ("st mary church of england primary radstock BA3", 147993, "place"),
        ("aldgat", 100000, "name"),
        ("colvestome", 100221, "spelling"),
        ("colvestone manchester", 100221, "some-words"),
    ],
)
def test_a_school_is_found_by_what_people_know_of_it(register: Register, text: str, urn: int, reason: str) -> None:
    first = register.find_schools(text, 5)[0]
    assert (first.school.urn, first.reason) == (urn, reason)


def test_schools_of_one_name_are_told_apart_by_town_and_by_council(register: Register) -> None:
    assert list_found(register, "st mary's catholic staffordshire") == [140803]
    assert list_found(register, "st mary's catholic newcastle under lyme") == [140803]
    assert list_found(register, "st mary's catholic north tyneside") == [148980]


def test_a_short_outward_code_is_not_the_beginning_of_a_longer_one(tmp_path: Path) -> None:
    schools = [School(200001, "One", "Open", postcode="E1 4AB"), School(200002, "Two", "Open", postcode="E10 4AB")]
    replace_register(tmp_path, schools, {})
    assert list_found(Register(tmp_path), "E1") == [200001]
    assert list_found(Register(tmp_path), "E10") == [200002]


def test_the_name_with_nothing_else_in_it_comes_first(many: Register) -> None:
    assert list_found(many, "saint marys c of e primary")[:2] == [1000001, 1000002]
    assert list_found(many, "park leeds")[0] == 1000008


def test_a_word_left_out_or_added_orders_schools_and_shuts_none_out(many: Register) -> None:
    assert list_found(many, "st marys ce academy") == [1000002, 1000001, 1000004]
    assert list_found(many, "st marys ce primary") == [1000001, 1000002, 1000004]
    assert list_found(many, "park infant")[:2] == [1000007, 1000006]
    assert list_found(many, "park junior")[:2] == [1000006, 1000007]
    assert list_found(many, "park junior academy")[:2] == [1000006, 1000007]


def test_the_closest_of_very_many_schools_is_among_those_looked_at(tmp_path: Path) -> None:
    crowd = [School(200001 + number, f"Aaron Park Number {number} School", "Open") for number in range(LOOKED_AT + 50)]
    replace_register(tmp_path, [*crowd, School(300001, "Park School", "Open")], {})
    assert list_found(Register(tmp_path), "park", 1) == [300001]


def test_a_whole_word_of_the_place_comes_before_the_beginning_of_another(tmp_path: Path) -> None:
    schools = [School(200001, "Park School", "Open", town="Yorkton"), School(200002, "Hill Park", "Open", town="York")]
    replace_register(tmp_path, schools, {})
    assert list_found(Register(tmp_path), "park york") == [200002, 200001]


def test_a_whole_word_comes_before_the_beginning_of_a_longer_one(many: Register) -> None:
    found = list_found(many, "mary")
    assert found[-1] == 1000005
    assert len(found) == 5


def test_every_beginning_of_a_name_finds_it_while_it_is_typed(many: Register) -> None:
    name = "St Mary's Church of England Academy"
    for length in range(len("St M"), len(name) + 1):
        assert 1000002 in list_found(many, name[:length]), name[:length]


def test_the_name_comes_before_the_place(many: Register) -> None:
    assert list_found(many, "leeds")[0] == 1000008


def test_a_school_is_found_by_its_faith_and_phase_though_its_name_has_neither(many: Register) -> None:
    assert list_found(many, "holy trinity cofe secondary") == [1000009]


def test_all_saints_is_not_a_saint(many: Register) -> None:
    assert 1000010 not in list_found(many, "saint ")


def test_a_replaced_school_comes_after_its_like(many: Register) -> None:
    assert list_found(many, "twin school") == [1000012, 1000011]


def test_the_total_counts_what_the_limit_leaves_out(many: Register) -> None:
    search = many.search_schools("st mary", 2)
    assert (search.total, len(search.matches)) == (4, 2)


@pytest.mark.parametrize("text", ["", "   ", "'", "٣٣٣", "\x00", "\ud800", '"', "name:", "*", "NEAR(a b)", "-", "zz"])
def test_text_without_a_school_finds_none_and_breaks_nothing(many: Register, text: str) -> None:
    assert many.search_schools(text).total == 0


@pytest.mark.parametrize(
    "text", ["&", "AND", "park OR", "NOT park", "park NEAR leeds", 'park" OR "leeds', "name:park", "park*"]
)
def test_signs_and_words_of_the_text_index_are_only_words(many: Register, text: str) -> None:
    many.search_schools(text)


def test_a_misspelt_word_is_mended_to_the_one_that_most_schools_have(many: Register) -> None:
    assert {match.reason for match in many.find_schools("parq leeds")} == {"spelling"}
    assert list_found(many, "parq leeds")[0] == 1000008
