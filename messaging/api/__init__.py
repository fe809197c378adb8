"""Conversations and messages, for programs."""

from ninja import Router

router = Router()
