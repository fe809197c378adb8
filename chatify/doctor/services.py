"""What this server leans on: looked at by using it, within seconds, without calling anybody outside but the services
that its settings name."""

import shutil
import smtplib
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts import endpoints, push
from chatify.doctor.finding import BAD, GOOD, ODD, UNUSED, Finding
from chatify.jobs import operations as jobs
from chatify.jobs import wake
from media import storage

LATE_SECONDS = 60
MAIL_SECONDS = 4
CLOCK_SECONDS = 5
LITTLE_ROOM = 2**30
NOBODYS_ADDRESS = "@chatify.example"
Look = Callable[[], Finding]


def all() -> list[Finding]:
    """Every one of them, in the order in which they lean on each other."""
    return [_looked(look) for look in LOOKS]


def _looked(look: Look) -> Finding:
    """A look that stumbles over something that nobody foresaw is a finding, too."""
    try:
        return look()
    except Exception as error:
        name = look.__name__
        said = f"It could not be looked at ({type(error).__name__})."
        return Finding(name, name.capitalize(), BAD, said, "Look into the log of the server.")


def database() -> Finding:
    found = partial(Finding, "database", "Database")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        loader = MigrationExecutor(connection)
        waiting = loader.migration_plan(loader.loader.graph.leaf_nodes())
    except DatabaseError as error:
        said = f"It does not answer ({type(error).__name__})."
        return found(BAD, said, "Start it, and look at DATABASE_URL. Meanwhile browsers keep what is sent.")
    if waiting:
        return found(BAD, f"{len(waiting)} changes of its tables are not made.", "Run manage.py migrate.")
    return found(GOOD, f"It answers ({connection.vendor}).")


def redis() -> Finding:
    found = partial(Finding, "redis", "Redis")
    if not settings.REDIS_URL:
        return found(UNUSED, "Not used: one serving process needs none.")
    key, value = f"doctor:{uuid4()}", str(uuid4())
    try:
        cache.set(key, value, timeout=10)
        kept = cache.get(key) == value
        cache.delete(key)
    except Exception as error:  # each client has errors of its own
        said = f"It does not answer ({type(error).__name__})."
        return found(BAD, said, "Start it, and look at REDIS_URL. Meanwhile news take up to ten seconds.")
    if not kept:
        return found(
            BAD, "It forgets what it was given.", "Set maxmemory-policy noeviction, and look at its memory."
        )
    return found(GOOD, "It answers.")


def worker() -> Finding:
    found = partial(Finding, "worker", "Work in the background")
    late = jobs.overdue_on(seconds=LATE_SECONDS)
    if late and not settings.CELERY_BROKER_URL:
        said = "Mail, notifications and files wait: nobody takes up what is due."
        return found(BAD, said, "Restart the server, and look into its log. Nothing is lost meanwhile.")
    try:
        unserved = wake.unserved()
    except Exception as error:  # each broker has errors of its own
        said = f"The broker does not answer ({type(error).__name__})."
        return found(BAD, said, "Start it, and look at CELERY_BROKER_URL. Nothing is lost meanwhile.")
    if unserved:
        said = f"No worker says that it serves {_queues(unserved)}."
        step = (
            f"Start one: celery -A chatify worker -Q {','.join(sorted(unserved))}. Nothing is lost meanwhile."
        )
        return found(BAD, said, step)
    if late:
        said = f"The work of {_queues(late)} has waited for more than a minute."
        return found(
            BAD, said, "Look into the log of its worker, and start one more if it has too much to do."
        )
    if failed := jobs.failed():
        said = f"It is being done, but {failed} {'piece' if failed == 1 else 'pieces'} failed for good."
        return found(ODD, said, "Look at Work in the administration: it says why, and runs them again.")
    return found(GOOD, "What is due is being done.")


def _queues(idle: Collection[str]) -> str:
    return f"the {'queue' if len(idle) == 1 else 'queues'} {', '.join(sorted(idle))}"


def mail() -> Finding:
    found = partial(Finding, "mail", "Mail")
    if settings.EMAIL_BACKEND == "accounts.mail.OutboxBackend":
        said = "It is written into a folder of the server and reaches nobody."
        return found(ODD, said, "Set EMAIL_URL to your mail server. Until then codes are on the console.")
    try:
        line = get_connection(timeout=MAIL_SECONDS)
        line.open()
        line.close()
    except smtplib.SMTPAuthenticationError as error:
        said = f"The mail server does not take our name and password ({error.smtp_code})."
        return found(
            BAD,
            said,
            "Look at the user and the password in EMAIL_URL; @ and : in them are written %40 and %3A.",
        )
    except (OSError, smtplib.SMTPException) as error:
        said = f"The mail server does not answer ({type(error).__name__})."
        step = "Look at host, port and scheme (smtp, smtp+tls, smtp+ssl) of EMAIL_URL, and at the firewall."
        return found(BAD, said, step)
    if NOBODYS_ADDRESS in settings.DEFAULT_FROM_EMAIL:
        said = "The mail server takes us, but mail goes out from an address that does not exist."
        return found(
            ODD, said, "Set CHATIFY_MAIL_FROM to an address of yours, or mail will be refused elsewhere."
        )
    return found(GOOD, "The mail server takes us.")


def calls() -> Finding:
    found = partial(Finding, "push", "Calling devices")
    if not push.offered_key():
        said = "The key that signs calls cannot be read."
        return found(BAD, said, "CHATIFY_VAPID_KEY is a PEM key on P-256; leave it out to have one made.")
    total, troubled = endpoints.standing()
    if troubled:
        said = f"{troubled} of {total} devices could not be called the last time."
        step = "Their people read why under This device. If it is all: may this server go out? Is its key the old one?"
        return found(ODD, said, step)
    return found(GOOD, f"The key is there; {total} {'device is' if total == 1 else 'devices are'} called.")


def files() -> Finding:
    found = partial(Finding, "files", "Files")
    try:
        storage.current().arrived(uuid4().hex)
    except Exception as error:  # a bucket has errors of its own
        said = f"The store of files does not answer ({type(error).__name__})."
        return found(
            BAD, said, "Look at S3_URL: its host, keys and bucket. Messages without files go through."
        )
    if settings.CHATIFY_S3_ORIGIN:
        return found(GOOD, "The bucket answers.")
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < LITTLE_ROOM:
        said = f"Only {free // 2**20} MB are free on the disk of the data folder."
        return found(
            BAD,
            said,
            "Make room: at none left, nothing is sent any more. manage.py storage_report tells who holds most.",
        )
    return found(GOOD, f"They are kept on this machine; {free // 2**30} GB are free.")


def clock() -> Finding:
    """Order comes from the log and from no clock; dates, codes and tokens do not."""
    found = partial(Finding, "clock", "Clocks")
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        (told,) = cursor.fetchone()
    theirs = told if isinstance(told, datetime) else datetime.fromisoformat(str(told)).replace(tzinfo=UTC)
    apart = abs((timezone.now() - theirs).total_seconds())
    if apart > CLOCK_SECONDS:
        said = f"The clocks of the server and the database are {apart:.0f} seconds apart."
        return found(BAD, said, "Let both machines set their clocks by NTP (timedatectl set-ntp true).")
    return found(GOOD, "Server and database agree.")


LOOKS: tuple[Look, ...] = (database, redis, worker, mail, calls, files, clock)
