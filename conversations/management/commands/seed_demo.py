"""Something to look at: a demo person with documents, a chatbot and a question to start with."""

import secrets

from django.core.management import BaseCommand

from accounts.models import User
from accounts.people import add_person
from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations import demo
from conversations.models import Conversation
from documents.models import Document
from documents.uploads import add_document

EMAIL = "demo@example.com"
NAME = "Tamarind handbook"


class Command(BaseCommand):
    help = f"Make {EMAIL} with a few documents and a chatbot; a second run adds what is missing."

    def handle(self, **_) -> None:
        user = User.objects.filter(email=EMAIL).first() or self._person()
        with scope(user):
            for file in demo.files():
                if not Document.objects.for_user(user).filter(name=file.name).exists():
                    add_document(user, file, tags=["demo"])
            self._conversation(user)
        self.stdout.write(f"Ask {NAME}: {demo.QUESTION}")

    def _person(self) -> User:
        password = secrets.token_urlsafe(12)
        user = add_person(EMAIL, password, verified=True, full_name="Demo Person")
        self.stdout.write(f"{EMAIL} {password}")
        return user

    def _conversation(self, user: User) -> None:
        chatbot, _ = Chatbot.objects.get_or_create(
            owner=user,
            name=NAME,
            defaults={
                "description": "Answers from the papers of a small company.",
                "welcome_message": f"Hi! Try: {demo.QUESTION}",
            },
        )
        if not Conversation.objects.filter(chatbot=chatbot).exists():
            Conversation.objects.create(owner=user, chatbot=chatbot, user=user)
