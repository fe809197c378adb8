"""Static files with hashed names, ES module imports included, so that browsers may keep them for ever."""

from django_manifeststaticfiles_enhanced.storage import EnhancedManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage, EnhancedManifestStaticFilesStorage):
    """Hash names and module imports, then compress. Before anything was collected, files keep their plain names."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The hashed name, or the plain one where no manifest was made (tests, a checkout that never ran)."""
        return super().stored_name(name) if self.hashed_files else name
