"""The register room: schools and councils in their own SQLite file with FTS5, seeded once, replaced whole by an import.

Not part of a generation and never built from content. With the catalogue the only room that knows SQL.
"""

from kb.register.attribution import ATTRIBUTION, Attribution
from kb.register.find import SchoolMatch, SchoolSearch
from kb.register.importer import ImportRefused, ImportReport, SkippedRow, import_register
from kb.register.read import LocalAuthorityCount, NoRegister, Register
from kb.register.school import Known, Origin, School
from kb.register.seed import SEED, ensure_register

__all__ = [
    "ATTRIBUTION",
    "SEED",
    "Attribution",
    "ImportRefused",
    "ImportReport",
    "Known",
    "LocalAuthorityCount",
    "NoRegister",
    "Origin",
    "Register",
    "School",
    "SchoolMatch",
    "SchoolSearch",
    "SkippedRow",
    "ensure_register",
    "import_register",
]
