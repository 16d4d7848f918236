"""Mail without a mail server: to the console, and kept for the administrator to read."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend as ConsoleBackend

from accounts.models import KeptEmail


class KeptEmailBackend(ConsoleBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        KeptEmail.objects.bulk_create(
            KeptEmail(
                to=", ".join(message.recipients()), subject=message.subject, body=message.body
            )
            for message in email_messages
        )
        return super().send_messages(email_messages) or 0
