import json
import socket
import struct
import threading
import time

import numpy as np
import pytest

from providers.errors import ProviderError
from providers.local.build import FOLDER, built
from providers.local.embedder import LocalEmbedder
from providers.local.model import E5
from providers.local.wire import MAX_FRAME
from providers.retries import Patience


@pytest.fixture
def embedder(embedder_socket):
    embedder = LocalEmbedder(embedder_socket)
    yield embedder
    embedder.close()


def ask(path, frame):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(frame)
        return connection.recv(1 << 16)


def test_a_question_is_nearest_to_its_answer_across_languages(embedder):
    passages = ["แมวนอนบนโซฟา", "The bridge was built in 1932.", "Butter melts at 35 degrees."]
    scores = embedder.embed_passages(passages) @ embedder.embed_query("สะพานสร้างเมื่อไหร่")
    assert scores.argmax() == 1
    assert embedder.embed_query("a").shape == (384,)


def test_the_process_gives_the_vectors_of_the_model(embedder, models):
    direct = E5(models).encode("The bridge was built in 1932.", "passage")
    assert embedder.embed_passages(["The bridge was built in 1932."])[0] == pytest.approx(direct)


@pytest.mark.parametrize(
    "text", ["", "\0", "\ufdfa" * 2000, "\ud800", "a" * 1_000_000, "\u0301" * 9000]
)
def test_strange_texts_give_vectors_of_length_one(embedder, text):
    assert np.linalg.norm(embedder.embed_query(text)) == pytest.approx(1)


def test_tokens_are_counted_by_the_model_without_marks_and_prefix(embedder):
    assert embedder.count_tokens([]) == []
    assert embedder.count_tokens(["", "hello", "passage: hello"]) == [0, 2, 4]
    assert embedder.count_tokens([" hello" * n for n in range(70)]) == [2 * n for n in range(70)]


def test_the_longest_passage_just_fits_the_model(embedder):
    longest = " a" * embedder.max_tokens
    assert embedder.count_tokens([longest]) == [embedder.max_tokens]
    whole, cut = embedder.embed_passages([longest, f"{longest} Aardvarks"])
    assert whole.tolist() == cut.tolist()
    fits, one_less = embedder.embed_passages([longest, longest[2:]])
    assert fits.tolist() != one_less.tolist()


@pytest.mark.parametrize("text", ["\ufdfa" * 8000, "$%" * 600, "a" * 100_000, "\u0e01" * 9000])
def test_what_is_too_long_counts_as_more_than_the_model_reads(embedder, text):
    assert embedder.count_tokens([text])[0] > embedder.max_tokens


def test_a_query_does_not_wait_for_a_batch(embedder, embedder_socket):
    embedder.embed_query("warm")
    text = "The bridge was built in 1932 by many workers. " * 40
    batches = [
        threading.Thread(target=LocalEmbedder(embedder_socket).embed_passages, args=[[text] * 16])
        for _ in range(3)
    ]
    for batch in batches:
        batch.start()
    time.sleep(0.2)
    embedder.embed_query("How old is the bridge?")
    assert all(batch.is_alive() for batch in batches)
    for batch in batches:
        batch.join()


def test_threads_share_one_embedder(embedder_socket):
    embedder, found = LocalEmbedder(embedder_socket), {}

    def embed(text):
        found[text] = embedder.embed_query(text)
        embedder.close()

    threads = [threading.Thread(target=embed, args=[f"text {n}"]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({vector.tobytes() for vector in found.values()}) == 6


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b'{"kind": "command", "texts": []}',
        b'{"kind": "query", "texts": [1]}',
        json.dumps({"kind": "query", "texts": ["a"] * 65}).encode(),
    ],
)
def test_nonsense_is_refused_with_a_reason(embedder_socket, content):
    answer = ask(embedder_socket, struct.pack("!I", len(content)) + content)
    assert answer[4:5] == b"\1"
    assert json.loads(answer[5:])["message"].startswith("The request")


def test_a_frame_that_is_too_long_closes_the_connection(embedder_socket, embedder):
    assert ask(embedder_socket, struct.pack("!I", MAX_FRAME + 1)) == b""
    assert embedder.embed_query("still alive").shape == (384,)


def test_a_lost_connection_is_made_anew(embedder):
    embedder.embed_query("a")
    embedder._local.connection.shutdown(socket.SHUT_RDWR)
    assert embedder.embed_query("a").shape == (384,)


def test_a_process_that_is_not_running_is_told(tmp_path):
    embedder = LocalEmbedder(tmp_path / "missing")
    embedder.patience = Patience(retries=0)
    with pytest.raises(ProviderError) as told:
        embedder.embed_query("a")
    assert told.value.message.startswith("The offline embedder is not running.")
    assert not told.value.permanent


def test_a_process_that_hangs_is_told(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        embedder = LocalEmbedder(tmp_path / "s", answer_seconds=0.1)
        embedder.patience = Patience(retries=0)
        with pytest.raises(ProviderError, match="did not answer in 0"):
            embedder.embed_query("a")


def test_a_finished_build_is_kept_and_leaves_nothing_behind(models, embedder):
    embedder.embed_query("built by now")
    assert built(models) == models / FOLDER
    assert not list(models.glob(".building-*"))
