"""Commands for the joint bids: what people wrote, kept and put back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from kb.cli.base import fail, main, say_count
from kb.config import Settings
from kb.errors import KbError
from kb.workspaces.backup import LEFT_OUT, BackupReport, write_backup
from kb.workspaces.restore import restore_backup


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(settings: Settings, file: Path) -> None:
    """Write the workspaces of joint bids, and the register of schools if it was imported, to a zip file.

    The site may run meanwhile. Records are not in it: they are in the repository. Keep the file as safe as the data
    folder: it holds what partners wrote.

    \b
    Example: kb backup bids-2026-11-21.zip
    """
    try:
        report = write_backup(settings.data, file, datetime.now(UTC))
    except KbError as error:
        fail(f"{error}\nNothing was written.")
    _print_notes(report)
    click.echo(f"Wrote {_say_what(report)} to {file} ({report.size / 1e6:.1f} MB). {LEFT_OUT}")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.pass_obj
def restore(settings: Settings, file: Path) -> None:
    """Put a backup into a data folder that has no workspaces yet. Everything in it is checked first.

    \b
    Example: kb restore bids-2026-11-21.zip
    """
    try:
        report = restore_backup(file, settings.data)
    except KbError as error:
        fail(f"{error}\nNothing was restored.")
    _print_notes(report)
    click.echo(f"Restored {_say_what(report)} to {settings.data}. Their links work as before.")


def _say_what(report: BackupReport) -> str:
    register = " and the imported register of schools" if report.has_register else ""
    return f"{say_count(report.workspaces, 'workspace')}{register}"


def _print_notes(report: BackupReport) -> None:
    for note in report.notes:
        click.echo(note, err=True)
