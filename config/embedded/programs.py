"""The commands of KyroChat itself: web, worker with beat, embedder, and those that run once."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from .children import Child
from .paths import PROJECT, models_dir

# Settings take these before the embedded stack, so they must not leak into it.
FOREIGN = ("DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE")


@dataclass(frozen=True)
class Programs:
    data: Path
    host: str
    port: int

    def web(self) -> Child:
        return self._child(
            "web",
            *("-W", "ignore:No directory at"),  # static files come from the source here
            *("-m", "uvicorn", "config.asgi:application"),
            *("--host", self.host, "--port", str(self.port)),
            "--no-proxy-headers",  # KYRO_PROXY_COUNT decides whom to believe
            *("--timeout-graceful-shutdown", "5", "--log-level", "warning"),
            stop_seconds=30,  # running answers may finish
        )

    def worker(self) -> Child:
        schedule = str(self.data / "celerybeat-schedule")
        return self._child(
            "worker",
            *("-W", "ignore:You're running the worker with superuser"),
            *("-m", "celery", "--quiet", "-A", "config", "worker", "-B"),
            *("--loglevel", "warning", "--schedule", schedule),
            *("--without-gossip", "--without-mingle"),
            stop_seconds=10,
        )

    def embedder(self, listener: int) -> Child:
        models = str(models_dir(self.data))
        return self._child(
            "embedder",
            *("-m", "providers.local.server", "--fd", str(listener), "--models", models),
            inherited=(listener,),
            stop_seconds=5,
        )

    def model_builder(self) -> Child:
        models = str(models_dir(self.data))
        return self._child("models", "-m", "providers.local.build", models, niceness=15)

    def manage(self, *arguments: str) -> Child:
        return self._child(arguments[0], "manage.py", *arguments)

    def _child(
        self,
        name: str,
        *arguments: str,
        stop_seconds: float = 5,
        inherited: tuple[int, ...] = (),
        niceness: int = 0,
    ) -> Child:
        return Child(
            name=name,
            command=[sys.executable, *arguments],
            env=self._environment(),
            cwd=PROJECT,
            stop_seconds=stop_seconds,
            inherited=inherited,
            niceness=niceness,
        )

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        return kept | {
            "KYRO_DATA_DIR": str(self.data),
            "KYRO_PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
