"""The register: what it says of a school and of what date, and how it gets into the data folder and stays there."""

from __future__ import annotations

import fcntl
import gzip
import re
import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest
from register_files import SHIPPED, make_seed

from kb.errors import KbError, RecordNotFound
from kb.register import Known, NoRegister, Register, School, ensure_register
from kb.register.read import read_file_meta
from kb.register.seed import SEED, read_seed_schools
from kb.register.write import FILE, replace_register


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_seed(tmp_path_factory.mktemp("seed"))


@pytest.fixture(scope="module")
def register(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Register:
    data = tmp_path_factory.mktemp("data")
    assert ensure_register(data, seed)
    return Register(data)


@pytest.fixture
def seeded(seed: Path, tmp_path: Path) -> Path:
    """A data folder with a register of its own, to spoil."""
    ensure_register(tmp_path / "data", seed)
    return tmp_path / "data"


def note_import(data: Path) -> None:
    """Make a register count as imported."""
    with sqlite3.connect(data / FILE) as connection:
        connection.execute("""update meta set value = '"import"' where key = 'origin'""")
    connection.close()


def write_schools(data: Path, *schools: School) -> None:
    replace_register(data, schools, {"origin": "import", "dated": None, "imported": None, "file": "made"})


# What it says of a school


def test_a_school_is_told_with_its_place_in_the_words_of_the_closed_lists(register: Register) -> None:
    school = register.get_school(100000)
    assert (school.name, school.phase, school.type) == ("The Aldgate School", "Primary", "Voluntary aided school")
    assert (school.la_name, school.local_authority, school.region) == ("City of London", "city-of-london", "london")
    assert (school.age_low, school.age_high, school.postcode) == (3, 11, "EC3A 5DE")


def test_pupil_figures_are_those_of_the_census_they_were_counted_in(register: Register) -> None:
    pupils = register.get_school(100000).pupils
    assert pupils is not None
    assert (pupils.value, pupils.source, str(pupils.dated)) == (285, "January 2019 school census", "2019-01")
    assert not pupils.predecessor


def test_figures_of_a_predecessor_are_marked_and_those_of_the_school_itself_are_not(register: Register) -> None:
    school = register.get_school(143452)
    assert school.pupils is not None
    assert school.fsm_ever6_percent is not None
    assert school.pupils.predecessor
    assert school.fsm_ever6_percent.predecessor
    assert school.predecessor_urns == (132833,)
    assert school.type_known is not None
    assert not school.type_known.predecessor


@pytest.mark.parametrize(
    ("group", "source", "dated"),
    [
        ("record", "Get Information About Schools, 17 June 2024", "2024-06-17"),
        ("type", "Get Information About Schools, groups of 31 August 2022", "2022-08-31"),
        ("profile", "school performance tables, school year 2017-18", "school year 2017-18"),
        ("address", "Get Information About Schools, April 2022", "2022-04"),
        ("trust", "Get Information About Schools, groups of 31 August 2022", "2022-08-31"),
        ("links", "Get Information About Schools, links of 27 July 2025", "2025-07-27"),
    ],
)
def test_each_group_of_values_keeps_its_own_source_and_date(
    register: Register, group: str, source: str, dated: str
) -> None:
    origin = register.get_school(143452).origin_of(group)
    assert origin is not None
    assert (origin.source, str(origin.dated)) == (source, dated)


def test_what_no_source_says_is_none_and_has_no_origin(register: Register) -> None:
    school = register.get_school(100001)
    assert (school.fsm_percent, school.trust_name, school.trust_size) == (None, None, None)
    assert school.origin_of("trust") is None


def test_a_replaced_school_names_its_successor_and_the_day(register: Register) -> None:
    school = register.get_school(100221)
    assert (school.successor_urn, school.successor_name) == (100239, "Princess May Primary School")
    assert school.successor_date == date(2024, 8, 31)


def test_a_list_that_covers_part_of_a_council_only_may_cover_the_school(register: Register) -> None:
    school = register.get_school(121241)  # in Norfolk, of which Norwich alone is in two lists
    assert school.area_lists == ("education-investment-areas",)
    assert school.area_lists_maybe == ("priority-education-investment-areas", "opportunity-areas")


def test_the_size_of_a_trust_is_how_many_of_its_schools_the_register_has(tmp_path: Path) -> None:
    write_schools(
        tmp_path,
        School(200001, "One", "Open", trust_uid="5"),
        School(200002, "Two", "Open", trust_uid="5"),
        School(200003, "Three", "Open", trust_uid="6"),
        School(200004, "Four", "Open"),
    )
    sizes = [Register(tmp_path).get_school(urn).trust_size for urn in (200001, 200002, 200003, 200004)]
    assert sizes == [2, 2, 1, None]


def test_a_school_comes_back_as_it_was_written(seed: Path, register: Register) -> None:
    for school in read_seed_schools(seed):
        read = register.get_school(school.urn)
        assert {**read.__dict__, "trust_size": None, "origins": dict(read.origins)} == {
            **school.__dict__,
            "origins": dict(school.origins),
        }


def test_a_value_without_an_origin_is_not_known() -> None:
    assert Known.from_origin(5, None) is None


@pytest.mark.parametrize("urn", [99, 999999, 0, -100000, 10**30])
def test_a_number_that_no_school_has_is_not_found(register: Register, urn: int) -> None:
    with pytest.raises(RecordNotFound, match=str(urn)):
        register.get_school(urn)


def test_the_schools_of_a_council_come_by_name(register: Register) -> None:
    names = [school.name for school in register.list_schools_of("hackney")]
    assert names == ["Colvestone Primary School", "Hackney New Primary School", "Princess May Primary School"]
    assert register.list_schools_of("atlantis") == []


def test_councils_are_listed_by_name_with_how_many_schools_they_have(register: Register) -> None:
    councils = register.list_local_authorities()
    assert [council.name for council in councils] == sorted(council.name for council in councils)
    assert ("hackney", "Hackney", 3) in [(council.value, council.name, council.schools) for council in councils]
    assert sum(council.schools for council in councils) == len(SHIPPED)


def test_the_register_says_where_it_comes_from_and_of_what_dates_its_sources_are(register: Register) -> None:
    meta = register.read_meta()
    assert (meta["origin"], meta["dated"], meta["schools"]) == ("seed", "2024-06-17", len(SHIPPED))
    assert {"name": "January 2019 school census", "dated": "2019-01"} in meta["sources"]


# What ships with the project


def read_values(content: Path, name: str) -> set[str]:
    """The values of a closed list."""
    return set(re.findall(r"^- value: (\S+)", (content / "vocabulary" / f"{name}.yml").read_text(), re.MULTILINE))


def test_every_shipped_school_has_a_council_and_a_region_of_the_closed_lists(content: Path) -> None:
    schools = list(read_seed_schools(SEED))
    assert len(schools) == len({school.urn for school in schools}) == 25182
    assert {school.local_authority for school in schools} == read_values(content, "local_authorities")
    assert {school.region for school in schools} < read_values(content, "regions")
    assert {name for school in schools for name in (*school.area_lists, *school.area_lists_maybe)} == read_values(
        content, "area_lists"
    )


# How it gets there and stays


def test_a_missing_register_is_made_from_the_seed_once(seed: Path, tmp_path: Path) -> None:
    assert ensure_register(tmp_path, seed)
    before = (tmp_path / FILE).stat().st_ino
    assert not ensure_register(tmp_path, seed)
    assert (tmp_path / FILE).stat().st_ino == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["register.lock", FILE]


def test_a_register_from_an_older_seed_is_made_anew(seeded: Path, tmp_path: Path) -> None:
    newer = make_seed(tmp_path, SHIPPED[:3])
    assert ensure_register(seeded, newer)
    assert Register(seeded).read_meta()["schools"] == 3


def test_an_imported_register_is_never_overwritten_by_a_seed(seeded: Path, tmp_path: Path) -> None:
    note_import(seeded)
    assert not ensure_register(seeded, make_seed(tmp_path, SHIPPED[:3]))
    assert Register(seeded).read_meta()["schools"] == len(SHIPPED)


def test_a_damaged_register_is_kept_since_it_may_be_an_import(seed: Path, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database")
    with pytest.raises(NoRegister, match="kb schools import"):
        ensure_register(tmp_path, seed)
    assert (tmp_path / FILE).read_text() == "no database"


def test_nothing_is_seeded_while_another_process_writes(seed: Path, tmp_path: Path) -> None:
    with (tmp_path / "register.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not ensure_register(tmp_path, seed)
    assert ensure_register(tmp_path, seed)


def test_what_a_writer_that_died_left_is_removed_by_the_next(seed: Path, tmp_path: Path) -> None:
    (tmp_path / f"{FILE}.77.partial").write_text("half")
    ensure_register(tmp_path, seed)
    assert not list(tmp_path.glob("*.partial"))


def test_a_damaged_seed_is_named_and_the_register_stays(seeded: Path, tmp_path: Path) -> None:
    seed = make_seed(tmp_path)
    whole = (seed / "schools.csv.gz").read_bytes()
    (seed / "schools.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(KbError, match="Restore that folder"):
        ensure_register(seeded, seed)
    assert Register(seeded).get_school(100000).name == "The Aldgate School"
    assert not list(seeded.glob("*.partial"))


def test_a_seed_with_an_unreadable_number_is_a_sentence(tmp_path: Path) -> None:
    seed = make_seed(tmp_path, [100000])
    with gzip.open(seed / "schools.csv.gz", "rt", encoding="utf-8") as file:
        text = file.read()
    with gzip.open(seed / "schools.csv.gz", "wt", encoding="utf-8") as file:
        file.write(text.replace(",285,", ",many,"))
    with pytest.raises(KbError, match="cannot be used"):
        ensure_register(tmp_path / "data", seed)


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0"])
def test_without_a_register_that_can_be_read_every_question_says_what_to_do(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    register = Register(tmp_path)
    for ask in (register.read_meta, register.list_local_authorities, lambda: register.find_schools("hill")):
        with pytest.raises(NoRegister, match="kb schools import FILE"):
            ask()


def test_a_register_of_another_version_is_not_read(seeded: Path) -> None:
    with sqlite3.connect(seeded / FILE) as connection:
        connection.execute("update meta set value = '99' where key = 'schema'")
    connection.close()
    assert read_file_meta(seeded / FILE)["schema"] == 99
    with pytest.raises(NoRegister, match="another version"):
        Register(seeded).get_school(100000)


def test_an_open_register_follows_a_file_that_replaces_its_own(seeded: Path) -> None:
    register = Register(seeded)
    assert register.get_school(100000).urn == 100000
    write_schools(seeded, School(200001, "Hill Top School", "Open"))
    assert register.get_school(200001).name == "Hill Top School"
    with pytest.raises(RecordNotFound):
        register.get_school(100000)


def test_an_open_register_goes_on_when_its_file_is_deleted(seeded: Path) -> None:
    register = Register(seeded)
    register.get_school(100000)
    (seeded / FILE).unlink()
    assert register.get_school(100000).urn == 100000


def test_threads_read_the_same_register_at_the_same_time(register: Register) -> None:
    found: list[str] = []

    def read() -> None:
        found.extend(register.get_school(urn).name for urn in SHIPPED for _ in range(5))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * 5 * len(SHIPPED)
    assert set(found) == {register.get_school(urn).name for urn in SHIPPED}
