"""The policies of the API."""

from tests.isolation.billing_doors import BILLING_API
from tests.isolation.chatbot_doors import CHATBOT_API
from tests.isolation.doors import (
    QUESTION,
    Door,
    always,
    answer,
    chatbot,
    chunk,
    conversation,
    credential,
    document,
    key,
    locked,
    upload,
    waiting,
)
from tests.isolation.openai_doors import OPENAI
from tests.isolation.project_doors import PROJECT_API
from tests.isolation.web_doors import WEB_API
from tests.own_server import own_server_key

LISTS = [
    Door("api-me", "GET", "account:read", blind=True),
    Door("api-keys-list", "GET", "account:read", blind=True),
    Door("api-credentials-list", "GET", "account:read", blind=True),
    Door("api-chat-models", "GET", "chatbots:read", blind=True),
    Door("api-documents-list", "GET", "documents:read", blind=True),
    Door(
        "api-documents-list",
        "GET",
        "documents:read",
        query=lambda world: {"tag": world.word, "q": world.word},
        blind=True,
    ),
    Door("api-uploads-list", "GET", "documents:read", blind=True),
    Door("api-chatbots-list", "GET", "chatbots:read", blind=True),
    Door("api-conversations-list", "GET", "conversations:read", blind=True),
    Door(
        "api-conversations-list",
        "GET",
        "conversations:read",
        query=lambda world: {"search": world.word},
        blind=True,
    ),
    Door(
        "api-conversations-list",
        "GET",
        "conversations:read",
        query=lambda world: {"chatbot": str(world.chatbot)},
    ),
    Door("api-audit", "GET", "account:read", blind=True),
    Door(
        "api-audit",
        "GET",
        "account:read",
        query=lambda world: {"resource_id": str(world.chatbot)},
        blind=True,
    ),
]
ACCOUNT = [
    Door("api-me", "PATCH", "account:write", body=always({"full_name": "New"}), blind=True),
    Door("api-me", "DELETE", "account:write", blind=True),
    Door("api-keys-list", "POST", "account:write", body=always({"name": "Another"}), blind=True),
    Door(
        "api-keys-list",
        "POST",
        "account:write",
        body=lambda world: {"name": "Another", "chatbot": str(world.chatbot)},
    ),
    Door("api-keys-detail", "GET", "account:read", path=key),
    Door("api-keys-detail", "DELETE", "account:write", path=key),
]
PROVIDERS = [
    Door("api-credentials-list", "POST", "account:write", body=own_server_key, blind=True),
    Door("api-credentials-detail", "GET", "account:read", path=credential),
    Door(
        "api-credentials-detail",
        "PATCH",
        "account:write",
        path=credential,
        body=always({"label": "Taken", "is_active": False}),
    ),
    Door("api-credentials-detail", "DELETE", "account:write", path=credential),
    Door("api-credentials-test", "POST", "account:write", path=credential),
]
DOCUMENTS = [
    Door(
        "api-documents-list",
        "POST",
        "documents:write",
        body=always({"url": "https://pages.example/"}),
        blind=True,
    ),
    Door(
        "api-documents-list",
        "POST",
        "documents:write",
        body=always({"text": "Same text.", "name": "same.txt"}),
        blind=True,
    ),
    Door("api-documents-detail", "GET", "documents:read", path=document),
    Door(
        "api-documents-detail",
        "PATCH",
        "documents:write",
        path=document,
        body=always({"title": "Taken"}),
    ),
    Door("api-documents-detail", "DELETE", "documents:write", path=document),
    Door("api-documents-chunks", "GET", "documents:read", path=document),
    Door("api-documents-text", "GET", "documents:read", path=document),
    Door("api-documents-file", "GET", "documents:read", path=document),
    Door("api-documents-reprocess", "POST", "documents:write", path=document),
    Door(
        "api-documents-reprocess",
        "POST",
        "documents:write",
        path=document,
        body=always({"discard_edits": True}),
    ),
    Door("api-documents-queue", "GET", "documents:read", blind=True),
    Door(
        "api-documents-queue", "PATCH", "documents:write", body=always({"paused": True}), blind=True
    ),
    Door("api-chunks-detail", "GET", "documents:read", path=chunk),
    Door(
        "api-chunks-detail",
        "PATCH",
        "documents:write",
        path=chunk,
        body=always({"content": "Taken.", "enabled": False}),
    ),
    Door(
        "api-chunks-switch",
        "POST",
        "documents:write",
        body=lambda world: {"ids": [str(world.chunk)], "enabled": False},
    ),
    Door("api-documents-cancel", "POST", "documents:write", path=waiting),
    Door(
        "api-documents-unlock",
        "POST",
        "documents:write",
        path=locked,
        body=always({"password": "copper-granite"}),
    ),
    *(
        Door(
            "api-documents-bulk",
            "POST",
            "documents:write",
            body=lambda world, action=action, name=name: {
                "action": action,
                "ids": [str(getattr(world, name))],
            },
        )
        for action, name in (
            ("delete", "document"),
            ("reprocess", "document"),
            ("cancel", "waiting"),
        )
    ),
]
UPLOADS = [
    Door(
        "api-uploads-list",
        "POST",
        "documents:write",
        body=always({"name": "Folder", "files": [{"path": "a/b.txt", "size": 3}]}),
        blind=True,
    ),
    Door("api-uploads-detail", "GET", "documents:read", path=upload),
    Door("api-uploads-files", "GET", "documents:read", path=upload),
    Door(
        "api-uploads-files",
        "GET",
        "documents:read",
        path=upload,
        query=always({"state": "unsent"}),
        blind=True,
    ),
    Door("api-uploads-detail", "DELETE", "documents:write", path=upload),
]
SEARCH = [
    Door("api-search-log", "GET", "conversations:read", blind=True),
    Door(
        "api-search-log",
        "GET",
        "conversations:read",
        query=lambda world: {"chatbot": str(world.chatbot)},
        blind=True,
    ),
    Door("api-search-explain", "POST", "search:read", body=always({"query": "sings"}), blind=True),
    *(
        Door(
            "api-search-explain",
            "POST",
            "search:read",
            body=lambda world, field=field, named=named: {"query": "sings", field: named(world)},
        )
        for field, named in (
            ("document_ids", lambda world: [str(world.document)]),
            ("chatbot", lambda world: str(world.chatbot)),
        )
    ),
    Door("api-search", "POST", "search:read", body=always({"query": "sings"}), blind=True),
    *(
        Door(
            "api-search",
            "POST",
            "search:read",
            body=lambda world, field=field, named=named: {"query": "sings", field: named(world)},
        )
        for field, named in (
            ("document_ids", lambda world: [str(world.document)]),
            ("chatbot", lambda world: str(world.chatbot)),
            ("chatbot", lambda world: world.slug),
        )
    ),
    Door(
        "api-search",
        "POST",
        "search:read",
        body=lambda world: {"query": world.word, "tags": [world.word]},
        blind=True,
    ),
]
CHATBOTS = [
    Door("api-chatbots-list", "POST", "chatbots:write", body=always({"name": "New"}), blind=True),
    Door(
        "api-chatbots-list",
        "POST",
        "chatbots:write",
        body=lambda world: {"name": "New", "documents": [str(world.document)]},
    ),
    Door("api-chatbots-detail", "GET", "chatbots:read", path=chatbot),
    Door(
        "api-chatbots-detail",
        "PATCH",
        "chatbots:write",
        path=chatbot,
        body=lambda world: {"name": "Taken", "documents": [str(world.document)]},
    ),
    Door("api-chatbots-detail", "DELETE", "chatbots:write", path=chatbot),
]
CONVERSATIONS = [
    Door(
        "api-conversations-list",
        "POST",
        "conversations:write",
        body=lambda world: {"chatbot": str(world.chatbot)},
    ),
    Door("api-conversations-detail", "GET", "conversations:read", path=conversation),
    Door(
        "api-conversations-detail",
        "PATCH",
        "conversations:write",
        path=conversation,
        body=always({"title": "Taken", "pinned": True}),
    ),
    Door("api-conversations-detail", "DELETE", "conversations:write", path=conversation),
    Door("api-conversations-export", "GET", "conversations:read", path=conversation),
    Door(
        "api-conversations-export",
        "GET",
        "conversations:read",
        path=conversation,
        query=always({"format": "markdown"}),
    ),
    Door("api-conversation-messages", "GET", "conversations:read", path=conversation),
    Door(
        "api-conversation-messages",
        "POST",
        "conversations:write",
        path=conversation,
        body=QUESTION,
    ),
    Door(
        "api-conversation-messages",
        "POST",
        "conversations:write",
        path=conversation,
        body=lambda world: {"content": "Who?", "parent": str(world.answer), "stream": True},
    ),
    Door("api-message", "GET", "conversations:read", path=answer),
    Door("api-message-events", "GET", "conversations:read", path=answer),
    Door("api-message-regenerate", "POST", "conversations:write", path=answer),
    Door("api-message-stop", "POST", "conversations:write", path=answer),
    Door("api-message-continue", "POST", "conversations:write", path=lambda world: [world.cut]),
    Door(
        "api-conversations-detail",
        "PATCH",
        "conversations:write",
        path=conversation,
        body=lambda world: {"leaf": str(world.answer)},
    ),
    *(
        Door(f"api-{what}-feedback", method, f"conversations:{verb}", path=path, body=body)
        for what, path in (("message", answer), ("conversation", conversation))
        for method, verb, body in (
            ("GET", "read", always({})),
            ("POST", "write", always({"rating": "down", "reason": "wrong"})),
            ("DELETE", "write", always({})),
        )
    ),
    Door("api-conversation-attachments", "GET", "conversations:read", path=conversation),
    Door(
        "api-conversation-attachments",
        "POST",
        "conversations:write",
        path=conversation,
        body=always({"text": "New.", "name": "new.txt"}),
    ),
    *(
        Door(
            "api-conversation-attachment",
            method,
            f"conversations:{verb}",
            path=lambda world: [world.conversation, world.attachment],
        )
        for method, verb in (("GET", "read"), ("DELETE", "write"))
    ),
    Door("api-conversation-share", "GET", "conversations:read", path=conversation),
    Door("api-conversation-share", "POST", "conversations:write", path=conversation),
    Door(
        "api-conversation-share-link",
        "DELETE",
        "conversations:write",
        path=lambda world: [world.conversation, world.link],
    ),
]
API_DOORS = [
    *WEB_API,
    *LISTS,
    *BILLING_API,
    *ACCOUNT,
    *PROVIDERS,
    *DOCUMENTS,
    *UPLOADS,
    *SEARCH,
    *CHATBOTS,
    *CHATBOT_API,
    *CONVERSATIONS,
    *OPENAI,
    *PROJECT_API,
]
