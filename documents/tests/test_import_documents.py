"""`manage.py import_documents`: a folder of the server's disk comes into somebody's library."""

from __future__ import annotations

import os
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.tenancy import scope, system
from billing.models import Plan
from documents.ingestion import ingest
from documents.management.commands import import_documents
from documents.models import Document
from documents.work import turns

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    """Runs the command; returns its exit status and the lines of both its outputs."""

    def run(*arguments: object) -> tuple[int, list[str], list[str]]:
        capsys.readouterr()
        status = 0
        try:
            call_command("import_documents", *map(str, arguments))
        except SystemExit as end:
            status = end.code
        told = capsys.readouterr()
        return status, told.out.splitlines(), told.err.splitlines()

    return run


@pytest.fixture
def folder(tmp_path):
    """A folder with two files of one name, and what does not belong into a library."""
    root = tmp_path / "Contracts"
    for path in ("2023/notes.txt", "2024/notes.txt", ".git/config", "2024/.hidden.txt"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"This is {path}.")
    return root


def stored(owner) -> list[str]:
    with scope(owner):
        return sorted(document.path for document in Document.objects.all())


def test_a_folder_comes_with_its_paths_and_tags(run, owner, folder):
    status, out, err = run(folder, "--owner", "Owner@example.com", "--tag", "law", "--tag", "old")
    assert (status, out, err) == (0, ["2 added, 0 there already, 0 refused."], [])
    assert stored(owner) == ["Contracts/2023/notes.txt", "Contracts/2024/notes.txt"]
    with scope(owner):
        assert {tuple(document.tags) for document in Document.objects.all()} == {("law", "old")}


def test_a_second_run_adds_only_what_is_new(run, owner, folder):
    run(folder, "--owner", owner.email)
    (folder / "2024" / "new.md").write_text("# New")
    assert run(folder, "--owner", owner.email)[1] == ["1 added, 2 there already, 0 refused."]
    assert len(stored(owner)) == 3


def test_a_dry_run_tells_and_keeps_nothing(run, owner, folder):
    (folder / "film.mp4").write_bytes(b"\xff\xd8")
    status, out, err = run(folder, "--owner", owner.email, "--dry-run")
    assert out == [
        "Contracts/2023/notes.txt (23 bytes)",
        "Contracts/2024/notes.txt (23 bytes)",
        "2 files would be sent, 1 left out.",
    ]
    assert (status, len(err)) == (1, 1)
    assert err[0].startswith("Contracts/film.mp4: A file of the kind .mp4 cannot be read.")
    assert stored(owner) == []


def test_what_is_refused_is_named_and_costs_the_others_nothing(run, owner, folder, tmp_path):
    (folder / "empty.txt").touch()
    (tmp_path / "secret.txt").write_text("Outside.")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "nowhere.txt").symlink_to(folder / "gone.txt")
    (folder / "in.txt").symlink_to(folder / "2023" / "notes.txt")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    status, out, err = run(folder, "--owner", owner.email)
    assert (status, out) == (1, ["2 added, 1 there already, 5 refused."])
    assert sorted(err) == [
        "Contracts/empty.txt: This file is empty.",
        "Contracts/nowhere.txt: No such file or directory",
        "Contracts/out.txt: This link leads out of the folder.",
        "Contracts/pipe: This is no file.",
        "Contracts/up: This link leads out of the folder.",
    ]
    assert len(stored(owner)) == 2


def test_the_plan_holds(run, owner, folder):
    with system():
        Plan.objects.filter(name="free").update(document_limit=1)
    status, out, err = run(folder, "--owner", owner.email)
    assert (status, out) == (1, ["1 added, 0 there already, 1 refused."])
    assert err == [
        "Contracts/2024/notes.txt: Your plan holds 1 document and you have 1, so there is no room"
        " for another. Delete some, or choose a larger plan."
    ]
    assert stored(owner) == ["Contracts/2023/notes.txt"]


def test_nobody_and_nowhere_are_said_plainly(run, owner, folder):
    with pytest.raises(CommandError, match="Nobody has the e-mail address"):
        run(folder, "--owner", "x@y.zz")
    with pytest.raises(CommandError, match="is no folder"):
        run(folder / "gone", "--owner", owner.email)
    with pytest.raises(CommandError, match="A tag has"):
        run(folder, "--owner", owner.email, "--tag", "x" * 51)


@pytest.mark.django_db(transaction=True)
def test_following_waits_for_the_worker_and_names_what_failed(run, owner, folder, monkeypatch):
    monkeypatch.setattr(import_documents, "LOOK", 0.1)
    (folder / "broken.pdf").write_bytes(b"no PDF at all")
    over = threading.Event()
    worker = threading.Thread(target=work, args=[over])
    worker.start()
    try:
        status, out, err = run(folder, "--owner", owner.email, "--follow")
    finally:
        over.set()
        worker.join()
    assert (status, out[0], out[-1]) == (
        1,
        "3 added, 0 there already, 0 refused.",
        "2 ready, 1 failed, 0 waiting",
    )
    [told] = err
    assert told.startswith("Contracts/broken.pdf: This file is named .pdf")


def work(over: threading.Event) -> None:
    """As a worker does."""
    try:
        while not over.wait(0.05):
            if held := turns.take():
                ingest([held])
    finally:
        connection.close()
