"""Commands for the register of schools."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from kb.cli.base import advance, fail, main, say_count
from kb.config import Settings
from kb.errors import KbError
from kb.register import ImportReport, import_register


@main.group()
def schools() -> None:
    """Look after the register of schools.

    \b
    Example: kb schools import edubasealldata20261118.csv
    """


A_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@schools.command("import")
@click.argument("file", type=A_FILE)
@click.option("--links", type=A_FILE, help="The publisher's links file: which school replaced which.")
@click.pass_obj
def import_schools(settings: Settings, file: Path, links: Path | None) -> None:
    """Replace the register of schools by the publisher's full download, a CSV file or a zip with it.

    Rows that cannot be used are skipped and listed. If the file cannot be used, the register stays as it was.

    \b
    Example: kb schools import edubasealldata20261118.csv --links links_edubasealldata20261118.csv
    """
    now = datetime.now(UTC)
    try:
        if not sys.stderr.isatty():
            click.echo("Importing...", err=True)
            report = import_register(file, settings.data, now, links)
        else:
            with click.progressbar(length=1, label="Importing", file=sys.stderr) as bar:
                report = import_register(file, settings.data, now, links, report=advance(bar))
    except KbError as error:
        fail(f"{error}\nNothing was imported. The register is as it was.")
    except OSError as error:
        fail(f"{error.filename or settings.data} cannot be used: {error.strerror}. Nothing was imported.")
    _print_import(report)


MAX_LISTED = 200  # skipped rows; a file with more is another kind of file


def _print_import(report: ImportReport) -> None:
    for row in report.skipped[:MAX_LISTED]:
        click.echo(f"Skipped {row}.")
    if len(report.skipped) > MAX_LISTED:
        click.echo(f"Skipped {say_count(len(report.skipped) - MAX_LISTED, 'further row')} with such problems.")
    for column, number in sorted(report.unread.items()):
        click.echo(f"Left out {say_count(number, 'value')} of {column} that cannot be read.")
    dated = f"of {report.dated.words}" if report.dated else "that does not say its date"
    click.echo(f"Imported {say_count(report.schools, 'school')} from a file {dated}, in {report.seconds:.1f} seconds.")
    parts = [say_count(report.closed, "closed school"), f"{report.elsewhere} outside England"]
    click.echo(f"Left out {', '.join(parts)}, {say_count(len(report.skipped), 'row')} that cannot be used.")
    if report.from_predecessor:
        click.echo(f"{say_count(report.from_predecessor, 'school')} with the pupil figures of the school replaced.")
    if report.no_council:
        click.echo(f"{say_count(report.no_council, 'school')} of councils that are not, or no longer, in the list.")
    if report.before and report.schools < report.before / 2:
        click.echo(f"Careful: the register held {report.before} schools before. Is this the full download?", err=True)
