"""The Celery application: queues carry nudges, PostgreSQL carries the truth."""

import os

from celery import Celery
from celery.signals import beat_embedded_init, setup_logging, worker_process_init

from config.embedded.lifeline import follow_worker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("kyrochat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A main process killed with -9 takes its pool and beat along.
worker_process_init.connect(follow_worker)
beat_embedded_init.connect(follow_worker)


@setup_logging.connect
def use_our_logging(**_: object) -> None:
    """Django has configured logging already; Celery must not replace it."""
