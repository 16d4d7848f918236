from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from accounts import closing, delivery
        from documents.lease import KIND
        from documents.tasks import ingest_next_document
        from documents.uploads import give_up_files

        delivery.NUDGES[KIND] = ingest_next_document
        closing.erasing.connect(give_up_files)
