"""What the deployed shape takes on one machine: memory and connections, at rest and under load.

    .venv/bin/python -m benchmarks.footprint [--streams 100 300]

Runs docker-compose.yml's commands as tests/deployed.py does, with a slow stand-in for the model.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg

from config.embedded import paths
from tests.deployed import HOST, Deployment, answers
from tests.openai_server import slow_model
from tests.workers import wait_until

EMAIL = "bench@example.com"
PROGRAMS = ("embedder", "worker", "beat", "web")


@contextlib.contextmanager
def deployed() -> Iterator[Deployment]:
    folder = Path(tempfile.mkdtemp(prefix="kyro-footprint-"))
    folder.chmod(0o755)  # the database account must be able to pass through
    with slow_model() as (url, model):
        model.words, model.seconds_per_word = 100, 0.2
        variables = {
            "KYRO_BASE_URL": f"https://{HOST}",
            "KYRO_CHAT_MODEL": "openai/slow",
            "OPENAI_API_KEY": "test",
            "OPENAI_BASE_URL": url,
            "models": str(folder / "models"),
        }
        ours = Deployment(folder, variables)
        try:
            begin(ours)
            yield ours
        finally:
            ours.stop_all()
            shutil.rmtree(folder, ignore_errors=True)


def begin(ours: Deployment) -> None:
    ours.start_databases()
    ours.collect_static()
    ours.start("embedder")
    ours.run("migrate")
    for name in PROGRAMS[1:]:
        ours.start(name)
    with ours.client() as client:
        assert wait_until(lambda: answers("/health/ready", client.get), 60), ours.log("web")


def memory(ours: Deployment) -> dict[str, str]:
    """Each program with its children: megabytes it has alone, and its share of the rest."""
    found = {}
    for name, child in ours.running.items():
        process = psutil.Process(child.process_id)
        family = [process, *process.children(recursive=True)]
        own = [member.memory_full_info() for member in family]
        total = sum(info.pss for info in own) / 2**20
        found[name] = f"{total:.0f} MB in {len(family)}"
    return found


def connections(ours: Deployment) -> int:
    """Of the application, at PostgreSQL itself."""
    password = paths.secrets(ours.folder / "pg-data")["superuser_password"]
    address = {"host": "127.0.0.1", "port": ours.ports["postgres"], "dbname": "kyro"}
    with psycopg.connect(**address, user="postgres", password=password) as connection:
        rows = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'kyro'")
        return rows.fetchone()[0]


def clients(ours: Deployment) -> int:
    """Of web and workers, at PgBouncer."""
    port = ours.ports["pgbouncer"]
    links = psutil.Process(ours.running["pgbouncer"].process_id).net_connections("tcp")
    return sum(link.laddr.port == port and link.status == "ESTABLISHED" for link in links)


def show(title: str, ours: Deployment) -> None:
    print(f"\n{title}")
    for name, took in memory(ours).items():
        print(f"  {name:10} {took}")
    print(f"  connections: {clients(ours)} at PgBouncer, {connections(ours)} at PostgreSQL")


async def ask_all(ours: Deployment, key: str, streams: int) -> None:
    told = {"Host": HOST, "X-Forwarded-Proto": "https", "Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=None)
    base = f"http://127.0.0.1:{ours.ports['web']}/api/v1"
    async with httpx.AsyncClient(base_url=base, headers=told, timeout=120, limits=limits) as web:
        bot = (await web.post("/chatbots/", json={"name": f"B{streams}"})).json()["id"]
        made = [await web.post("/conversations/", json={"chatbot": bot}) for _ in range(streams)]
        asking = [asyncio.create_task(ask(web, answer.json()["id"])) for answer in made]
        await asyncio.sleep(12)
        show(f"{streams} answers streaming", ours)
        firsts, ends = zip(*await asyncio.gather(*asking), strict=True)
    print(f"  first words after {statistics.median(firsts):.2f} s (p50), {max(firsts):.2f} s (max)")
    print(f"  how they ended: {dict(Counter(ends))}")


async def ask(web: httpx.AsyncClient, conversation: str) -> tuple[float, str]:
    """Seconds to the first word, and the last event or the refusal."""
    question, began, first, last = {"content": "Words?", "stream": True}, time.monotonic(), 0.0, ""
    url = f"/conversations/{conversation}/messages/"
    async with web.stream("POST", url, json=question) as response:
        if response.status_code != 200:
            return 0.0, f"{response.status_code} {(await response.aread()).decode()[:200]}"
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                last = line.removeprefix("event: ")
            if last == "delta" and not first:
                first = time.monotonic() - began
    return first, last


def read_documents(ours: Deployment, key: str, count: int) -> None:
    text = "\n\n".join(
        f"# Part {part}\n\n" + f"Word{part} stands here. " * 40 for part in range(60)
    )
    with ours.client(Authorization=f"Bearer {key}") as web:
        for number in range(count):
            file = ("a.md", f"Number {number}\n{text}")
            web.post("/api/v1/documents/", files={"file": file}).raise_for_status()
        time.sleep(4)
        show(f"{count} documents being read by the offline model", ours)
        url = "/api/v1/documents/?limit=200"
        done = wait_until(
            lambda: {d["status"] for d in web.get(url).json()["results"]} == {"ready"}, 300
        )
        print(f"  all read: {done}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, nargs="+", default=[100, 300])
    chosen = parser.parse_args()
    with deployed() as ours:
        ours.manage("create_user", EMAIL, "--password", "a benchmark's password", "--verified")
        ours.manage("set_plan", EMAIL, "enterprise")
        [key] = ours.manage("create_api_key", EMAIL, "--name", "benchmark")
        show("At rest", ours)
        read_documents(ours, key, 6)
        for streams in chosen.streams:
            asyncio.run(ask_all(ours, key, streams))
        time.sleep(5)
        show("At rest again", ours)


if __name__ == "__main__":
    main()
