"""Who must be named wherever the register's data is shown, and under which licence it may be used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attribution:
    """One line to show: its text, and the licence by name and address. The line is `text, licence`."""

    text: str
    licence: str
    licence_url: str

    @property
    def line(self) -> str:
        """The whole line without links, as for JSON."""
        return f"{self.text} {self.licence}: {self.licence_url}"


OGL = "Open Government Licence v3.0"
OGL_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"

ATTRIBUTION = (
    Attribution(
        "Contains public sector information licensed under the Open Government Licence v3.0. Source: Department for "
        "Education, Get Information About Schools; school and college performance tables.",
        OGL,
        OGL_URL,
    ),
    Attribution(
        "Local authority names and codes: mySociety, UK local authorities (past and current) v1.6.1.",
        "CC BY 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
)
