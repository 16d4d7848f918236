"""A locked PDF is given its password."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.schema import fails_with
from accounts.rest.shared import EDITABLE, Shared
from accounts.rest.strict import StrictSerializer
from documents.api.serializers import DocumentSerializer
from documents.models import Document
from documents.unlocking import MAX_PASSWORD, unlock


class PasswordSerializer(StrictSerializer):
    password = serializers.CharField(
        max_length=MAX_PASSWORD,
        trim_whitespace=False,
        write_only=True,
        help_text="Kept encrypted, never shown again, forgotten when it is wrong.",
    )


class UnlockView(Shared):
    area = "documents"
    rights = {"POST": EDITABLE}
    queryset = Document.objects.library()
    serializer_class = PasswordSerializer

    @extend_schema(
        summary="Give a locked PDF its password",
        description="For a document whose `error_code` is `password_needed` or `wrong_password`. "
        "It is read again; a wrong password ends in `wrong_password`.",
        request=PasswordSerializer,
        responses={202: DocumentSerializer},
    )
    @fails_with(409)
    # Not idempotent by key: the digest of a request that is kept would be one of the password.
    def post(self, request: Request, pk: str) -> Response:
        given = PasswordSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        document = unlock(self.get_object(), actor=request.user, **given.validated_data)
        return Response(DocumentSerializer(document).data, status=202)
