"""What a chatbot reads, in figures: how much there is, what is not there yet, what failed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from chatbots.editing import readable_documents
from chatbots.models import Chatbot
from documents.models import Document
from documents.models.document import DocumentQuerySet

Status = Document.Status


@dataclass(frozen=True)
class Known:
    documents: int
    passages: int
    unfinished: int
    failed: int


def documents_of(chatbot: Chatbot) -> DocumentQuerySet:
    rows = readable_documents(chatbot.owner, chatbot.project)
    return rows if chatbot.reads_library else rows.filter(chatbotdocument__chatbot=chatbot)


def known_to(chatbot: Chatbot) -> Known:
    unfinished = Q(status__in=[Status.PENDING, Status.PROCESSING])
    figures = documents_of(chatbot).aggregate(
        documents=Count("pk"),
        passages=Coalesce(Sum("chunk_count"), 0),
        unfinished=Count("pk", filter=unfinished),
        failed=Count("pk", filter=Q(status=Status.ERROR)),
    )
    return Known(**figures)
