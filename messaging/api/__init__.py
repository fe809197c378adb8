"""Conversations and messages, for programs: one router per noun."""

from ninja import Router

from messaging.api import (
    actions,
    attachments,
    blocks,
    conversations,
    events,
    inbox,
    me,
    members,
    messages,
    people,
    reports,
    search,
    standing,
)

router = Router()
for noun in (
    me, people, blocks, conversations, messages, actions, attachments, events, inbox, members, reports,
    search, standing,
):  # fmt: skip
    router.add_router("", noun.router)
