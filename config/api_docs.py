"""The API's schema and the page to read and try it; open to all, since they tell no secrets."""

from csp.decorators import csp_update
from drf_spectacular.renderers import (
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation

from accounts.requests import unscoped

# JSON, which browsers show too; YAML to who asks for it by Accept or ?format=yaml.
schema = unscoped(
    SpectacularAPIView.as_view(
        content_negotiation_class=DefaultContentNegotiation,
        renderer_classes=[OpenApiJsonRenderer2, OpenApiYamlRenderer, OpenApiYamlRenderer2],
    )
)
# Swagger UI sets style attributes and draws its icons from data: URLs, on this page alone.
page = unscoped(
    csp_update({"style-src": ["'unsafe-inline'"]})(
        SpectacularSwaggerSplitView.as_view(template_name="api/docs.html", url_name="api-schema")
    )
)
