"""The policies of projects and of invitations into them: pages and API."""

from __future__ import annotations

from typing import Any

from tests.isolation.doors import Door, always
from tests.isolation.world import World


def project(world: World) -> list[Any]:
    return [world.project]


def member(world: World) -> list[Any]:
    return [world.project, world.member]


def invitation(world: World) -> list[Any]:
    return [world.project, world.invitation]


def document(world: World) -> list[Any]:
    return [world.project, world.document]


def offer(world: World) -> list[Any]:
    return [world.offer]


GUEST = always({"email": "another@example.com", "role": "viewer"})
PROJECT_API = [
    Door("api-projects-list", "GET", "projects:read", blind=True),
    Door("api-projects-list", "POST", "projects:write", body=always({"name": "New"}), blind=True),
    Door("api-projects-detail", "GET", "projects:read", path=project),
    Door(
        "api-projects-detail",
        "PATCH",
        "projects:write",
        path=project,
        body=always({"name": "Taken", "archived": False}),
    ),
    Door("api-projects-detail", "DELETE", "projects:write", path=project),
    Door("api-project-members", "GET", "projects:read", path=project),
    Door("api-project-members", "POST", "projects:write", path=project, body=GUEST),
    Door(
        "api-project-member",
        "PATCH",
        "projects:write",
        path=member,
        body=always({"role": "editor"}),
    ),
    Door("api-project-member", "DELETE", "projects:write", path=member),
    Door("api-project-invitations", "GET", "projects:read", path=project),
    Door("api-project-invitations", "POST", "projects:write", path=project, body=GUEST),
    Door("api-project-invitation", "DELETE", "projects:write", path=invitation),
    Door("api-project-documents", "GET", "documents:read", path=project),
    Door(
        "api-project-documents",
        "POST",
        "documents:write",
        path=project,
        body=lambda world: {"document": str(world.document)},
    ),
    Door("api-project-document", "DELETE", "documents:write", path=document),
    Door("api-project-chatbots", "GET", "chatbots:read", path=project),
    Door(
        "api-project-chatbots",
        "POST",
        "chatbots:write",
        path=project,
        body=always({"name": "New"}),
    ),
    Door("api-invitations-list", "GET", "projects:read", blind=True),
    Door("api-invitations-accept", "POST", "projects:write", path=offer),
    Door("api-invitations-decline", "POST", "projects:write", path=offer),
    Door(
        "api-documents-list",
        "GET",
        "documents:read",
        query=lambda world: {"project": str(world.project)},
    ),
    Door(
        "api-documents-list",
        "POST",
        "documents:write",
        body=lambda world: {"text": "Shared text.", "project": str(world.project)},
    ),
    Door(
        "api-search",
        "POST",
        "search:read",
        body=lambda world: {"query": "sings", "project": str(world.project)},
    ),
    Door(
        "api-keys-list",
        "POST",
        "account:write",
        body=lambda world: {"name": "Another", "project": str(world.project)},
    ),
    Door(
        "api-chatbots-list",
        "POST",
        "chatbots:write",
        body=lambda world: {"name": "New", "project": str(world.project)},
    ),
]
NAMED = {"name": "Taken", "description": ""}
PROJECT_PAGES = [
    Door("projects:list", "GET", blind=True),
    Door("projects:list", "POST", body=always(NAMED), blind=True),
    Door("projects:accept", "POST", path=offer),
    Door("projects:decline", "POST", path=offer),
    Door("projects:detail", "GET", path=project),
    Door("projects:upload", "POST", path=project),
    Door(
        "projects:documents",
        "POST",
        path=project,
        body=lambda world: {"action": "unlink", "id": str(world.document)},
        blind=True,
    ),
    Door("projects:chatbots", "GET", path=project),
    Door("projects:people", "GET", path=project),
    Door("projects:people", "POST", path=project, body=GUEST),
    Door("projects:role", "POST", path=member, body=always({"role": "editor"})),
    Door("projects:remove", "GET", path=member),
    Door("projects:remove", "POST", path=member),
    Door("projects:resend", "POST", path=invitation),
    Door("projects:revoke", "POST", path=invitation),
    Door("projects:settings", "GET", path=project),
    Door("projects:settings", "POST", path=project, body=always(NAMED)),
    Door("projects:delete", "GET", path=project),
    Door("projects:delete", "POST", path=project),
    Door(
        "documents:search",
        "GET",
        query=lambda world: {"q": "sings", "project": str(world.project)},
    ),
    Door("documents:list", "GET", query=lambda world: {"project": str(world.project)}),
    Door(
        "documents:list",
        "POST",
        query=lambda world: {"project": str(world.project)},
        body=always({"text": "New words."}),
    ),
]
