"""Every process of a stack must find the same files, whatever the folder is called."""

import multiprocessing
import os
from pathlib import Path

import pytest

from config.embedded import paths


def test_the_data_folder_is_the_chosen_one(monkeypatch, tmp_path):
    monkeypatch.setenv("KYRO_DATA_DIR", str(tmp_path))
    assert paths.data_dir() == tmp_path


def test_a_relative_data_folder_lies_in_the_project_folder(monkeypatch):
    monkeypatch.setenv("KYRO_DATA_DIR", "other")
    assert paths.data_dir() == paths.PROJECT / "other"


def test_a_stack_that_has_died_is_not_running(tmp_path):
    assert not paths.is_running(tmp_path)
    (tmp_path / "lock").touch()
    assert not paths.is_running(tmp_path)


def test_sockets_lie_in_the_data_folder(tmp_path):
    assert paths.run_dir(Path("/srv/kyro/.data")) == Path("/srv/kyro/.data/run")


@pytest.mark.parametrize(
    "folder",
    ["/srv/" + "x" * 90, "/srv/Kyro Chat", "/srv/a,b", "/srv/50%", "/srv/ไทย", "/srv/what?"],
)
def test_a_name_that_urls_or_sockets_cannot_carry_gives_a_short_folder(folder):
    found = paths.run_dir(Path(folder))
    assert found.parent == Path("/tmp")
    assert found.name.startswith(f"kyro-{os.geteuid()}-")
    assert found == paths.run_dir(Path(folder))
    assert found != paths.run_dir(Path(folder + "2"))


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path):
    first = paths.secrets(tmp_path / "new")
    assert sorted(first) == ["database_password", "secret_key", "superuser_password"]
    assert len(set(first.values())) == 3
    assert paths.secrets(tmp_path / "new") == first
    assert (tmp_path / "new" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_agree_on_the_secrets(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(paths.secrets, [tmp_path / "new"] * 16, chunksize=1)
    assert all(one == found[0] for one in found)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secrets.json"]
