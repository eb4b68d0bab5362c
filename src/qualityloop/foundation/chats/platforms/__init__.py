"""The chats that may call us, one file each. A new one is one file and its line here."""

from __future__ import annotations

from qualityloop.foundation.chats.platforms.base import Platform
from qualityloop.foundation.chats.platforms.dingtalk import DingTalk
from qualityloop.foundation.chats.platforms.feishu import Feishu
from qualityloop.foundation.chats.platforms.wecom import WeCom

PLATFORMS: dict[str, Platform] = {one.key: one for one in (DingTalk(), Feishu(), WeCom())}
