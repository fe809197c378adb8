"""Conversations and messages, for programs: one router per noun."""

from ninja import Router

from messaging.api import (
    actions,
    attachments,
    blocks,
    conversations,
    drafts,
    events,
    exports,
    imports,
    inbox,
    invitations,
    labels,
    me,
    members,
    messages,
    notifications,
    people,
    pictures,
    previews,
    reports,
    requests,
    scheduled,
    search,
    standing,
)

router = Router()
for noun in (
    me, people, blocks, conversations, pictures, drafts, messages, actions, attachments, previews, events, exports,
    imports, inbox, invitations,
    labels, members, notifications, reports, requests, scheduled, search, standing,
):  # fmt: skip
    router.add_router("", noun.router)
