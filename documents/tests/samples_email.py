"""E-mails for tests, made on the spot: whole ones by the standard library, odd ones by hand."""

from email.message import EmailMessage

PDF = b"%PDF-1.7\n"


def letter(
    text: str = "Hello there.",
    *,
    page: str = "",
    subject: str = "Offer",
    files: dict[str, bytes | EmailMessage] | None = None,
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ann <ann@x.example>"
    message["To"] = "ben@y.example"
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0100"
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    for name, content in (files or {}).items():
        attach(message, name, content)
    return message


def attach(message: EmailMessage, name: str, content: bytes | EmailMessage) -> None:
    if isinstance(content, EmailMessage):
        message.add_attachment(content)
    else:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )


def nested(depth: int) -> bytes:
    """An e-mail in an e-mail in an e-mail."""
    message = letter("The innermost.", subject="Level 0")
    for level in range(1, depth + 1):
        message = letter(subject=f"Level {level}", files={"": message})
    return bytes(message)


def by_hand(headers: str, body: str | bytes = "", encoding: str = "utf-8") -> bytes:
    """Headers and body as they are; a From is added so that it is known for an e-mail."""
    head = f"From: a@x.example\n{headers}".rstrip("\n") + "\n\n"
    return head.encode(encoding) + (body if isinstance(body, bytes) else body.encode(encoding))


def multipart(kind: str, *parts: str, more: str = "") -> bytes:
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return by_hand(f'Subject: s\nContent-Type: multipart/{kind}; boundary="b"{more}', body)


def nested_parts(depth: int) -> bytes:
    opening = (f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    closing = (f"\n--b{n}--" for n in reversed(range(depth)))
    text = "Content-Type: text/plain\n\nhello"
    return ("From: a@x.example\nSubject: s\n" + "".join([*opening, text, *closing])).encode()
