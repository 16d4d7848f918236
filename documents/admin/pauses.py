"""Whose queue stands still; staff pause and resume it as the person can."""

from __future__ import annotations

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import PersonAdmin
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, link
from documents.models import QueuePause
from documents.work import pausing


@admin.register(QueuePause)
class QueuePauseAdmin(ReadOnlyAdmin):
    person = link("owner")
    list_display = ["__str__", "person", "created_at"]
    list_select_related = ["owner"]
    ids = ["owner"]
    search_fields = ["owner__email"]
    fields = ["owner", "created_at"]
    ordering = ["-created_at"]
    see_also = [SeeAlso("documents.Document", "owner")]
    actions = ["resume"]

    @admin.action(description=_("Resume the queue"), permissions=["view"])
    def resume(self, request, queryset) -> None:
        paused = list(queryset.select_related("owner"))
        for pause in paused:
            pausing.resume(pause.owner, actor=request.user)
        text = ngettext("%s queue goes on.", "%s queues go on.", len(paused)) % len(paused)
        self.message_user(request, text, messages.SUCCESS)


@admin.action(description=_("Pause the queue of documents"), permissions=["view"])
def pause_queue(model_admin, request, queryset) -> None:
    for person in queryset:
        pausing.pause(person, actor=request.user)
    text = ngettext("%s queue is paused.", "%s queues are paused.", len(queryset)) % len(queryset)
    model_admin.message_user(request, text, messages.SUCCESS)


PersonAdmin.actions = [*PersonAdmin.actions, pause_queue]
PersonAdmin.see_also = [*PersonAdmin.see_also, SeeAlso("documents.QueuePause", "owner")]
