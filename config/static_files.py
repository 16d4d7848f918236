"""Static files of a deployed site: names with a hash, kept for ever, compressed beforehand."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    # `import "./menu.js"` gets the hashed name too, so a new release never runs half old modules.
    support_js_module_import_aggregation = True
