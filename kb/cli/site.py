"""Commands that build and serve the site."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime

import click
from watchfiles import watch

from kb.build import BuildReport, build_generation, is_current
from kb.cli.base import advance, fail, main, print_problems
from kb.config import PROJECT, Settings
from kb.errors import ContentProblems, KbError
from kb.register import ensure_register


def run_build(settings: Settings) -> BuildReport:
    """Build with a bar on a terminal and plain lines elsewhere; ends the command when the content has problems."""
    try:
        if not sys.stderr.isatty():
            click.echo("Building...", err=True)
            return build_generation(settings.content, settings.data, datetime.now(UTC))
        with click.progressbar(length=1, label="Building", file=sys.stderr) as bar:
            return build_generation(settings.content, settings.data, datetime.now(UTC), advance(bar))
    except ContentProblems as error:
        print_problems(error.problems)
        fail("Nothing was built. The last good generation stays live.")
    except KbError as error:
        fail(f"{error}\nNothing was changed.")
    except OSError as error:
        place = error.filename or settings.data
        fail(f"{place} cannot be used: {error.strerror}. Mend that, or set KB_DATA to another folder.")


def print_report(report: BuildReport) -> None:
    """Say what a build made."""
    names = {"funding": "funding records", "case-study": "case studies", "framework": "framework pages"}
    names |= {"glossary": "glossary terms", "question": "self-assessment questions"}
    parts = ", ".join(f"{number} {names[kind]}" for kind, number in report.counts.items())
    click.echo(f"Built {parts} in {report.seconds:.1f} seconds. Live: {report.generation_id}")


@main.command()
@click.pass_obj
def build(settings: Settings) -> None:
    """Check the content, build a new generation beside the live one and make it live.

    \b
    Example: kb build
    """
    print_report(run_build(settings))


@main.command()
@click.option("--reload", is_flag=True, help="Build again whenever a content file changes, for authors.")
@click.pass_obj
def serve(settings: Settings, reload: bool) -> None:
    """Serve the site, after building it if the content has changed. A newer build is picked up without a restart.

    \b
    Example: PORT=8080 kb serve --reload
    """
    if not is_current(settings.content, settings.data):
        try:
            print_report(run_build(settings))
        except SystemExit:
            if not (settings.data / "current").exists():
                raise
            click.echo("Serving the last good generation.", err=True)
    seed_register(settings)
    click.echo(f"Find school funding and partnerships: http://{settings.host}:{settings.port}  (Ctrl-C stops it)")
    command = [sys.executable, "-m", "gunicorn", "--bind", f"{settings.host}:{settings.port}"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]
    command += ["--log-level", "warning", "--limit-request-line", "8190", "--chdir", str(PROJECT), "wsgi:app"]
    if reload:
        sys.exit(serve_and_watch(settings, command))
    os.execv(sys.executable, command)  # noqa: S606 (our own server, fixed arguments)


def serve_and_watch(settings: Settings, command: list[str]) -> int:
    """Run the server and, until it ends, build whenever the content changes; returns the server's exit status.

    A build that finds problems lists them and changes nothing. Stopping this command stops the server.
    """
    server = subprocess.Popen(command)  # noqa: S603 (our own server, fixed arguments)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        for changes in watch(settings.content, rust_timeout=500, yield_on_timeout=True, raise_interrupt=False):
            if server.poll() is not None:
                break
            if changes:
                with suppress(SystemExit):  # the problems are said, and the last good generation stays
                    print_report(run_build(settings))
    finally:
        server.terminate()
    return server.wait()


def seed_register(settings: Settings) -> None:
    """Set up the register that comes with the project where there is none; the site can do without."""
    try:
        if ensure_register(settings.data):
            click.echo("Set up the register of schools that comes with the project.")
    except (KbError, OSError) as error:
        click.echo(f"The pages about schools will not answer: {error}", err=True)
