"""Static files of a deployed site: names with a hash, kept for ever, compressed beforehand."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    # The image is built by one user and run by another; originals' 0600 would apply here as well.
    file_permissions_mode = 0o644
    directory_permissions_mode = 0o755
    # `import "./menu.js"` gets the hashed name too, so a new release never runs half old modules.
    support_js_module_import_aggregation = True
