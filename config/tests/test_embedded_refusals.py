"""Whatever keeps KyroChat from running is said in a plain sentence, and nothing is changed."""

import errno
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from config.embedded import lifeline, postgres, refusals
from config.embedded.account import Account, database_account
from config.embedded.paths import PROJECT, secrets
from config.embedded.refusals import Refusal
from config.embedded.stack import check_data_dir, start_services

AS_ROOT = os.geteuid() == 0


def test_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=f"Port {port} is already in use"):
            refusals.refuse_taken_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [0, 65536])
def test_a_port_that_does_not_exist(port):
    with pytest.raises(Refusal, match="KYRO_PORT must be a number from 1 to 65535"):
        refusals.refuse_taken_port("127.0.0.1", port)


def test_an_address_of_another_machine():
    with pytest.raises(Refusal, match=r"Cannot listen on 192\.0\.2\.1"):
        refusals.refuse_taken_port("192.0.2.1", 8000)


def test_a_data_folder_that_is_a_file(tmp_path):
    (tmp_path / "data").touch()
    with pytest.raises(Refusal, match="cannot be used: Not a directory"):
        check_data_dir(tmp_path / "data")


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_a_data_folder_that_is_not_writable(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(Refusal, match="cannot be used: Permission denied"):
        check_data_dir(tmp_path)


def test_a_read_only_data_folder():
    with pytest.raises(Refusal, match="cannot be used"):
        check_data_dir(Path("/proc/1/kyro"))


def test_a_disk_too_full_for_a_first_start(tmp_path, monkeypatch):
    free = shutil.disk_usage(tmp_path).free
    monkeypatch.setattr(refusals, "FIRST_START_BYTES", free * 2)
    with pytest.raises(Refusal, match="The disk is full"):
        check_data_dir(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        "initdb: error: could not write file: No space left on device",
        'ERROR:  could not extend file "base/1": wrote only 4096 of 8192 bytes\n'
        "HINT:  Check free disk space.",
    ],
)
def test_a_disk_that_fills_up_while_the_database_is_made(tmp_path, words):
    log = tmp_path / "initdb.log"
    log.write_text(f"{words}\nchild process exited with exit code 1\n")
    assert "The disk is full" in str(refusals.failed_service("PostgreSQL", log, tmp_path))
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "The disk is full" in str(refusals.unusable_data_dir(tmp_path, full))


@pytest.mark.parametrize("content", ["", '{"secret', "[]", "{}", '{"secret_key": "x"}'])
def test_damaged_secrets_are_said_and_left_alone(tmp_path, content):
    (tmp_path / "secrets.json").write_text(content)
    with pytest.raises(Refusal, match=r"secrets\.json is damaged"):
        check_data_dir(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == content


def test_a_half_made_database_is_not_touched(tmp_path):
    (tmp_path / "pg" / "base").mkdir(parents=True)
    with pytest.raises(Refusal, match="is only half made"):
        check_data_dir(tmp_path)
    (tmp_path / "pg" / "PG_VERSION").write_text("18\n")
    with pytest.raises(Refusal, match="is only half made"):
        check_data_dir(tmp_path)
    assert sorted(path.name for path in (tmp_path / "pg").iterdir()) == ["PG_VERSION", "base"]


def test_a_database_of_another_major_version(tmp_path):
    (tmp_path / "pg" / "global").mkdir(parents=True)
    (tmp_path / "pg" / "global" / "pg_control").touch()
    (tmp_path / "pg" / "PG_VERSION").write_text("17\n")
    with pytest.raises(Refusal, match="made by PostgreSQL 17, and this is PostgreSQL 18"):
        check_data_dir(tmp_path)


def test_a_data_folder_that_is_a_database_itself(tmp_path):
    (tmp_path / "PG_VERSION").write_text("17\n")
    with pytest.raises(Refusal, match="is itself the folder of a PostgreSQL server"):
        check_data_dir(tmp_path)


@pytest.mark.skipif(not AS_ROOT, reason="only root needs another user for the database")
def test_a_path_the_database_user_cannot_reach(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    binary = postgres.binary("postgres")
    assert database_account(closed, closed / "pg", binary) == Account(own_namespace=True)
    monkeypatch.setattr(lifeline, "_CLONE_NEWUSER", -1)  # as in a locked container
    with pytest.raises(Refusal, match="no other user can reach both"):
        database_account(closed, closed / "pg", binary)


def test_secrets_of_another_database(tmp_path):
    with start_services(tmp_path, durable=False):
        pass
    (tmp_path / "secrets.json").unlink()
    secrets(tmp_path)
    with (
        pytest.raises(Refusal, match="are not those of the database beside it"),
        start_services(tmp_path, durable=False),
    ):
        pass


def prepare(path: Path, project: Path) -> subprocess.CompletedProcess[str]:
    script = project / "config" / "embedded" / "prepare.sh"
    return subprocess.run(
        ["/bin/sh", script, "requirements.txt"],
        env={"PATH": f"{path}"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def bare_path(tmp_path):
    """A PATH with nothing but what the shell script itself calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "dirname").symlink_to(shutil.which("dirname"))
    return folder


def fake_python(folder: Path, *, new_enough: bool) -> None:
    """Answers the question for its version, and has no venv."""
    python = folder / "python3"
    answer = 'case "$2" in *version_info*) exit 0;; esac; exit 1' if new_enough else "exit 1"
    python.write_text(f"#!/bin/sh\n{answer}\n")
    python.chmod(0o755)


def test_no_python(bare_path):
    refused = prepare(bare_path, PROJECT)
    assert refused.returncode == 1
    assert "needs Python 3.11 or newer and found no Python" in refused.stderr


def test_a_python_that_is_too_old(bare_path):
    fake_python(bare_path, new_enough=False)
    refused = prepare(bare_path, PROJECT)
    assert refused.returncode == 1
    assert "needs Python 3.11 or newer, and python3 is older or broken" in refused.stderr


def test_a_python_without_venv(bare_path):
    fake_python(bare_path, new_enough=True)
    refused = prepare(bare_path, PROJECT)
    assert refused.returncode == 1
    assert "python3 has no venv module" in refused.stderr
