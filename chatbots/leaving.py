"""What becomes of a project's chatbots when the project goes."""

from __future__ import annotations

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.models import Project
from chatbots.models import Chatbot, ChatbotDocument
from documents.models import ProjectDocument


@receiver(pre_delete, sender=Project)
def keep_to_what_they_read(instance: Project, **_: object) -> None:
    """Chatbots that read all of the project go on with its documents as chosen ones, or with none:
    without a project, reading everything would mean its owner's whole library."""
    readers = Chatbot.objects.filter(project=instance, reads_library=True)
    ids = list(readers.values_list("pk", flat=True))
    linked = ProjectDocument.objects.filter(project=instance)
    documents = list(linked.values_list("document_id", flat=True)) if ids else []
    ChatbotDocument.objects.bulk_create(
        [
            ChatbotDocument(chatbot_id=chatbot, document_id=document, owner_id=instance.owner_id)
            for chatbot in ids
            for document in documents
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    readers.update(reads_library=False)
