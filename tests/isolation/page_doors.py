"""The policies of the pages, and of the doors that are open to everybody."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.isolation.billing_doors import BILLING_PAGES
from tests.isolation.chatbot_doors import CHATBOT_PAGES
from tests.isolation.doors import (
    QUESTION,
    Door,
    always,
    answer,
    chunk,
    conversation,
    credential,
    document,
    key,
    locked,
    slug,
    upload,
    waiting,
)
from tests.isolation.project_doors import PROJECT_PAGES
from tests.isolation.web_doors import WEB_PAGES
from tests.isolation.world import World
from tests.own_server import own_server_key


class NewFile(SimpleUploadedFile):
    """Names no rows: one is like the other."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NewFile)

    __hash__ = None  # type: ignore[assignment]


def new_file(world: World) -> dict[str, Any]:
    return {"file": NewFile("new.txt", b"New.")}


OPEN = {
    *("landing", "pricing", "api-schema", "api-docs", "favicon", "health-live", "health-ready"),
    "accounts:invitation",
    "projects:join",  # by the token of an invitation: see accounts/tests/test_joining.py
    # By the token of a share link: see conversations/tests/test_sharing.py.
    *("shared:conversation", "shared:thread"),
    "stripe-webhook",  # by Stripe's signature: see billing/tests/stripe/test_webhook.py
}
OPEN_STAFF = {"admin:login", "admin:logout"}
# django-allauth's own pages: they know the session's person and no rows of a tenant.
ENTRANCE = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reauthenticate",
    "account_email",
    "account_email_verification_sent",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "usersessions_list",
}
SETTINGS = [
    Door("home", "GET", blind=True),
    Door("home-start", "GET", blind=True),
    *BILLING_PAGES,
    Door("accounts:profile", "GET", blind=True),
    Door(
        "accounts:profile",
        "POST",
        body=always({"full_name": "New", "timezone": "UTC", "locale": "en"}),
        blind=True,
    ),
    Door("accounts:security", "GET", blind=True),
    Door("accounts:revoke_all_keys", "GET", blind=True),
    Door("accounts:revoke_all_keys", "POST", blind=True),
    Door("accounts:api_keys", "GET", blind=True),
    Door(
        "accounts:api_keys",
        "POST",
        body=always({"name": "New", "scopes": ["search:read"], "lifetime": "30"}),
        blind=True,
    ),
    Door("accounts:providers", "GET", blind=True),
    Door("accounts:providers", "POST", body=own_server_key, blind=True),
    Door("accounts:default_model", "POST", body=always({"chat_model": "fake"}), blind=True),
    Door("accounts:test_provider_key", "POST", path=credential),
    Door("accounts:replace_provider_key", "GET", path=credential),
    Door("accounts:replace_provider_key", "POST", path=credential, body=always({"secret": "x"})),
    Door("accounts:switch_provider_key", "POST", path=credential, body=always({"use": "no"})),
    Door("accounts:remove_provider_key", "GET", path=credential),
    Door("accounts:remove_provider_key", "POST", path=credential),
    Door("accounts:revoke_key", "GET", path=key),
    Door("accounts:revoke_key", "POST", path=key),
]
DOCUMENTS = [
    Door("documents:list", "GET", blind=True),
    Door("documents:list", "GET", query=lambda world: {"q": world.word}, blind=True),
    Door("documents:list", "POST", body=always({"url": "https://pages.example/"}), blind=True),
    Door("documents:list", "POST", body=always({"text": "Same text."}), blind=True),
    Door("documents:upload", "POST", blind=True),
    Door("documents:uploads", "GET", blind=True),
    Door("documents:upload_detail", "GET", path=upload),
    Door("documents:upload_delete", "GET", path=upload),
    Door("documents:upload_delete", "POST", path=upload),
    Door("documents:progress", "GET", query=lambda world: {"id": str(world.waiting)}, blind=True),
    *(
        Door(
            "documents:selected",
            "POST",
            body=lambda world, action=action: {"action": action, "id": str(world.document)},
            blind=True,
        )
        for action in ("delete", "delete-confirmed", "reprocess")
    ),
    Door("documents:search", "GET", query=lambda world: {"q": world.word}, blind=True),
    Door("documents:detail", "GET", path=document),
    Door(
        "documents:detail",
        "GET",
        path=document,
        query=lambda w: {"chunk": str(w.chunk)},
        blind=True,
    ),
    Door("documents:passages", "GET", path=document),
    Door(
        "documents:switch_passages",
        "POST",
        path=document,
        body=lambda world: {"on": "no", "id": str(world.chunk)},
        blind=True,
    ),
    Door("documents:passage", "GET", path=chunk),
    Door("documents:edit_passage", "GET", path=chunk),
    Door("documents:edit_passage", "POST", path=chunk, body=always({"content": "Taken."})),
    Door("documents:switch_passage", "POST", path=chunk, body=always({"on": "no"})),
    Door("documents:dismiss_lost_edits", "POST", path=document),
    Door("documents:queue", "GET", blind=True),
    *(
        Door("documents:queue", "POST", body=always({"action": action}), blind=True)
        for action in ("pause", "resume", "retry")
    ),
    Door("documents:state", "GET", path=document),
    Door("documents:download", "GET", path=document),
    Door("documents:file", "GET", path=document),
    Door("documents:edit", "GET", path=document),
    Door("documents:edit", "POST", path=document, body=always({"title": "Taken"})),
    Door("documents:reprocess", "POST", path=document),
    Door("documents:cancel", "POST", path=waiting),
    Door("documents:unlock", "POST", path=locked, body=always({"password": "copper-granite"})),
    Door("documents:delete", "GET", path=document),
    Door("documents:delete", "POST", path=document),
]
CHATBOT = {
    "name": "Taken", "reads": "chosen", "temperature": "0.5", "model": "",
    "welcome_message": "Hello", "is_active": "on",
}  # fmt: skip
CHATBOTS = [
    Door("chatbots:list", "GET", blind=True),
    Door("chatbots:create", "GET", blind=True),
    Door(
        "chatbots:create",
        "POST",
        body=lambda world: {**CHATBOT, "documents": [str(world.document)]},
        blind=True,
    ),
    Door("chatbots:ask", "POST", blind=True),
    Door(
        "chatbots:documents",
        "GET",
        query=lambda world: {"documents": str(world.document), "q": world.word},
        blind=True,
    ),
    Door("chatbots:detail", "GET", path=slug),
    Door(
        "chatbots:detail",
        "POST",
        path=slug,
        body=lambda world: {**CHATBOT, "documents": [str(world.document)]},
        blind=True,
    ),
    Door("chatbots:delete", "GET", path=slug),
    Door("chatbots:delete", "POST", path=slug),
]
TRIED = {"search_mode": "text", "meaning": "0.5", "top_k": "3", "minimum_score": "0"}
BENCH = [
    Door("bench:library", "GET", blind=True),
    Door("bench:library", "GET", query=always({"q": "sings"}), blind=True),
    Door("bench:chatbot", "GET", path=slug),
    Door("bench:chatbot", "GET", path=slug, query=always({"q": "sings", **TRIED})),
    Door("bench:apply", "POST", path=slug, body=always(TRIED)),
]
CHAT = [
    Door("conversations:list", "GET", blind=True),
    Door("conversations:history", "GET", query=lambda world: {"q": world.word}, blind=True),
    Door("conversations:new", "GET", path=slug),
    Door("conversations:begin", "POST", path=slug, body=QUESTION),
    Door("conversations:detail", "GET", path=conversation),
    Door("conversations:send", "POST", path=conversation, body=QUESTION),
    Door("conversations:rename", "GET", path=conversation),
    Door("conversations:rename", "POST", path=conversation, body=always({"title": "Taken"})),
    Door("conversations:pin", "POST", path=conversation),
    Door("conversations:delete", "GET", path=conversation),
    Door("conversations:delete", "POST", path=conversation),
    Door("conversations:message", "GET", path=answer),
    Door("conversations:events", "GET", path=answer),
    Door("conversations:stop", "POST", path=answer),
    Door("conversations:again", "POST", path=answer),
    Door("conversations:go-on", "POST", path=lambda world: [world.cut]),
    Door("conversations:edit", "POST", path=lambda world: [world.question], body=QUESTION),
    Door("conversations:show", "POST", path=answer),
    Door("conversations:feedback", "POST", path=answer, body=always({"rating": "up"})),
    Door("conversations:archive", "POST", path=conversation),
    Door("conversations:attachments", "GET", path=conversation),
    Door("conversations:attach", "POST", path=conversation, body=new_file),
    Door("conversations:begin-attach", "POST", path=slug, body=new_file),
    Door(
        "conversations:detach",
        "POST",
        path=lambda world: [world.conversation, world.attachment],
    ),
    Door("conversations:export", "GET", path=conversation),
    Door("conversations:links", "GET", path=conversation),
    Door(
        "conversations:links", "POST", path=conversation, body=always({"kind": "live", "days": 1})
    ),
    Door(
        "conversations:revoke-link",
        "POST",
        path=lambda world: [world.conversation, world.link],
    ),
    Door("conversations:sources", "GET", path=lambda world: [world.answer, 1]),
]
PAGE_DOORS = [
    *WEB_PAGES,
    *SETTINGS,
    *DOCUMENTS,
    *PROJECT_PAGES,
    *CHATBOTS,
    *CHATBOT_PAGES,
    *BENCH,
    *CHAT,
]
