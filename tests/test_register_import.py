"""`kb schools import`: what is read from the publisher's download, and which rows and values are left out."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from register_files import (
    DOWNLOAD,
    HEADER,
    Importer,
    make_importer,
    make_old_register,
    make_seed,
    write_download,
    write_links,
)

from kb.register import Register

OLD_EDUBASE = (
    "URN,Local authority (code),Local authority (name),Establishment number,Establishment name,Street,Locality,"
    "Address3,Town,County,Postcode,Type of establishment,Statutory highest age,Statutory lowest age,Boarders,"
    "Sixth form,UKPRN,"
    "Phase of education,Gender,Religious character,Headteacher,Establishment status,Opening date,Region\n"
    "144332,384,Wakefield,2182,Castleford Half Acres Primary School,Temple Street,,,Castleford,West Yorkshire,wf105re,"
    "Academy Converter,11,3,No Boarders,No,10062845,primary,Mixed,Does not apply,A Head,Open,01/03/2017,"
    "Yorkshire and the Humber\n"
)


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_seed(tmp_path_factory.mktemp("seed"), [])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return make_old_register(tmp_path / "data")


@pytest.fixture
def import_file(data: Path, seed: Path) -> Importer:
    return make_importer(data, seed)


def test_an_import_replaces_the_register_whole(import_file: Importer, data: Path, tmp_path: Path) -> None:
    report = import_file(write_download(tmp_path, {}, {"URN": "200002"}))
    assert (report.schools, report.skipped, report.before) == (2, [], 1)
    assert [school.urn for school in Register(data).list_schools_of("leeds")] == [200001, 200002]
    meta = Register(data).read_meta()
    assert (meta["origin"], meta["file"], meta["dated"]) == ("import", DOWNLOAD, "2026-11-18")
    assert meta["imported"] == "2026-11-21T12:00:00+00:00"


def test_values_are_read_as_the_publisher_writes_them(import_file: Importer, data: Path, tmp_path: Path) -> None:
    import_file(write_download(tmp_path, {"Trusts (code)": "2053", "Trusts (name)": "A TRUST",
                                          "TrustSchoolFlag (name)": "Supported by a multi-academy trust",
                                          "Federations (name)": "Two Hills Federation"}))  # fmt: skip
    school = Register(data).get_school(200001)
    assert (school.name, school.open_date) == ("Hill Top Primary School", date(1998, 9, 1))
    assert (school.type, school.type_group) == ("Community school", "Local authority maintained schools")
    assert (school.sector, school.age_low, school.age_high) == ("state school", 4, 11)
    assert (school.la_code, school.local_authority, school.region) == ("383", "leeds", "yorkshire-and-the-humber")
    assert (school.trust_uid, school.trust_name, school.trust_type) == ("2053", "A TRUST", "Multi-academy trust")
    assert (school.trust_size, school.federation_name) == (1, "Two Hills Federation")


def test_pupil_figures_are_dated_by_their_census_and_the_rest_by_the_file(
    import_file: Importer, data: Path, tmp_path: Path
) -> None:
    import_file(write_download(tmp_path, {}))
    school = Register(data).get_school(200001)
    assert school.pupils is not None
    assert school.fsm_percent is not None
    assert (school.pupils.value, school.pupils.source) == (211, "January 2026 school census")
    assert (school.fsm_percent.value, str(school.fsm_percent.dated)) == (18.5, "2026-01-15")
    assert school.type_known is not None
    assert school.type_known.source == "Get Information About Schools, 18 November 2026"


def test_pupil_figures_without_a_census_date_are_those_of_the_file(
    import_file: Importer, data: Path, tmp_path: Path
) -> None:
    import_file(write_download(tmp_path, {"CensusDate": ""}))
    pupils = Register(data).get_school(200001).pupils
    assert pupils is not None
    assert str(pupils.dated) == "2026-11-18"


def test_free_meals_of_an_independent_school_are_not_known(import_file: Importer, data: Path, tmp_path: Path) -> None:
    independent = {"TypeOfEstablishment (name)": "Other independent school", "PercentageFSM": "0.0"}
    import_file(write_download(tmp_path, independent))
    school = Register(data).get_school(200001)
    assert (school.fsm_percent, school.sector) == (None, "independent school")


@pytest.mark.parametrize(
    ("change", "town"),
    [
        ({"Town": "", "Address3": "Otley"}, "Otley"),
        ({"Town": "", "Locality": "Yeadon"}, "Yeadon"),
        ({"Town": ""}, None),
    ],
)
def test_the_town_may_stand_in_another_line_of_the_address(
    import_file: Importer, data: Path, tmp_path: Path, change: dict[str, str], town: str | None
) -> None:
    import_file(write_download(tmp_path, change))
    assert Register(data).get_school(200001).town == town


def test_a_district_tells_whether_a_list_of_parts_covers_a_school(
    import_file: Importer, data: Path, tmp_path: Path
) -> None:
    norfolk = {"LA (code)": "926", "LA (name)": "Norfolk"}
    import_file(write_download(tmp_path, {**norfolk, "DistrictAdministrative (code)": "E07000148"},
                               {**norfolk, "URN": "200002"}))  # fmt: skip
    norwich, unknown = Register(data).get_school(200001), Register(data).get_school(200002)
    assert "opportunity-areas" in norwich.area_lists
    assert norwich.area_lists_maybe == ()
    assert "opportunity-areas" not in unknown.area_lists
    assert "opportunity-areas" in unknown.area_lists_maybe


def test_a_council_that_is_no_more_keeps_its_name_and_has_no_value(
    import_file: Importer, data: Path, tmp_path: Path
) -> None:
    report = import_file(
        write_download(tmp_path, {"LA (code)": "909", "LA (name)": "Cumbria", "GOR (name)": "North West"})
    )
    school = Register(data).get_school(200001)
    assert (school.la_name, school.local_authority, school.region) == ("Cumbria", None, "north-west")
    assert report.no_council == 1


@pytest.mark.parametrize("missing", ["LA (code)", "LA (name)"])
def test_a_council_is_known_by_its_code_or_by_its_name(
    import_file: Importer, data: Path, tmp_path: Path, missing: str
) -> None:
    import_file(write_download(tmp_path, {}, header=[name for name in HEADER if name != missing]))
    assert Register(data).get_school(200001).local_authority == "leeds"


def test_columns_may_be_missing_and_stand_in_any_order(import_file: Importer, data: Path, tmp_path: Path) -> None:
    header = ["EstablishmentStatus (name)", "LA (code)", "Something new", "EstablishmentName", "URN"]
    import_file(write_download(tmp_path, {}, header=header))
    school = Register(data).get_school(200001)
    assert (school.name, school.pupils, school.type, school.phase) == ("Hill Top Primary School", None, None, None)


def test_of_two_headers_for_one_value_that_of_today_is_read(import_file: Importer, data: Path, tmp_path: Path) -> None:
    import_file(write_download(tmp_path, {"School name": "Its old name"}, header=["School name", *HEADER]))
    assert Register(data).get_school(200001).name == "Hill Top Primary School"


def test_an_older_file_with_other_headers_is_read(import_file: Importer, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "EduBase_Schools_March_2017.csv"
    file.write_text(OLD_EDUBASE)
    report = import_file(file)
    school = Register(data).get_school(144332)
    assert (school.name, school.la_name, school.town) == (
        "Castleford Half Acres Primary School",
        "Wakefield",
        "Castleford",
    )
    assert (school.type, school.type_group, school.phase) == ("Academy converter", "Academies", "Primary")
    assert (school.open_date, school.postcode, school.age_low) == (date(2017, 3, 1), "WF10 5RE", 3)
    assert (report.dated, report.unread) == (None, {})


def test_a_file_whose_name_says_no_day_is_of_its_newest_change(import_file: Importer, tmp_path: Path) -> None:
    changed = [
        {},
        {"URN": "200002", "LastChangedDate": "01-02-2026"},
        {"URN": "200003", "LastChangedDate": "01-01-2099"},
    ]
    report = import_file(write_download(tmp_path, *changed, name="schools.csv"))
    assert str(report.dated) == "2026-11-17"


def test_closed_schools_and_those_outside_england_are_counted_and_left_out(
    import_file: Importer, tmp_path: Path
) -> None:
    report = import_file(
        write_download(
            tmp_path,
            {},
            {"URN": "200002", "EstablishmentStatus (name)": "Closed"},
            {"URN": "200003", "TypeOfEstablishment (name)": "Welsh establishment"},
            {"URN": "200004", "LA (code)": "702", "LA (name)": "Offshore"},
            {"URN": "200005", "GOR (name)": "Wales (pseudo)"},
            {"URN": "200006", "EstablishmentStatus (name)": "Open, but proposed to close"},
        )
    )
    assert (report.schools, report.closed, report.elsewhere, report.skipped) == (2, 1, 3, [])


# Links


def test_links_say_what_replaced_a_school_and_what_it_replaced(
    import_file: Importer, data: Path, tmp_path: Path
) -> None:
    links = write_links(
        tmp_path,
        (200001, 200002, "New Hill Academy", "Successor", "31-12-2026"),
        (200002, 100999, "Old Hill School", "Predecessor - amalgamated", ""),
        (200002, 200003, "Split Hill", "Successor - Split School", "01-01-2020"),
        (200002, 200004, "Sixth Form", "Sixth Form Centre Link", ""),
    )
    import_file(write_download(tmp_path, {}, {"URN": "200002"}), links)
    register = Register(data)
    old, new = register.get_school(200001), register.get_school(200002)
    assert (old.successor_urn, old.successor_name, old.successor_date) == (
        200002,
        "New Hill Academy",
        date(2026, 12, 31),
    )
    assert set(new.predecessor_urns) == {200001, 100999}
    assert new.successor_urn is None
    assert [match.school.urn for match in register.find_schools("100999")] == [200002]
    origin = old.origin_of("links")
    assert origin is not None
    assert str(origin.dated) == "2026-11-17"


def test_a_school_without_pupil_figures_has_those_of_the_one_it_replaced_and_they_are_marked(
    import_file: Importer, data: Path, tmp_path: Path
) -> None:
    new = {"URN": "200009", "NumberOfPupils": "", "PercentageFSM": ""}
    old = {"URN": "100999", "EstablishmentStatus (name)": "Closed", "CensusDate": "16-01-2025", "NumberOfPupils": "77"}
    report = import_file(
        write_download(tmp_path, new, old), write_links(tmp_path, (200009, 100999, "Old", "Predecessor", ""))
    )
    pupils = Register(data).get_school(200009).pupils
    assert report.from_predecessor == 1
    assert pupils is not None
    assert (pupils.value, pupils.source, pupils.predecessor) == (77, "January 2025 school census", True)


@pytest.mark.parametrize("kind", ["Predecessor", "Predecessor - merged"])
def test_figures_of_one_of_several_predecessors_are_not_taken(
    import_file: Importer, data: Path, tmp_path: Path, kind: str
) -> None:
    closed = {"URN": "100998", "EstablishmentStatus (name)": "Closed"}
    links = write_links(tmp_path, (200001, 100998, "One", "Predecessor", ""), (200001, 100999, "Two", kind, ""))
    import_file(write_download(tmp_path, {"NumberOfPupils": ""}, closed), links)
    assert Register(data).get_school(200001).pupils is None


def test_a_link_that_cannot_be_used_is_listed_with_its_line(import_file: Importer, tmp_path: Path) -> None:
    links = write_links(tmp_path, (200001, "none", "X", "Successor", ""), (200001, 200002))
    report = import_file(write_download(tmp_path, {}), links)
    assert [row.line for row in report.skipped] == [2, 3]
    assert str(report.skipped[0]).startswith("links_edubasealldata20261117.csv:2: ")


# Rows that cannot be used


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"URN": "12"}, '"12" is not a URN'),
        ({"URN": ""}, '"" is not a URN'),
        ({"URN": "٢٠٠٠٠٢"[:3]}, "is not a URN"),
        ({"EstablishmentName": "  "}, "it has no name"),
        ({"LA (code)": "", "LA (name)": ""}, "it has no local authority"),
        ({"EstablishmentStatus (name)": "Dreaming"}, '"Dreaming" is not a status'),
        ({"EstablishmentStatus (name)": ""}, "it has no status"),
    ],
)
def test_a_row_that_cannot_be_used_is_skipped_and_listed(
    import_file: Importer, tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    report = import_file(write_download(tmp_path, {}, {"URN": "200002", **change}, {"URN": "200003"}, encoding="utf-8"))
    assert report.schools == 2
    assert [row.line for row in report.skipped] == [3]
    assert reason in report.skipped[0].reason


def test_of_two_rows_with_one_urn_the_first_is_kept_and_the_other_listed(
    import_file: Importer, data: Path, tmp_path: Path
) -> None:
    report = import_file(write_download(tmp_path, {}, {"EstablishmentName": "The same again"}))
    assert Register(data).get_school(200001).name == "Hill Top Primary School"
    assert [str(row) for row in report.skipped] == [
        f"{DOWNLOAD}:3: URN 200001: this URN stands on line 2 already, and that row is kept"
    ]


def test_rows_with_cells_missing_or_too_many_are_skipped_by_line(import_file: Importer, tmp_path: Path) -> None:
    file = write_download(tmp_path, {"EstablishmentName": "Two\nlines"}, {"URN": "200002"}, {"URN": "200003"})
    lines = file.read_text(encoding="cp1252").splitlines(keepends=True)
    lines[3] = '"200002","383"\r\n'
    lines.append(lines[4].replace("200003", "200004").rstrip() + ',"more"\r\n')
    lines.append('"200005","stray "quote"\r\n')
    file.write_text("".join(lines), encoding="cp1252", newline="")
    report = import_file(file)
    assert report.schools == 2
    assert [row.line for row in report.skipped] == [4, 6, 7]


def test_empty_lines_are_no_rows(import_file: Importer, tmp_path: Path) -> None:
    file = write_download(tmp_path, {})
    file.write_bytes(file.read_bytes() + b"\r\n,,\r\n\r\n")
    report = import_file(file)
    assert (report.schools, report.skipped) == (1, [])


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("OpenDate", "31-02-2001", "open_date"),
        ("NumberOfPupils", "SUPP", "pupils"),
        ("PercentageFSM", "140", "fsm_percent"),
        ("StatutoryLowAge", "-1", "age_low"),
        ("Postcode", "NOWHERE", "postcode"),
    ],
)
def test_a_value_that_cannot_be_read_is_left_out_and_counted(
    import_file: Importer, data: Path, tmp_path: Path, column: str, value: str, field: str
) -> None:
    report = import_file(write_download(tmp_path, {column: value}))
    assert getattr(Register(data).get_school(200001), field) is None
    assert report.unread == {column: 1}


# Encodings and zips


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_typographic_signs_are_read_in_the_publishers_encoding_and_in_utf8(
    import_file: Importer, data: Path, tmp_path: Path, encoding: str
) -> None:
    import_file(write_download(tmp_path, {"EstablishmentName": "St Mary’s École – Leeds"}, encoding=encoding))
    assert Register(data).get_school(200001).name == "St Mary’s École – Leeds"


def test_a_zip_with_the_one_file_is_read_as_it_was_downloaded(import_file: Importer, tmp_path: Path) -> None:
    path = tmp_path / "extract.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(write_download(tmp_path, {}), f"extract/{DOWNLOAD}")
        archive.writestr("readme.txt", "notes")
    report = import_file(path)
    assert (report.schools, str(report.dated)) == (1, "2026-11-18")
