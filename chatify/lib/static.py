"""Static files with hashed names, ES module imports included, so that browsers may keep them for ever."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from django_manifeststaticfiles_enhanced.storage import EnhancedManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from .gathering import one_module, one_stylesheet

UNUSED = ["redoc*"]
"""Files of libraries that no page of ours loads."""
UNUSED_APPS = ("django_htmx",)
"""Apps whose files are not served: htmx is vendored."""
RARE = ("admin/", "ninja/")
"""Folders that staff and developers see: compressing these megabytes would take longer than everything else."""
GATHERED = {"css/global.css": one_stylesheet, "js/app.js": one_module}
"""The first files of every page, and how all that they import comes to be in them."""


class HashedStorage(CompressedManifestStaticFilesStorage, EnhancedManifestStaticFilesStorage):
    """Hash names and module imports, then compress. Before anything was collected, files keep their plain names."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The hashed name, or the plain one where no manifest was made (tests, a checkout that never ran)."""
        return super().stored_name(name) if self.hashed_files else name

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Hash and compress, what a page loads first in one file of its kind."""
        gathered = InMemoryStorage()
        for name in GATHERED.keys() & paths.keys():
            text = GATHERED[name](name, lambda other: _text(*paths[other]))
            gathered.save(name, ContentFile(text.encode()))
        first = {name: (gathered, name) for name in GATHERED.keys() & paths.keys()}
        yield from super().post_process(paths | first, dry_run, **options)

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress what every visitor loads."""
        return super().compress_files(path for path in paths if not path.startswith(RARE))


def _text(storage: Storage, path: str) -> str:
    with storage.open(path) as file:
        return str(file.read().decode())


class AppFinder(AppDirectoriesFinder):
    """The apps' static files, without what no page loads."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: object, **kwargs: object) -> None:
        super().__init__(app_names, *args, **kwargs)
        for app in UNUSED_APPS:
            self.storages.pop(app, None)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        return super().list([*(ignore_patterns or []), *UNUSED])
