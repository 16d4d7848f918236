"""The deployed shape: every command of docker-compose.yml, PgBouncer and S3 included, at work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import boto3
import httpx
import psutil
import pytest

from config.embedded import packages
from tests.deployed import HOST, Deployment, answers
from tests.openai_server import SlowModel, slow_model
from tests.stack import DATA
from tests.test_live_answers import WHOLE, events
from tests.workers import wait_until

pytestmark = pytest.mark.slow
TEXT = b"word0 to word39 stand here."
PROGRAMS = ("embedder", "worker", "beat", "web")
KEYS = {"KYRO_S3_ACCESS_KEY": "key", "KYRO_S3_SECRET_KEY": "secret"}


@pytest.fixture(scope="module")
def model() -> Iterator[tuple[str, type[SlowModel]]]:
    with slow_model() as found:
        yield found


@pytest.fixture(scope="module")
def deployment(model, tmp_path_factory) -> Iterator[Deployment]:
    if not packages.found("pgbouncer"):
        reason = "PgBouncer is missing, and only root on Debian may install it: see `make test`."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    folder = DATA / "deployed"
    folder.mkdir(mode=0o755)
    models = os.environ.get("KYRO_TEST_MODELS") or str(tmp_path_factory.mktemp("models"))
    ours = Deployment(
        folder,
        {
            "KYRO_BASE_URL": f"https://{HOST}",
            "KYRO_CHAT_MODEL": "openai/slow",
            "OPENAI_API_KEY": "test",
            "OPENAI_BASE_URL": model[0],
            "KYRO_S3_BUCKET": "originals",
            "KYRO_S3_REGION": "eu-central-1",
            "KYRO_S3_PATH_STYLE": "1",
            "models": models,
            **KEYS,
        },
    )
    ours.variables["KYRO_S3_ENDPOINT"] = f"http://127.0.0.1:{ours.ports['s3']}"
    try:
        begin(ours)
        yield ours
    finally:
        ours.stop_all()
        shutil.rmtree(folder, ignore_errors=True)


def begin(ours: Deployment) -> None:
    """In the order that depends_on lays down."""
    ours.start_storage()
    ours.start_databases()
    ours.collect_static()
    ours.start("embedder")
    ours.run("migrate")
    for name in PROGRAMS[1:]:
        ours.start(name)
    with ours.client() as client:
        ready = wait_until(lambda: answers("/health/ready", client.get), 60)
    assert ready, ours.log("web") + ours.log("worker")


@pytest.fixture(scope="module")
def client(deployment) -> Iterator[httpx.Client]:
    deployment.manage("create_user", "ann@example.com", "--password", "a long one", "--verified")
    [key] = deployment.manage("create_api_key", "ann@example.com", "--name", "test")
    with deployment.client(Authorization=f"Bearer {key}") as session:
        yield session


@pytest.fixture(scope="module")
def bucket(deployment):
    endpoint = deployment.variables["KYRO_S3_ENDPOINT"]
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return boto3.resource("s3", endpoint_url=endpoint, **keys).Bucket("originals")


@pytest.fixture
def document(client) -> dict:
    """Uploaded and read."""
    sent = client.post("/api/v1/documents/", files={"file": ("words.txt", TEXT)})
    assert sent.status_code in (200, 202), sent.text
    url = f"/api/v1/documents/{sent.json()['id']}/"
    assert wait_until(lambda: client.get(url).json()["status"] == "ready", 60), client.get(url).text
    return client.get(url).json()


@pytest.fixture
def conversation(client, document) -> str:
    bot = client.post("/api/v1/chatbots/", json={"name": "Words"}).json()["id"]
    return client.post("/api/v1/conversations/", json={"chatbot": bot}).json()["id"]


def ask(client: httpx.Client, conversation: str, **options: bool):
    question = {"content": "Which words stand here?", **options}
    return client.stream("POST", f"/api/v1/conversations/{conversation}/messages/", json=question)


def test_a_document_becomes_a_cited_answer(client, conversation, document):
    with ask(client, conversation) as response:
        answer = httpx.Response(response.status_code, content=response.read()).json()
    assert (answer["status"], answer["content"].strip()) == ("complete", WHOLE)
    assert answer["citations"][0]["quote"] == TEXT.decode()
    assert answer["citations"][0]["document_id"] == document["id"]


def test_the_original_lies_in_the_bucket_and_comes_back_through_us(client, document, bucket):
    [stored] = bucket.objects.all()
    assert stored.get()["Body"].read() == TEXT
    file = client.get(f"/api/v1/documents/{document['id']}/file/")
    assert (file.status_code, file.content) == (200, TEXT)
    assert file.headers["Content-Disposition"] == 'attachment; filename="words.txt"'
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    grants = stored.Acl().grants
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]  # the owner alone


def test_deleting_leaves_nothing_in_the_bucket(client, document, bucket):
    assert client.delete(f"/api/v1/documents/{document['id']}/").status_code == 204
    assert list(bucket.objects.all()) == []


def test_people_are_led_to_https_and_their_cookies_stay_there(deployment, client):
    login = client.get("/accounts/login/")
    assert "; Secure" in login.headers["Set-Cookie"]
    assert login.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    plain = client.get("/accounts/login/", headers={"X-Forwarded-Proto": "http"})
    assert (plain.status_code, plain.headers["Location"]) == (
        301,
        f"https://{HOST}/accounts/login/",
    )


def test_what_the_build_collects_another_user_may_read(deployment):
    collected = (deployment.folder / "hashed").rglob("*")
    modes = {path.stat().st_mode & 0o777 for path in collected}
    assert modes == {0o755, 0o644}


def test_static_files_carry_a_hash_and_are_kept_for_ever(client):
    page = client.get("/accounts/login/").text
    script = page.partition('src="/static/js/app.')[2].partition('"')[0]
    answer = client.get(f"/static/js/app.{script}", headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert 'import"./menu.js"' not in answer.text


def web_of(deployment: Deployment, response: httpx.Response) -> int:
    """The web process that holds the other end of this response's connection."""
    _, port = response.extensions["network_stream"].get_extra_info("client_addr")
    for process in psutil.Process(deployment.running["web"].process_id).children(recursive=True):
        if any(link.raddr and link.raddr.port == port for link in process.net_connections("tcp")):
            return process.pid
    raise AssertionError("No web process has this connection.")


def reader_elsewhere(deployment, headers, url: str, producer: int) -> httpx.Response:
    """Follows the answer from another process than the one that writes it."""
    for _ in range(50):
        reader = deployment.client(**headers)
        response = reader.send(reader.build_request("GET", url), stream=True)
        if web_of(deployment, response) != producer:
            return response
        response.close()
    raise AssertionError("One process took every connection.")


def read_until_killed(deployment, reader: httpx.Response) -> tuple[str, str]:
    """Kills the reader's own process at the first words; returns the last event and the words."""
    last_id, text = "", ""
    told = events(reader)
    while "word0" not in text:
        last_id, name, data = next(told)
        text += data["text"] if name == "delta" else ""
    psutil.Process(web_of(deployment, reader)).kill()
    try:
        for event_id, name, data in told:
            last_id, text = event_id, text + (data["text"] if name == "delta" else "")
    except httpx.TransportError:
        return last_id, text
    raise AssertionError("The stream went on without its process.")


def test_a_killed_web_process_leaves_its_readers_to_the_other(
    deployment, model, client, conversation
):
    model[1].seconds_per_word = 1  # however slow this machine, the kill comes in mid-answer
    headers = {"Authorization": client.headers["Authorization"]}
    with ask(client, conversation, stream=True) as asked:
        producer = web_of(deployment, asked)
        message = next(data for _, name, data in events(asked) if name == "message.created")
        url = f"/api/v1/messages/{message['message_id']}/events/"
        reader = reader_elsewhere(deployment, headers, url, producer)
        last_id, text = read_until_killed(deployment, reader)
        model[1].seconds_per_word = 0.01
        with client.stream("GET", url, headers={"Last-Event-ID": last_id}) as again:
            rest = list(events(again))
    text += "".join(data["text"] for _, name, data in rest if name == "delta")
    assert (text.strip(), rest[-1][1]) == (WHOLE, "message.completed")


def test_everything_stops_when_asked(deployment):
    """Last: pods and containers get SIGTERM, and what is cut by it would be work lost."""
    ended = {name: deployment.stop(name) for name in ("web", "beat", "worker", "embedder")}
    codes = {name: code for name, (code, _) in ended.items()}
    assert codes == {"web": 0, "beat": 0, "worker": 0, "embedder": -15}
    assert max(seconds for _, seconds in ended.values()) < 30  # Compose waits 40 for web
    assert "Traceback" not in "".join(deployment.log(name) for name in PROGRAMS)
