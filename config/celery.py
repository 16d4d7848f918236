"""The Celery application: queues carry nudges, PostgreSQL carries the truth."""

import gc
import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import (
    before_task_publish,
    setup_logging,
    task_prerun,
    worker_before_create_process,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("kyrochat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_our_logging(**_: object) -> None:
    """Django has configured logging already; Celery must not replace it."""


@before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_: object) -> None:
    """The request that caused a task is named in the task's log lines too."""
    headers["request_id"] = structlog.contextvars.get_contextvars().get("request_id", "")


@task_prerun.connect
def bind_request_id(task: Any, task_id: str, **_: object) -> None:
    structlog.contextvars.clear_contextvars()
    request_id = getattr(task.request, "request_id", "") or task_id
    structlog.contextvars.bind_contextvars(request_id=request_id)


@worker_before_create_process.connect
def share_memory(**_: object) -> None:
    """What is loaded stays shared with the processes forked from here: a collection writes into
    every object it looks at, so it is kept from these. Saves 50 MB a process."""
    gc.collect()
    gc.freeze()
