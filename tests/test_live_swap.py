"""A real server: it goes on answering while a build makes another generation live, and `kb serve` starts and stops."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from register_files import make_seed

from kb.config import PROJECT
from kb.generations import read_current_id
from kb.register import ensure_register

KB = str(Path(sys.executable).with_name("kb"))
PATIENCE = 120  # seconds until a test gives up; a run that works needs a few
# Names the worker in each answer, so that a test can tell the two apart.
SERVER_CONFIG = """
def post_worker_init(worker):
    site = worker.wsgi

    def answer(environ, start_response):
        def start(status, headers, exc_info=None):
            return start_response(status, [*headers, ("X-Worker", str(worker.pid))], exc_info)

        return site(environ, start)

    worker.wsgi = answer
"""
PAGES = ("/search?q=wardens", "/funding", "/api/v1/search?q=school", "/healthz")


def make_environment(content: Path, data: Path, port: int = 0) -> dict[str, str]:
    return {**os.environ, "KB_CONTENT": str(content), "KB_DATA": str(data), "HOST": "127.0.0.1", "PORT": str(port)}


def wait_for(found: Callable[[], object], server: subprocess.Popen[bytes], log: Path) -> None:
    """Ask again and again until the answer is yes; fails when the server ends first or patience does."""
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline, f"nothing came of it: {log.read_text()}"
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.05)
            pytest.fail(f"the server ended: {log.read_text()}")


@contextmanager
def run_server(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server with its output in a file, and end it with the processes it started."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield server
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
            server.wait(PATIENCE)


def read(port: int, path: str) -> tuple[int, str, bytes]:
    """The status, the worker that answered, and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.headers.get("X-Worker", ""), response.read()
    finally:
        connection.close()


def answers(port: int) -> bool:
    try:
        return read(port, "/healthz")[0] == 200
    except OSError:
        return False


@dataclass
class Load:
    """Readers that ask for pages until they are told to stop, and what went wrong for them."""

    port: int
    faults: list[str] = field(default_factory=list)
    asked: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def ask(self, path: str) -> None:
        while not self.stop.is_set():
            try:
                status, _, body = read(self.port, path)
                if status != 200 or not body:
                    self.faults.append(f"{path}: {status}")
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(f"{path}: {error!r}")
            self.asked += 1


@contextmanager
def put_under_load(port: int) -> Iterator[Load]:
    load = Load(port)
    readers = [threading.Thread(target=load.ask, args=(path,)) for path in PAGES]
    for reader in readers:
        reader.start()
    try:
        yield load
    finally:
        load.stop.set()
        for reader in readers:
            reader.join(PATIENCE)


def build(environment: dict[str, str]) -> None:
    subprocess.run([KB, "build"], cwd=PROJECT, env=environment, check=True, capture_output=True)


@pytest.fixture
def site(small_content: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a site whose first generation is built, with a register of a few schools."""
    environment = make_environment(small_content, tmp_path / "data")
    ensure_register(tmp_path / "data", make_seed(tmp_path))
    build(environment)
    return environment


def test_both_workers_follow_a_build_under_load_and_no_request_fails(
    site: dict[str, str], small_content: Path, tmp_path: Path
) -> None:
    log, config = tmp_path / "log", tmp_path / "server.py"
    config.write_text(SERVER_CONFIG)
    command = [sys.executable, "-m", "gunicorn", "--config", str(config), "--bind", "127.0.0.1:0", "--preload"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket", "wsgi:app"]
    first = read_current_id(tmp_path / "data")
    with run_server(command, site, log) as server:
        wait_for(lambda: re.search(rb"Listening at: http://127\.0\.0\.1:(\d+)", log.read_bytes()), server, log)
        port = int(re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", log.read_text())[1])
        live: dict[str, str] = {}

        def see_both_on(generation_id: str | None) -> bool:
            status, worker, body = read(port, "/healthz")
            assert status == 200
            live[worker] = json.loads(body)["generation"]
            return len(live) == 2 and set(live.values()) == {generation_id}

        with put_under_load(port) as load:
            wait_for(lambda: see_both_on(first), server, log)
            page = next(small_content.glob("casestudies/*.md"))
            page.write_text(page.read_text().replace("\n## What changed\n", "\n## What changed\n\nIt was swapped.\n"))
            before = load.asked
            build(site)
            second = read_current_id(tmp_path / "data")
            workers = set(live)
            wait_for(lambda: see_both_on(second), server, log)
            assert load.asked > before
    assert load.faults == []
    assert second != first
    assert set(live) == workers


def test_what_a_server_loads_before_it_answers_is_not_looked_through_for_garbage(tmp_path: Path) -> None:
    program = "import gc, wsgi; print(len(gc.get_objects()) < gc.get_freeze_count())"
    environment = make_environment(tmp_path, tmp_path / "data")
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("True\n", "")


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_kb_serve_builds_what_is_missing_serves_it_and_stops_when_told(small_content: Path, tmp_path: Path) -> None:
    port, log = find_free_port(), tmp_path / "log"
    environment = make_environment(small_content, tmp_path / "data", port)
    with run_server([KB, "serve"], environment, log) as server:
        wait_for(lambda: answers(port), server, log)
        assert json.loads(read(port, "/healthz")[2])["generation"] == read_current_id(tmp_path / "data")
        assert b"Find school funding and partnerships" in read(port, "/")[2]
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
    assert not answers(port)
    said = log.read_text()
    assert "Built " in said
    assert f"http://127.0.0.1:{port}" in said


def test_kb_serve_serves_the_last_good_generation_when_the_content_has_problems(
    site: dict[str, str], small_content: Path, tmp_path: Path
) -> None:
    good = read_current_id(tmp_path / "data")
    next(small_content.glob("funding/*.md")).write_text("---\ntitle: Spoilt\n---\n")
    port, log = find_free_port(), tmp_path / "log"
    with run_server([KB, "serve"], {**site, "PORT": str(port)}, log) as server:
        wait_for(lambda: answers(port), server, log)
        assert json.loads(read(port, "/healthz")[2])["generation"] == good
    assert "Serving the last good generation." in log.read_text()


def test_kb_serve_without_any_generation_ends_with_the_problems_of_the_content(
    small_content: Path, tmp_path: Path
) -> None:
    next(small_content.glob("funding/*.md")).write_text("---\ntitle: Spoilt\n---\n")
    environment = make_environment(small_content, tmp_path / "data", find_free_port())
    command = [KB, "serve"]
    result = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 1
    assert "problems in 1 file." in result.stdout
    assert "Nothing was built." in result.stderr


def test_kb_serve_reload_builds_when_a_content_file_changes_and_stays_up_when_it_is_spoilt(
    site: dict[str, str], small_content: Path, tmp_path: Path
) -> None:
    port, log = find_free_port(), tmp_path / "log"
    page = next(small_content.glob("casestudies/*.md"))
    sound = page.read_text()
    with run_server([KB, "serve", "--reload"], {**site, "PORT": str(port)}, log) as server:
        wait_for(lambda: answers(port), server, log)
        page.write_text("---\ntitle: Spoilt\n---\n")
        wait_for(lambda: b"Nothing was built." in log.read_bytes(), server, log)
        page.write_text(sound.replace("\n## What changed\n", "\n## What changed\n\nIt was reloaded.\n"))
        wait_for(lambda: b"It was reloaded." in read(port, f"/case-studies/{page.stem}")[2], server, log)
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)
    assert not answers(port)
