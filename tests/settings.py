"""The product's settings with a test's environment: a throw-away data folder, no limits, no foreign service.

DATABASE_URL alone is kept from outside: it is how the suite runs on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile

for _name in list(os.environ):
    if _name.startswith("CHATIFY_") and not _name.startswith(("CHATIFY_TEST_", "CHATIFY_REQUIRE_")):
        del os.environ[_name]
for _name in ("REDIS_URL", "CELERY_BROKER_URL", "EMAIL_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PORT"):
    os.environ.pop(_name, None)

_folder = tempfile.mkdtemp(prefix="chatify-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["CHATIFY_DATA"] = _folder
os.environ["CHATIFY_LIMITS"] = "off"

from chatify.settings import *  # noqa: E402, F403
from chatify.settings import DATABASES, PASSWORD_HASHERS, STORAGES  # noqa: E402

if "sqlite" in str(DATABASES["default"]["ENGINE"]):
    # A file, as in the product: threads of a test share it. Nobody pulls the plug of a test machine for us.
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    # A pool's idle connections would keep the test database from being dropped.
    del DATABASES["default"]["OPTIONS"]["pool"]
    # A test is one transaction, and may think for longer than the product lets one be idle.
    DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"
    # What has the tables already, when somebody made such a one for all processes.
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ.get("CHATIFY_TEST_TEMPLATE")}

# The product's hashers stay, for what was hashed with them; new passwords take microseconds instead of 0.1 s.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
