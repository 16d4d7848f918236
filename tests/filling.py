"""A row of a person in every tenant table, for tests that ask who can see what."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import audit, delivery, idempotency, keys
from accounts.models import Invitation, Project, ProjectMember, ProviderCredential, User
from accounts.tenancy import scope
from billing import credits
from billing.charges import Charge
from billing.models import RequestType, UsageAlert, VisitorSpending
from billing.usage import record_usage
from chatbots.models import Chatbot, ChatbotVersion
from conversations.models import Attachment, Conversation, Feedback, Message, ShareLink
from documents import batches, uploads
from documents.models import (
    Document,
    ErasedFile,
    ProjectDocument,
    QueuePause,
    SearchLog,
    WebPage,
    WebSource,
)
from providers.base import Usage
from tests import ingesting

NOWHERE = "http://127.0.0.1:9"  # nobody is asked which models there are


def fill(user: User) -> Document:
    """Returns the person's document, which is ready and read by a chatbot."""
    file = ContentFile(f"The sky over {user.username} is blue.".encode(), "sky.txt")
    with scope(user):
        document, _is_new = uploads.add_document(user, file)
    ingesting.ingest(document.pk, user.pk)
    with scope(user):
        chatbot = Chatbot.objects.create(owner=user, name="Sky")
        chatbot.read_documents([document])
        ChatbotVersion.objects.create(chatbot=chatbot, owner=user, number=1, behaviour={})
        project = Project.objects.create(owner=user, name=f"Project of {user.username}")
        ProjectMember.objects.create(project=project, owner=user, user=user, role="owner")
        ProjectDocument.objects.create(project=project, document=document, owner=user)
        conversation = Conversation.objects.create(owner=user, chatbot=chatbot, user=user)
        Message.objects.create(
            owner=user, conversation=conversation, role="user", content="Blue?", message_index=0
        )
        of_it = {"conversation": conversation, "owner": user}
        Feedback.objects.create(**of_it, user=user, rating="up")
        Attachment.objects.create(**of_it, document=document)
        ShareLink.objects.create(**of_it, token_hash=f"link of {user.username}")
        credits.reserve(user.pk, Charge(0))
        today = {"date": timezone.now().date(), "credits": 1}
        VisitorSpending.objects.create(owner=user, chatbot_id=chatbot.pk, **today)
        UsageAlert.objects.create(
            owner=user, limit="credits", percent=80, period_start=timezone.now()
        )
        record_usage(user.pk, RequestType.CHAT, "fake", Usage(1, 2, exact=True))
        keys.issue(user, "a key")
        credential = ProviderCredential(owner=user, provider="openai", base_url=NOWHERE)
        credential.keep("sk-of-" + user.username)
        credential.save()
        audit.record("test.filled", actor=user, resource=document)
        delivery.PendingTask.objects.create(
            kind="document.ingest", object_id=document.pk, owner_id=user.pk
        )
        QueuePause.objects.create(owner=user)
        source = WebSource.objects.create(
            owner=user, url=f"{NOWHERE}/", host="127.0.0.1:9", kind="page"
        )
        WebPage.objects.create(owner=user, source=source, url=f"{NOWHERE}/", document=document)
        SearchLog.objects.create(owner=user, origin="chat", query="Blue?", latency_ms=1)
        batches.announce(user, f"Folder of {user.username}", [("Folder/a.txt", 3)])
        ErasedFile.objects.create(path=f"documents/{user.pk}/gone", owner_id=user.pk)
        idempotency.remember(user.pk, "a key", "hash of " + user.username, answer=(200, "{}"))
        _sign_in(user)
        document.refresh_from_db()
    return document


def _sign_in(user: User) -> None:
    """What stands for ways in: a second factor, a session, an invitation to somebody else."""
    name = user.username
    Authenticator.objects.create(user=user, type="totp", data={"secret": f"app of {name}"})
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key=f"session of {name}")
    email = f"guest-of-{name}@example.com"
    Invitation.objects.create(email=email, invited_by=user, token_hash=f"token of {name}")
