"""Events of the other apps, noted for the dashboards in the transaction they belong to."""

from accounts import rows
from analytics.models import UsageEvent


def note_document(sender, document, **_) -> None:
    UsageEvent.objects.create(
        owner_id=document.owner_id,
        metric_type=f"document.{document.status}",
        metadata={"document_id": str(document.pk), "code": document.error_code},
    )


def note_answer(sender, message, chatbot_id, **_) -> None:
    rows.insert(
        UsageEvent(
            owner_id=message.owner_id,
            chatbot_id=chatbot_id,
            metric_type=f"answer.{message.status}",
            value=message.processing_time_ms or 0,
            metadata={"message_id": str(message.pk), "citations": len(message.citations)},
        )
    )


def note_feedback(sender, feedback, is_withdrawn, **_) -> None:
    UsageEvent.objects.create(
        owner_id=feedback.owner_id,
        chatbot_id=feedback.conversation.chatbot_id,
        metric_type="feedback.withdrawn" if is_withdrawn else f"feedback.{feedback.rating}",
        metadata={"message_id": str(feedback.message_id or ""), "reason": feedback.reason},
    )
