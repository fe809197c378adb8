"""What follows each fact: the one table to read to know everything that happens after a message is sent."""

from functools import partial

from accounts.events import BlocksChanged, ContactsChanged, ReachChanged, SessionEnded, SessionsChanged
from accounts.operations import contacts, leaving
from chatify.jobs import registry, sweeps
from chatify.jobs.registry import Queue, Turn
from chatify.lib import events
from media import events as files
from messaging import archive, indexing
from messaging.events import (
    CallsOver,
    LogAppended,
    MailBrought,
    NoticesChanged,
    ReadStateChanged,
    RequestAccepted,
    RowsChanged,
)
from messaging.notifications import channels, delivery, digest, following, live, push, telling
from messaging.operations import (
    attachments,
    changes,
    departures,
    drafts,
    imports,
    linking,
    notices,
    previews,
    reports,
    requests,
    scheduled,
    search,
    settle,
    standing,
)
from messaging.queries import scheduled as waiting
from messaging.realtime import publish, settling

TIDYING = (
    imports.sweep,
    reports.forget_contexts,
    changes.forget_old,
    search.catch_up,
    scheduled.release_late,
    notices.forget_old,
    previews.sweep,
)


def connect() -> None:
    """Subscribe the table below. Called once, when the app is ready."""
    events.subscribe(LogAppended, tell_sockets)
    events.subscribe(LogAppended, let_it_be_found)
    events.subscribe(MailBrought, show_mail)
    events.subscribe(ReadStateChanged, tell_readers)
    events.subscribe(RowsChanged, tell_own_devices)
    events.subscribe(ReachChanged, show_to_others)
    events.subscribe(ContactsChanged, accept_requests)
    events.subscribe(RequestAccepted, let_meet)
    events.subscribe(SessionEnded, close_session)
    events.subscribe(SessionsChanged, look_again)
    registry.register(imports.KIND, imports.read, turn=Turn.PATIENT)
    leaving.before_erasing(imports.forget)
    registry.register(standing.SNOOZE_OVER, standing.snooze_is_over)
    files.when_settled(attachments.settled)
    files.when_tidied(waiting.files_of)
    archive.register()
    registry.register(scheduled.RELEASE, scheduled.release)
    leaving.before_erasing(drafts.forget)
    leaving.before_erasing(
        departures.depart, keeps=("messaging.membership", "messaging.reaction", "media.upload")
    )
    registry.register(settle.FOLLOW, following.follow, queue=Queue.NOTIFY)
    registry.register(notices.TELL, telling.tell, queue=Queue.NOTIFY)
    registry.register(contacts.ASKED, telling.asked, queue=Queue.NOTIFY)
    registry.register(delivery.DUE, delivery.deliver, queue=Queue.NOTIFY)
    registry.register(delivery.QUIET_OVER, delivery.sum_up, queue=Queue.NOTIFY)
    registry.register(push.SEND, push.deliver, turn=Turn.DISTANT, queue=Queue.NOTIFY)
    registry.register(digest.KIND, digest.deliver, queue=Queue.NOTIFY)
    channels.register("mail", digest.send, reaches=digest.reaches)
    channels.register("push", push.send, reaches=push.reaches)
    events.subscribe(BlocksChanged, drop_notices)
    events.subscribe(NoticesChanged, show_notices)
    events.subscribe(CallsOver, take_calls_away)
    registry.register(push.OVER, push.take_away, turn=Turn.DISTANT, queue=Queue.NOTIFY)
    registry.register(linking.LOOK, previews.look, turn=Turn.DISTANT, queue=Queue.MEDIA)
    registry.register(previews.FORGET, previews.forget, queue=Queue.MEDIA)
    for sweep in TIDYING:
        sweeps.register(sweep)


def tell_sockets(fact: LogAppended) -> None:
    """Publish what was appended; what the layer took is settled, the rest is left to the relay."""
    publish.batch(fact.rows, taken=partial(settling.soon, fact.batch))


def let_it_be_found(fact: LogAppended) -> None:
    """Search follows the log; what a crash forgets, the sweep catches up with."""
    indexing.soon({row.conversation for row in fact.rows})


def show_mail(fact: MailBrought) -> None:
    """Mail that was brought can be found, and its lines appear on all devices of who brought it."""
    indexing.soon(fact.conversations)
    publish.rows(fact.user, fact.conversations)


def tell_readers(fact: ReadStateChanged) -> None:
    """Show the others how far somebody has read; notices of what they have read are over."""
    publish.receipts(fact.states)
    notices.read_through({(state.user, state.conversation) for state in fact.states})


def tell_own_devices(fact: RowsChanged) -> None:
    """What somebody did to their own inbox shows on everything they have open."""
    publish.rows(fact.user, fact.conversations)


def show_to_others(fact: ReachChanged) -> None:
    """Presence, typing and receipts follow somebody's switches, contacts and blocks at once."""
    publish.reach(fact.users)


def accept_requests(fact: ContactsChanged) -> None:
    """What somebody began is no request any more to who agreed to be their contact."""
    requests.accept_from_contacts(fact.one, fact.other)
    notices.close_contacts(fact.one, fact.other)


def let_meet(fact: RequestAccepted) -> None:
    """Who accepted a request has it in the inbox, and the people in it see of each other what they may."""
    publish.met(fact.user, fact.conversation)
    publish.rows(fact.user, [fact.conversation])


def close_session(fact: SessionEnded) -> None:
    """A signed-out session's sockets close."""
    publish.revoke(fact.user_id, fact.session_key)


def look_again(fact: SessionsChanged) -> None:
    """Whose session no longer counts is out at once."""
    publish.revoke(fact.user_id)


def drop_notices(fact: BlocksChanged) -> None:
    """Who blocked somebody hears of nothing that they did before."""
    notices.forget(fact.blocker, actor=fact.blocked)


def take_calls_away(fact: CallsOver) -> None:
    """What was read here need not stay on the lock screen there."""
    push.over(fact.users)


def show_notices(fact: NoticesChanged) -> None:
    """Every open page of these people shows how many notices wait, and says what is new."""
    for told in live.told(fact.users, fact.fresh):
        publish.told(*told)
