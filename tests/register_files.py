"""Small registers for tests: a few shipped schools as a seed, and downloads in the publisher's form."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from kb.register import SEED, ImportReport, Register, School, import_register
from kb.register.write import FILE, replace_register

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OLD_SCHOOL = School(300001, "The school that was there", "Open")
Importer = Callable[..., ImportReport]
# A few of the shipped schools: names that repeat, predecessors, successors in and out of the register, odd spellings.
SHIPPED = (
    100000,  # The Aldgate School
    100001,  # an independent school
    100179,  # replaced by a school that the register does not have
    100221,  # Colvestone, replaced by 100239
    100239,  # Princess May
    100371,  # Ecole Française de Londres Jacques Prévert
    110916,  # King's Ely
    118750,  # St Peter-in-Thanet CofE Junior School
    121241,  # Norwich High School for Girls, in a council partly in area lists
    140081,  # St Mary's Catholic School, Newcastle upon Tyne
    140803,  # St Mary's Catholic Primary School, Newcastle-under-Lyme
    142112,  # Hackney New Primary School
    143452,  # pupil figures of its predecessor, 132833
    147993,  # St Mary's Church of England Primary School, Radstock
    148980,  # St Marys Catholic Primary School, Forest Hall
)
HEADER = (
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName", "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)", "EstablishmentTypeGroup (name)", "EstablishmentStatus (code)",
    "EstablishmentStatus (name)", "OpenDate", "CloseDate", "PhaseOfEducation (name)", "StatutoryLowAge",
    "StatutoryHighAge", "ReligiousCharacter (name)", "CensusDate", "NumberOfPupils", "PercentageFSM",
    "TrustSchoolFlag (name)", "Trusts (code)", "Trusts (name)", "Federations (name)", "LastChangedDate", "Locality",
    "Address3", "Town", "Postcode", "HeadLastName", "GOR (name)", "DistrictAdministrative (code)",
)  # fmt: skip
SCHOOL = {
    "URN": "200001",
    "LA (code)": "383",
    "LA (name)": "Leeds",
    "EstablishmentName": "Hill Top Primary School",
    "TypeOfEstablishment (name)": "Community school",
    "EstablishmentTypeGroup (name)": "Local authority maintained schools",
    "EstablishmentStatus (name)": "Open",
    "OpenDate": "01-09-1998",
    "PhaseOfEducation (name)": "Primary",
    "StatutoryLowAge": "4",
    "StatutoryHighAge": "11",
    "ReligiousCharacter (name)": "Does not apply",
    "CensusDate": "15-01-2026",
    "NumberOfPupils": "211",
    "PercentageFSM": "18.5",
    "LastChangedDate": "17-11-2026",
    "Town": "Leeds",
    "Postcode": "LS1 4AB",
    "GOR (name)": "Yorkshire and the Humber",
}
DOWNLOAD = "edubasealldata20261118.csv"
LINKS_HEADER = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")


def write_download(
    folder: Path,
    *changes: dict[str, str],
    name: str = DOWNLOAD,
    header: Iterable[str] = HEADER,
    encoding: str = "cp1252",
) -> Path:
    """A download with one row for each set of changes to SCHOOL, text cells quoted as the publisher does."""
    columns = tuple(header)
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        writer.writerows([{**SCHOOL, **change}.get(column, "") for column in columns] for change in changes)
    return path


def write_links(folder: Path, *rows: tuple[object, ...]) -> Path:
    """A links file of rows (URN, other URN, name, kind of link, date)."""
    path = folder / "links_edubasealldata20261117.csv"
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([LINKS_HEADER, *rows])
    return path


def make_seed(folder: Path, urns: Iterable[int] = SHIPPED) -> Path:
    """A seed folder with some of the shipped schools, and the shipped councils and area lists."""
    seed = folder / "seed"
    shutil.copytree(SEED, seed, ignore=shutil.ignore_patterns("schools.csv.gz", "*.md"))
    wanted = {str(urn) for urn in urns}
    with gzip.open(SEED / "schools.csv.gz", "rt", encoding="utf-8") as shipped:
        lines = [line for number, line in enumerate(shipped) if number == 0 or line.partition(",")[0] in wanted]
    with gzip.open(seed / "schools.csv.gz", "wt", encoding="utf-8") as file:
        file.writelines(lines)
    return seed


def make_old_register(data: Path) -> Path:
    """A data folder with an imported register of one school, OLD_SCHOOL."""
    data.mkdir()
    replace_register(data, [OLD_SCHOOL], {"origin": "import", "dated": None, "imported": None, "file": "old.csv"})
    return data


def has_old_register(data: Path) -> bool:
    """True if the register is still the one that was there, with nothing left beside it."""
    files = {path.name for path in data.iterdir()} - {"register.lock"}
    return files == {FILE} and Register(data).get_school(OLD_SCHOOL.urn) == OLD_SCHOOL


def make_importer(data: Path, seed: Path) -> Importer:
    """What imports a file, and maybe a links file, into a data folder."""

    def run(file: Path, links: Path | None = None) -> ImportReport:
        return import_register(file, data, NOW, links, seed)

    return run
