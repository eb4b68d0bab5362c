"""Hearing what people say to our robots in DingTalk, Feishu and WeCom, and answering them there.

A room declares a command (`register_command`); who says it is told by the chat, signed, and known by a linked account.
"""

from __future__ import annotations

from qualityloop.foundation.chats.commands import Heard, Reply, register_command

__all__ = ["Heard", "Reply", "register_command"]
