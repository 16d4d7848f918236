from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from accounts import closing, delivery, sealing
        from documents import checks  # noqa: F401
        from documents.reembedding import change
        from documents.tasks import crawl_next_source, ingest_documents, reembed
        from documents.unlocking import reseal_all
        from documents.uploads import give_up_files
        from documents.web import runs
        from documents.work.lease import KIND

        delivery.NUDGES[KIND] = ingest_documents
        delivery.LINGERING[KIND] = delivery.NEVER
        delivery.NUDGES[change.KIND] = reembed
        delivery.NUDGES[runs.KIND] = crawl_next_source
        sealing.RESEALED["passwords of documents"] = reseal_all
        closing.erasing.connect(give_up_files)
