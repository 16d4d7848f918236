"""A person with one of everything, so that every URL has something to show or to lose."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Model

from accounts import keys
from accounts.models import ApiKey, Invitation, ProviderCredential, User
from accounts.tenancy import scope
from billing.models import RequestType
from billing.usage import record_usage
from chatbots import versions
from chatbots.models import Chatbot
from conversations import feedback, sharing
from conversations.feedback import Verdict
from conversations.models import Attachment, Conversation, Message
from documents import batches, generations
from documents.lexical import weighed
from documents.models import (
    Document,
    DocumentChunk,
    DocumentText,
    SearchLog,
    WebPage,
    WebSource,
    storage_path,
)
from language.passages import passage_terms
from providers import registry
from providers.base import Usage
from tests.isolation.paying import invoice_of
from tests.sharing import invited, join, share

APPS = ("accounts", "billing", "documents", "chatbots", "conversations", "analytics")
VOLATILE = {"last_used_at", "last_login", "embedding"}
# What somebody asks for is noted in their own words, whoever else uses these.
UNREAD = {SearchLog: {"query", "scope"}}
WHOSE = {
    User: "id = %(person)s",
    Invitation: "invited_by_id = %(person)s",
    ApiKey: "name <> 'for the test'",
}


@dataclass
class World:
    """Ids alone; those of a `World()` nobody made belong to nothing."""

    word: str = "nothing"
    user: User | None = None
    document: UUID = field(default_factory=uuid4)
    waiting: UUID = field(default_factory=uuid4)
    locked: UUID = field(default_factory=uuid4)
    chunk: UUID = field(default_factory=uuid4)
    chatbot: UUID = field(default_factory=uuid4)
    slug: str = field(default_factory=lambda: f"nobody-{uuid4()}")
    conversation: UUID = field(default_factory=uuid4)
    question: UUID = field(default_factory=uuid4)
    answer: UUID = field(default_factory=uuid4)
    cut: UUID = field(default_factory=uuid4)  # an answer that is incomplete
    link: UUID = field(default_factory=uuid4)  # by which the conversation is shared
    attachment: UUID = field(default_factory=uuid4)  # of the conversation
    key: UUID = field(default_factory=uuid4)
    credential: UUID = field(default_factory=uuid4)
    fetched: UUID = field(default_factory=uuid4)  # a document of a web address
    site: UUID = field(default_factory=uuid4)  # a web source that rests
    crawled: UUID = field(default_factory=uuid4)  # and one whose run goes on
    upload: UUID = field(default_factory=uuid4)
    project: UUID = field(default_factory=uuid4)  # with most of the documents, and the chatbot
    member: UUID = field(default_factory=uuid4)  # somebody else in it
    invitation: UUID = field(default_factory=uuid4)  # into it
    offer: UUID = field(default_factory=uuid4)  # an invitation into somebody else's
    invoice: str = field(default_factory=lambda: f"in_{uuid4().hex}")  # Stripe's id
    secrets: dict[tuple[str, ...], str] = field(default_factory=dict)  # of keys, by their scopes

    @property
    def traces(self) -> list[str]:
        """What must never be seen by another person."""
        ids = (self.document, self.waiting, self.locked, self.chunk, self.chatbot)
        ids += (self.conversation,)
        ids += (self.question, self.answer, self.cut, self.link, self.attachment, self.key)
        ids += (self.credential,)
        ids += (self.upload,)
        ids += (self.fetched, self.site, self.crawled)
        ids += (self.project, self.member, self.invitation, self.offer)
        return [self.word, self.slug, self.invoice, *map(str, ids)]

    def secret(self, *scopes: str) -> str:
        if scopes not in self.secrets:
            with scope(self.user):
                issued = keys.issue(self.user, "for the test", scopes=list(scopes))
            self.secrets[scopes] = issued[1]
        return self.secrets[scopes]


def make_world(word: str) -> World:
    user = User.objects.create_user(f"{word}@example.com", None, full_name=f"{word} person")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    with scope(user):
        document, chunk = _ready_document(user, word)
        waiting = _stored(user, f"{word} waits", f"{word}-waiting.txt")
        waiting.save(force_insert=True)
        locked = _stored(user, f"{word} is locked", f"{word}-locked.pdf")
        locked.status, locked.error_code = Document.Status.ERROR, "password_needed"
        locked.save(force_insert=True)
        chatbot = Chatbot.objects.create(owner=user, name=f"{word} bot", slug=f"{word}-bot")
        chatbot.read_documents([document])
        versions.publish(user, chatbot, f"{word} note")
        Chatbot.objects.filter(pk=chatbot.pk).update(system_prompt=f"{word} prompt")
        conversation, question, answer = _conversation(user, chatbot, chunk, word)
        cut = Message.objects.create(
            owner=user,
            conversation=conversation,
            parent=question,
            role="assistant",
            status="incomplete",
            content=f"The {word}",
            message_index=2,
        )
        for about in (answer, None):
            feedback.give(user, conversation, Verdict("up", comment=word), about)
        link = sharing.share(user, conversation, "snapshot")
        dropped = _stored(user, f"{word} was dropped", f"{word}-dropped.txt")
        dropped.kind = Document.Kind.ATTACHMENT
        dropped.save(force_insert=True)
        attachment = Attachment.objects.create(
            conversation=conversation, owner=user, document=dropped
        )
        key, _secret = keys.issue(user, f"{word} key")
        credential = ProviderCredential(
            owner=user, provider="gemini", label=f"{word} account", base_url="http://127.0.0.1:9"
        )
        credential.keep(f"AIza-{word}-secret")
        credential.save()
        upload = batches.announce(user, f"{word} folder", [(f"{word}/new.txt", 3)])
        fetched, site, crawled = _web(user, word)
        SearchLog.objects.create(
            owner=user, chatbot_id=chatbot.pk, origin="chat", query=f"{word}?", latency_ms=1
        )
        record_usage(user.pk, RequestType.RAG, f"{word}-model", Usage(5, 7, exact=True))
    return World(
        word=word,
        user=user,
        document=document.pk,
        waiting=waiting.pk,
        locked=locked.pk,
        chunk=chunk.pk,
        chatbot=chatbot.pk,
        slug=chatbot.slug,
        conversation=conversation.pk,
        question=question.pk,
        answer=answer.pk,
        cut=cut.pk,
        link=link.pk,
        attachment=attachment.pk,
        key=key.pk,
        credential=credential.pk,
        fetched=fetched.pk,
        site=site.pk,
        crawled=crawled.pk,
        upload=upload.pk,
        invoice=invoice_of(user, word),
        **_sharing(user, word, chatbot, [document, waiting, locked, fetched]),
    )


def _sharing(user: User, word: str, chatbot: Chatbot, documents: list[Document]) -> dict[str, UUID]:
    """A project of the person's with a guest in it, whose project they are invited to."""
    guest = User.objects.create_user(f"guest-of-{word}@example.com", None)
    project = share(user, *documents, name=f"{word} project")
    theirs = share(guest, name=f"{word} offer")
    with scope(user):
        member = join(project, guest)
        Chatbot.objects.filter(pk=chatbot.pk).update(project=project)
        invitation = invited(project, f"{word}-friend@example.com")
    with scope(guest):
        offer = invited(theirs, user.email)
    named = {"project": project, "member": member, "invitation": invitation, "offer": offer}
    return {name: row.pk for name, row in named.items()}


def _stored(user: User, text: str, name: str) -> Document:
    content = text.encode()
    document = Document(
        owner=user,
        name=name,
        tags=[name.partition(".")[0]],
        file_size=len(content),
        content_hash=hashlib.sha256(content).hexdigest(),
    )
    document.file.name = default_storage.save(storage_path(document, name), ContentFile(content))
    return document


def _ready_document(user: User, word: str) -> tuple[Document, DocumentChunk]:
    text = f"The {word} sings at dawn."
    document = _stored(user, text, f"{word}.txt")
    document.status, document.stage = Document.Status.READY, Document.Stage.DONE
    document.progress, document.chunk_count, document.mime_type = 100, 1, "text/plain"
    document.save(force_insert=True)
    DocumentText.objects.create(document=document, owner=user, content=text)
    embedder = registry.embedder()
    chunk = DocumentChunk.objects.create(
        document=document,
        owner=user,
        generation=generations.present(),
        chunk_index=0,
        content=text,
        lexical=weighed(passage_terms(text), 8),
        start_char=0,
        end_char=len(text),
        embedding=np.asarray(embedder.embed_query(text)),
        embedding_model=embedder.model,
    )
    return document, chunk


def _web(user: User, word: str) -> tuple[Document, WebSource, WebSource]:
    fetched = _stored(user, f"{word} of the web", f"{word}.html")
    fetched.source_url, fetched.status = f"https://{word}.example/", Document.Status.READY
    fetched.save(force_insert=True)
    site, crawled = (
        WebSource.objects.create(
            owner=user,
            url=f"https://{word}.example/{path}/",
            host=f"{word}.example",
            kind="section",
            status=status,
            run=1,
        )
        for path, status in (("docs", "idle"), ("blog", "pending"))
    )
    page = f"{site.url}{word}.html"
    removed = _stored(user, f"{word} was here", f"{word}-removed.html")
    removed.source_url, removed.status = page, Document.Status.READY
    removed.save(force_insert=True)
    WebPage.objects.create(
        owner=user, source=site, url=page, document=removed, state="removed", wanted_run=1
    )
    return fetched, site, crawled


def _conversation(
    user: User, chatbot: Chatbot, chunk: DocumentChunk, word: str
) -> tuple[Conversation, Message, Message]:
    conversation = Conversation.objects.create(
        owner=user, chatbot=chatbot, user=user, title=f"About the {word}"
    )
    common: dict[str, Any] = {"owner": user, "conversation": conversation}
    question = Message.objects.create(
        **common, author=user, role="user", content=f"Does the {word} sing?", message_index=0,
        search_text=f"{word} sing",
    )  # fmt: skip
    citation = {
        "number": 1, "document_id": str(chunk.document_id), "document_name": f"{word}.txt",
        "chunk_id": str(chunk.pk), "page": None, "quote": chunk.content, "start_char": 0,
        "end_char": chunk.end_char,
    }  # fmt: skip
    answer = Message.objects.create(
        **common, parent=question, role="assistant", content=f"The {word} does [1].",
        message_index=1, citations=[citation],
    )  # fmt: skip
    return conversation, question, answer


def snapshot(world: World) -> dict[str, list[dict[str, Any]]]:
    """Every row of the person's, but for what reading itself may note."""
    rows: dict[str, list[dict[str, Any]]] = {model.__name__: [] for model in _watched()}
    with scope(world.user.pk), connection.cursor() as cursor:  # not those of projects
        cursor.execute(_every_row(), {"person": world.user.pk})
        for name, row in cursor:
            rows[name].append(json.loads(row))
    return rows


def _watched() -> list[type[Model]]:
    models = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    return [model for model in models if not model.__name__.startswith(("Audit", "KeptEmail"))]


@cache
def _every_row() -> str:
    """One statement for all tables: thousands of tests take a snapshot before and after."""
    return " UNION ALL ".join(map(_rows_of, _watched()))


def _rows_of(model: type[Model]) -> str:
    ignored = VOLATILE | UNREAD.get(model, set())
    seen = [field for field in model._meta.concrete_fields if field.name not in ignored]
    columns = ", ".join(f'"{field.column}"' for field in seen)
    rows = f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {WHOSE.get(model, "true")}'
    rows += f' ORDER BY "{model._meta.pk.column}"'
    return f"SELECT '{model.__name__}', row_to_json(row)::text FROM ({rows}) row"
