from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics import errors, signals  # noqa: F401
        from conversations.signals import answer_finished, feedback_given
        from documents.signals import document_processed

        document_processed.connect(signals.note_document)
        answer_finished.connect(signals.note_answer)
        feedback_given.connect(signals.note_feedback)
