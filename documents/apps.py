from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from accounts import closing, delivery
        from documents.lease import KIND
        from documents.tasks import ingest_next_document
        from documents.uploads import give_up_files

        delivery.NUDGES[KIND] = lambda document_id, owner_id: ingest_next_document.delay()
        closing.erasing.connect(give_up_files)
