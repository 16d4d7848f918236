from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics import errors, signals  # noqa: F401
        from conversations.signals import answer_finished
        from documents.signals import document_processed

        document_processed.connect(signals.note_document)
        answer_finished.connect(signals.note_answer)
