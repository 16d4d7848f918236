import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from documents.extraction import ExtractionError, Limits, extract
from documents.tests import samples

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bomb(tmp_path):
    path = tmp_path / "bomb.pdf"
    path.write_bytes(samples.pdf_bomb())
    return path


@pytest.fixture
def slow(tmp_path):
    """Seconds of computing and little memory."""
    path = tmp_path / "slow.docx"
    path.write_bytes(samples.docx_of("<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 700_000))
    return path


def forkers(of):
    """The warm processes among the children of a process (the suite's databases are others)."""
    return [child for child in children_of(of) if b"child.py" in command_of(child)]


def readers(of):
    return [reader for forker in forkers(of) for reader in children_of(forker)]


def children_of(process):
    with suppress(OSError):
        return [
            int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]
    return []


def command_of(process):
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return result


def test_a_pdf_bomb_ends_in_error_within_512_mb(bomb):
    # A small parent: a child's peak is at least that of the process it was started from.
    script = (
        "import resource, sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from documents.extraction import ExtractionError, extract\n"
        "try: extract(Path(sys.argv[1]), 'bomb.pdf')\n"
        "except ExtractionError as error: print(error.code)\n"
        "from documents.extraction.forker import end_all; end_all()\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
    )
    started = time.monotonic()
    command = [sys.executable, "-c", script, str(bomb)]
    code, peak = subprocess.run(command, capture_output=True, text=True).stdout.split()
    assert code in {"parser_crashed", "too_much_memory"}
    assert 50 < int(peak) <= 512
    assert time.monotonic() - started < 30


def test_computing_is_limited(slow):
    with pytest.raises(ExtractionError, match="more than 1 s of computing") as caught:
        extract(slow, "slow.docx", limits=Limits(cpu_seconds=1))
    assert (caught.value.code, caught.value.permanent) == ("too_much_computing", True)


def test_waiting_is_limited(slow):
    with pytest.raises(ExtractionError) as caught:
        extract(slow, "slow.docx", limits=Limits(wall_seconds=0.5))
    assert caught.value.code == "took_too_long"
    assert readers(os.getpid()) == []


def test_memory_is_limited(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(b"word " * 4_000_000)
    with pytest.raises(ExtractionError, match="more than 48 MB of memory") as caught:
        extract(path, "large.txt", limits=Limits(memory_bytes=48 << 20))
    assert caught.value.code == "too_much_memory"


def test_a_result_beyond_the_limit_is_not_read(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 100_000)
    with pytest.raises(ExtractionError) as caught:
        extract(path, "a.txt", limits=Limits(output_bytes=10_000))
    assert caught.value.code == "too_large_text"


def test_a_reader_killed_from_outside_is_worth_another_try(slow):
    def kill():
        os.kill(wait_for(lambda: readers(parent))[0], signal.SIGKILL)

    # Children are listed by the thread that started them.
    parent = os.getpid()
    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ExtractionError, match="was interrupted") as caught:
        extract(slow, "slow.docx")
    killer.join()
    assert (caught.value.code, caught.value.permanent) == ("parser_lost", False)


def test_one_warm_process_reads_many_documents_each_in_a_process_of_its_own(slow):
    seen = []

    def look():
        seen.append((*forkers(os.getpid()), *readers(os.getpid())))
        raise InterruptedError

    path = slow.with_name("a.txt")
    path.write_text("A line.")
    extract(path, "a.txt")
    warm = forkers(os.getpid())
    extract(path, "a.txt")
    assert forkers(os.getpid()) == warm
    with pytest.raises(InterruptedError):
        extract(slow, "slow.docx", waiting=look)
    assert seen[0][0] == warm[0]
    assert seen[0][1] != warm[0]
    assert forkers(os.getpid()) == []  # what broke off is not used again


def test_a_warm_process_that_died_meanwhile_is_replaced(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("A line.")
    extract(path, "a.txt")
    (warm,) = forkers(os.getpid())
    os.kill(warm, signal.SIGKILL)
    assert extract(path, "a.txt").text == "A line."


def test_waiting_is_called_and_may_abort(slow):
    seen = []

    def lease_lost():
        seen.extend(readers(os.getpid()))
        raise TimeoutError("lease lost")

    started = time.monotonic()
    with pytest.raises(TimeoutError, match="lease lost"):
        extract(slow, "slow.docx", waiting=lease_lost)
    assert 0.9 < time.monotonic() - started < 3
    assert len(seen) == 1
    assert not Path(f"/proc/{seen[0]}").exists()


def test_the_reader_dies_with_its_worker(slow):
    script = (
        f"import sys; from pathlib import Path; sys.path.insert(0, {str(ROOT)!r})\n"
        "from documents.extraction import extract; extract(Path(sys.argv[1]), 'slow.docx')"
    )
    worker = subprocess.Popen([sys.executable, "-c", script, str(slow)])
    reader = wait_for(lambda: readers(worker.pid))[0]
    time.sleep(0.3)  # past its start-up, where a dead parent is found by asking
    worker.kill()
    worker.wait()
    wait_for(lambda: not Path(f"/proc/{reader}").exists())


def test_the_reader_knows_no_secrets_and_no_place_to_write(slow, monkeypatch):
    monkeypatch.setenv("KYRO_SECRET_KEY", "secret")
    seen = {}

    def look():
        process = Path(f"/proc/{readers(os.getpid())[0]}")
        seen["environ"] = (process / "environ").read_bytes()
        seen["cwd"] = os.readlink(process / "cwd")
        seen["limits"] = (process / "limits").read_text()
        raise InterruptedError

    with pytest.raises(InterruptedError):
        extract(slow, "slow.docx", waiting=look)
    assert b"secret" not in seen["environ"]
    assert seen["cwd"].endswith("(deleted)")
    assert "Max core file size        0" in seen["limits"]
    assert f"Max address space         {512 << 20}" in seen["limits"]
