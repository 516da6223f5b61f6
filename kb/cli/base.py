"""What every command shares: the group, settings, and how problems and progress are said."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from kb.config import SETTINGS, Settings, read_settings
from kb.errors import KbError, Problem
from kb.generations import Generation, Generations

SETTINGS_HELP = "\n".join(
    f"  {setting.name:<13} {setting.help}{f' (default: {setting.default})' if setting.default else ''}"
    for setting in SETTINGS
)


@click.group(
    epilog=f"\b\nSettings, by environment:\n{SETTINGS_HELP}\n\nExit status: 0 done, 1 problems found, 2 wrong usage."
)
@click.pass_context
def main(context: click.Context) -> None:
    """Find school funding and partnerships: check, build, serve and search the knowledge base."""
    try:
        context.obj = read_settings(os.environ)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def fail(message: str) -> NoReturn:
    """End the command with a message and exit status 1."""
    click.echo(message, err=True)
    sys.exit(1)


def say_count(number: int, noun: str) -> str:
    """A count with its noun: "1 record", "3 records"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def print_problems(problems: list[Problem]) -> None:
    """One problem a line, then how many there are in how many files."""
    for problem in problems:
        click.echo(str(problem))
    files = len({problem.path for problem in problems})
    click.echo(f"{say_count(len(problems), 'problem')} in {say_count(files, 'file')}.")


def advance(bar: Any) -> Callable[[int, int], None]:
    """Moves a progress bar as a build or an import reports (done, total)."""

    def report(done: int, total: int) -> None:
        bar.length = total
        bar.update(done - bar.pos)

    return report


def open_live(settings: Settings) -> Generation:
    """The live generation; ends the command when there is none."""
    try:
        return Generations(settings.data).current()
    except KbError as error:
        fail(str(error))
