from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from accounts import closing, delivery
        from documents import checks  # noqa: F401
        from documents.lease import KIND
        from documents.reembedding import change
        from documents.tasks import crawl_next_source, ingest_next_document, reembed
        from documents.uploads import give_up_files
        from documents.web import runs

        delivery.NUDGES[KIND] = ingest_next_document
        delivery.NUDGES[change.KIND] = reembed
        delivery.NUDGES[runs.KIND] = crawl_next_source
        closing.erasing.connect(give_up_files)
