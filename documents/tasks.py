"""Celery's way into the documents: one call each, nothing else."""

from contextlib import suppress

from celery import shared_task
from celery.signals import worker_init, worker_ready
from django.conf import settings

from accounts.delivery import nudge
from accounts.tenancy import system
from documents import batches, erasing, graph
from documents.reembedding import change, work
from documents.retrieval.log import forget_old as forget_old_searches
from documents.web import crawling, runs, sources
from documents.work import shifts
from language import detection
from providers import registry
from providers.errors import ProviderError


@shared_task(name="documents.ingest")
def ingest_documents() -> None:
    shifts.work()


@shared_task(name="documents.reembed")
def reembed() -> None:
    work.work()


@worker_init.connect
def load_what_all_need(**_: object) -> None:
    """Before the processes are forked, which then share it: a vendor's client takes a second of
    CPU and 50 MB to import, the languages half a second and 75 MB."""
    detection.load(settings.DATA_DIR / "models")
    with suppress(ProviderError):
        registry.embedder()


@worker_ready.connect
def tell_the_operator(**_: object) -> None:
    change.log_advice()


@shared_task(name="documents.crawl")
def crawl_next_source() -> None:
    """A slice of one run, if one may be taken; then somebody should look for the next."""
    if held := runs.take():
        crawling.crawl(held)
        nudge(runs.KIND)


@shared_task(name="documents.begin_web_runs")
def begin_web_runs() -> None:
    sources.begin_due()


@shared_task(name="documents.extend_graph", expires=60)
def extend_graph() -> None:
    graph.extend()


@shared_task(name="documents.erase_files")
def erase_files() -> None:
    erasing.erase_due()


@shared_task(name="documents.forget_uploads")
def forget_uploads() -> None:
    with system():
        batches.forget_old()


@shared_task(name="documents.forget_searches")
def forget_searches() -> None:
    with system():
        forget_old_searches()
