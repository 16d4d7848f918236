"""The environment is made when it is missing or broken, and the lock installed when it changed."""

import shutil
import subprocess

import pytest

from config.embedded.paths import PROJECT

pytestmark = pytest.mark.slow


@pytest.fixture
def prepare(tmp_path):
    """The real scripts in a checkout of their own, with a lock that wants nothing."""
    checkout = tmp_path / "Kyro Chat"
    (checkout / "config" / "embedded").mkdir(parents=True)
    for name in ("prepare.sh", "prepare.py"):
        shutil.copy(PROJECT / "config" / "embedded" / name, checkout / "config" / "embedded")
    (checkout / "requirements.txt").write_text("# nothing\n")

    def run() -> str:
        command = ["sh", checkout / "config" / "embedded" / "prepare.sh", "requirements.txt"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    run.checkout = checkout
    return run


def test_each_step_happens_only_when_it_is_needed(prepare):
    first = prepare()
    assert "Making the Python environment" in first
    assert "Installing requirements.txt" in first
    assert prepare() == ""

    (prepare.checkout / "requirements.txt").write_text("# nothing else\n")
    assert prepare() == "Installing requirements.txt (some minutes the first time)\n"

    python = prepare.checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python")
    assert "Making the Python environment" in prepare()
