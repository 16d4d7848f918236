"""A question and the answer to come, as rows: one set of rules for page and API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts import answering, rows
from accounts.models import User
from billing import credits, features, prices
from billing.charges import Charge
from billing.models import RequestType
from billing.refusals import no_such_model, not_yours
from conversations.models import Conversation, Message
from conversations.storing import lease_end
from conversations.thread import CUT
from language.searching import said_terms
from language.tokens import estimate_tokens

TITLE_LENGTH = 80
PROMPT_TOKENS = 3_000  # what most prompts take; longer ones hold more when they are written


@dataclass
class Refused(Exception):
    """The question was not taken; `code` is stable, `message` tells the person why."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


class Start(Enum):
    """Where a question stands that replies to nothing said before."""

    OF_CONVERSATION = 1


Parent = UUID | Start | None


def ask(user: User, conversation: Conversation, content: str, *, parent: Parent = None) -> Message:
    """Store a question; returns the assistant's message, streaming. Call it inside a scope.

    It replies to `parent`, by default to the end of the branch that is shown. Raises Refused or
    QuotaExceeded before anything is written. The caller starts the producer once the transaction
    has committed.
    """
    newest = _ready(user, conversation, content)
    if parent is None:
        parent = conversation.leaf_id or newest.pk
    question = Message(
        owner_id=conversation.owner_id,
        conversation_id=conversation.pk,
        author_id=user.pk,
        parent_id=parent if isinstance(parent, UUID) else None,
        role=Message.Role.USER,
        content=content,
        search_text=" ".join(said_terms(content)),
        message_index=newest.index + 1,
    )
    if not conversation.title:
        conversation.title = title_of(content)
    rows.insert(question)
    return _answer_to(conversation, question, newest.index + 2, newest.charge)


def ask_instead(user: User, question: Message, content: str) -> Message:
    """The question in other words, beside it."""
    parent = question.parent_id or Start.OF_CONVERSATION
    return ask(user, question.conversation, content, parent=parent)


def ask_again(user: User, message: Message) -> Message:
    """Another answer to the question of `message`, beside it."""
    if message.role != Message.Role.ASSISTANT or message.parent is None:
        raise Refused("not_an_answer", _("Only an answer can be given again."))
    newest = _ready(user, message.conversation)
    return _answer_to(message.conversation, message.parent, newest.index + 1, newest.charge)


def go_on(user: User, message: Message) -> Message:
    """The rest of an answer that was stopped or cut, below it."""
    if message.status not in CUT or not message.content or message.parent is None:
        raise Refused("not_cut", _("This answer was not cut, so there is no rest of it."))
    newest = _ready(user, message.conversation)
    return _answer_to(message.conversation, message, newest.index + 1, newest.charge)


@dataclass(frozen=True)
class Ready:
    """The last message of a conversation so far (before the first, index is -1), and what an
    answer may take."""

    pk: UUID | None
    index: int
    charge: Charge


# Its second statement sees what was committed until the first had its lock.
READY = """
    SELECT FROM conversations_conversation WHERE id = %s FOR UPDATE;
    SELECT c.leaf_id, c.title, chatbot.is_active,
        EXISTS (SELECT FROM conversations_message
                WHERE conversation_id = c.id AND status = 'streaming'),
        newest.id, coalesce(newest.message_index, -1),
        chatbot.id, chatbot.visitor_credits_daily,
        coalesce(nullif(c.model, ''), CASE WHEN c.channel <> 'preview'
            THEN published.behaviour ->> 'model' END, chatbot.model),
        chatbot.max_tokens,
        EXISTS (SELECT FROM accounts_providercredential p WHERE p.owner_id = c.owner_id)
    FROM conversations_conversation c JOIN chatbots_chatbot chatbot ON chatbot.id = c.chatbot_id
    LEFT JOIN chatbots_chatbotversion published ON published.id = chatbot.published_id
    LEFT JOIN LATERAL (
        SELECT id, message_index FROM conversations_message
        WHERE conversation_id = c.id ORDER BY message_index DESC LIMIT 1
    ) newest ON true
    WHERE c.id = %s
"""


def _ready(user: User, conversation: Conversation, said: str = "") -> Ready:
    """The conversation, locked until the commit, is brought up to date: two questions at once
    cannot both pass here."""
    found = rows.first(READY, [conversation.pk, conversation.pk])
    if found is None:
        raise Conversation.DoesNotExist
    conversation.leaf_id, conversation.title, is_active, is_running, pk, index, *terms = found
    if not is_active:
        raise Refused(
            "chatbot_inactive", _("This chatbot is switched off. Switch it on to ask it.")
        )
    if is_running:
        raise Refused(
            "answer_running",
            _("The last answer is still being written. Wait for it, or stop it."),
        )
    return Ready(pk, index, _charge(user, conversation, estimate_tokens(said), *terms))


def _charge(
    user: User,
    conversation: Conversation,
    asked: int,
    chatbot_id: UUID,
    cap: int | None,
    model: str,
    max_tokens: int,
    has_keys: bool,
) -> Charge:
    """The most that an answer may take. Who made the chatbot pays for what it says."""
    is_own = conversation.owner_id == user.pk
    owner = user if is_own else conversation.owner
    model, accounts = answering.model_for(owner, model, has_keys=has_keys)
    own_key = model.partition("/")[0] in accounts
    if not own_key and not features.allows_model(owner, model):
        raise no_such_model(model) if is_own else not_yours("models")
    price = prices.price_of(RequestType.RAG, model, own_key=own_key)
    tokens = asked + PROMPT_TOKENS
    return Charge(
        credits=price.credits(tokens, max_tokens),
        tokens=tokens + max_tokens,
        price=price,
        reason="answer",
        chatbot_id=chatbot_id,
        by_owner=is_own,
        cap=None if is_own else cap,
    )


SHOWN = """
    UPDATE conversations_conversation
    SET leaf_id = %s, title = %s, status = 'active', updated_at = now() WHERE id = %s
    RETURNING id
"""


def _answer_to(conversation: Conversation, before: Message, index: int, charge: Charge) -> Message:
    """The answer to a question, or the rest of an answer; it ends the branch that is shown, and
    brings the conversation out of the archive.

    Credits are held after the question is stored: locks go from daily usage to balance.
    """
    reservation = credits.reserve(before.owner_id, charge)
    answer = Message(
        owner_id=before.owner_id,
        conversation_id=before.conversation_id,
        parent_id=before.pk,
        role=Message.Role.ASSISTANT,
        status=Message.Status.STREAMING,
        message_index=index,
        producer_token=uuid4(),
        lease_until=lease_end(),  # type: ignore[misc]
        reservation_id=reservation,
    )
    rows.insert(answer)
    conversation.leaf_id = answer.pk
    conversation.status = Conversation.Status.ACTIVE
    rows.first(SHOWN, [answer.pk, conversation.title, conversation.pk])
    return answer


def title_of(question: str) -> str:
    """A conversation's first title: the question's first line, cut at a word."""
    line = " ".join(question.split("\n", 1)[0].split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
