"""Addresses of the inbox and of conversations."""

from django.urls import path

from messaging.views import (
    attachments,
    conversations,
    demo,
    inbox,
    members,
    messages,
    new,
    people,
    picker,
    reports,
    standing,
)

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/undo/<uuid:id>/", standing.undo, name="undo"),
    path("c/new/", new.new, name="new"),
    path("c/people/", picker.found, name="picker"),
    path("c/<uuid:id>/", conversations.conversation, name="conversation"),
    path("c/<uuid:id>/messages/", messages.messages, name="messages"),
    path("c/<uuid:id>/read/", conversations.read, name="read"),
    path("c/<uuid:id>/row/", inbox.row, name="row"),
    path("c/<uuid:id>/done/", standing.done, name="done"),
    path("c/<uuid:id>/pin/", standing.pin, name="pin"),
    path("c/<uuid:id>/mute/", standing.mute, name="mute"),
    path("c/<uuid:id>/snooze/", standing.snooze, name="snooze"),
    path("c/<uuid:id>/details/", members.details, name="details"),
    path("c/<uuid:id>/title/", members.title, name="title"),
    path("c/<uuid:id>/leave/", members.leave, name="leave"),
    path("c/<uuid:id>/members/", members.add, name="members"),
    path("c/<uuid:id>/members/<uuid:user>/remove/", members.remove, name="member_remove"),
    path("c/<uuid:id>/members/<uuid:user>/role/", members.role, name="member_role"),
    path("attachments/<uuid:id>/", attachments.attachment, name="attachment"),
    path("people/", people.people, name="people"),
    path("people/<str:username>/", people.person, name="person"),
    path("people/<str:username>/contact/", people.contact, name="person_contact"),
    path("people/<str:username>/block/", people.block, name="person_block"),
    path("people/<str:username>/report/", reports.report, name="person_report"),
    path("settings/reports/", reports.mine, name="settings_reports"),
    path("demo/", demo.demo, name="demo"),
    path("demo/me.css", demo.me_css, name="demo_css"),
    path("demo/c/<slug:slug>/", demo.conversation, name="demo_conversation"),
]
