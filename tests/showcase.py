"""An account in which every page has something to show: whole, empty-handed and failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import keys
from accounts.models import Project, ProviderCredential, User
from accounts.tenancy import scope
from billing.models import RequestType
from billing.usage import record_usage
from chatbots import versions
from chatbots.models import Chatbot
from conversations.models import Conversation, Message
from conversations.prompts import default_refusal
from documents import uploads
from documents.models import Document, DocumentChunk
from documents.tests import samples
from providers.base import Usage
from tests import ingesting
from tests.sharing import invited, join, share

FACT = "The warranty of the lamp lasts 26 months from the day of purchase."
MARKDOWN = f"""## Warranty

{FACT} [1] It is shown by this table:

| Part | Months | A column with a rather long heading | And one more |
| --- | ---: | --- | --- |
| motor | 26 | 2026-11-01_a_word_without_any_break_that_is_wider_than_a_phone | yes |

1. Keep the receipt.
2. Write to `service@example.com`.

```python
months = {{"motor": 26, "glass": 26}}  # a line that is much longer than a telephone is ever wide
```

> Quoted.
"""


@dataclass(frozen=True)
class Showcase:
    document: Document
    chunk: DocumentChunk
    failed: Document
    working: Document
    waiting: Document
    chatbot: Chatbot
    asleep: Chatbot
    conversation: Conversation
    project: Project


def show_everything(user: User) -> Showcase:
    document = read(user, "manual.pdf", samples.pdf("Unpack the lamp.", f"Receipts.\n{FACT}"))
    failed = read(user, "broken.pdf", b"this is no PDF at all")
    working, waiting = stored(user, "report.md", b"# Report"), stored(user, "a.txt", b"Words")
    for number in range(25):
        stored(user, f"file-with-a-long-name-{number}-{'x' * 80}.txt", b"%d" % number)
    with scope(user):
        record_usage(user.pk, RequestType.CHAT, "fake", Usage(12_345, 678, exact=True))
        keys.issue(user, "Weekly report")
        keep_provider_keys(user)
        Document.objects.filter(pk=working.pk).update(
            status="processing", stage="embedding", progress=40
        )
        Document.objects.filter(pk=document.pk).update(tags=["lamps"], description="The lamp.")
        chunk = DocumentChunk.objects.get(document=document, content__contains="26 months")
        chatbot = Chatbot.objects.create(owner=user, name="Lamps", description="Everything lit")
        chatbot.read_documents([document])
        asleep = Chatbot.objects.create(owner=user, name="Asleep", is_active=False)
        versions.publish(user, chatbot, "The first words")
        Chatbot.objects.filter(pk=chatbot.pk).update(
            configuration={"accent": "violet"},
            system_prompt="Be brief.",
            suggested_questions=["How long does the warranty last?", "Who repairs the motor?"],
        )
        conversation = talk(user, chatbot, chunk)
        for word in ("glass", "motor", "a question so long that no line of the list can hold it"):
            Conversation.objects.create(owner=user, chatbot=chatbot, user=user, title=word.title())
        document.refresh_from_db()
    project = show_a_project(user, document, failed, working)
    return Showcase(
        document, chunk, failed, working, waiting, chatbot, asleep, conversation, project
    )


def show_a_project(user: User, *documents: Document) -> Project:
    """One with people of every role, somebody asked to join, documents in every state."""
    project = share(user, *documents, name=f"Handbooks of {'the lamp works ' * 4}".strip())
    with scope(user):
        Chatbot.objects.create(owner=user, project=project, name="Workshop")
        invited(project, f"{'somebody.with.a.long.address.' * 2}@example.com")
    for role in ("editor", "viewer"):
        email = f"{role}.of.the.handbooks@example.com"
        join(project, User.objects.create_user(email, None, full_name=f"{role.title()} Lamp"), role)
    return project


def keep_provider_keys(user: User) -> None:
    """One that is refused, one that nothing opens, one out of use at a server of one's own."""
    nowhere = "http://127.0.0.1:9/v1"
    refused = ProviderCredential(owner=user, provider="openai", base_url=nowhere)
    refused.last_error, refused.checked_at = "The model provider refused your key.", timezone.now()
    lost = ProviderCredential(owner=user, provider="gemini", base_url=nowhere)
    spare = ProviderCredential(owner=user, provider="openai", is_active=False, label="a" * 100)
    spare.base_url = f"https://{'model-server.' * 4}example.com/v1/a/path/that/is/rather/long"
    for credential in (refused, lost, spare):
        credential.keep("sk-of-the-showcase-4711")
    lost.secret = "sealed with a key that is gone"
    ProviderCredential.objects.bulk_create([refused, lost, spare])


def stored(user: User, name: str, content: bytes) -> Document:
    with scope(user):
        return uploads.add_document(user, ContentFile(content, name), name=name)[0]


def read(user: User, name: str, content: bytes) -> Document:
    document = stored(user, name, content)
    ingesting.ingest(document.pk, user.pk)
    with scope(user):
        document.refresh_from_db()
    return document


def talk(user: User, chatbot: Chatbot, chunk: DocumentChunk) -> Conversation:
    """A conversation that holds an answer of every kind."""
    conversation = Conversation.objects.create(
        owner=user, chatbot=chatbot, user=user, title="How long is the warranty?"
    )
    says = Speaker(user, conversation)
    at = chunk.content.index(FACT)
    citation = {
        "number": 1,
        "document_id": str(chunk.document_id),
        "document_name": "manual.pdf",
        "chunk_id": str(chunk.pk),
        "page": chunk.page,
        "quote": FACT,
        "start_char": chunk.start_char + at,
        "end_char": chunk.start_char + at + len(FACT),
    }
    looked_at = {**citation, "content": chunk.content, "score": 0.5}
    gone = {**citation, "number": 2, "document_id": str(user.pk), "document_name": "gone.txt"}
    says.answer("complete", MARKDOWN + " [2]", citations=[citation, gone])
    says.answer("complete", default_refusal(), context=[looked_at])
    searched_for = {"query": "And the glass? warranty lamp"}
    says.answer("complete", "It is bright.", context=[looked_at], metadata=searched_for)
    says.answer("stopped", "It lasts")
    says.answer("stopped", "")
    says.answer("incomplete", "It lasts 26", error_message="The answer was interrupted.")
    says.answer("error", "", error_message="The model did not answer in 30 s. Try again.")
    return conversation


@dataclass
class Speaker:
    user: User
    conversation: Conversation
    count: int = 0
    last: Message | None = None

    def answer(self, status: str, content: str, **fields: Any) -> None:
        self._say("user", f"Question {self.count}?")
        self._say("assistant", content, status=status, model_used="fake", **fields)

    def _say(self, role: str, content: str, **fields: Any) -> None:
        self.last = Message.objects.create(
            owner=self.user,
            conversation=self.conversation,
            parent=self.last,
            role=role,
            content=content,
            message_index=self.count,
            created_at=timezone.now() - timedelta(hours=1),
            **fields,
        )
        self.count += 1
