"""The ways by which a notice reaches a person, one file each. A new way is one file and its line here."""

from __future__ import annotations

from qualityloop.foundation.notices.transports.base import Transport
from qualityloop.foundation.notices.transports.dingtalk import DingTalk
from qualityloop.foundation.notices.transports.email import Email
from qualityloop.foundation.notices.transports.feishu import Feishu
from qualityloop.foundation.notices.transports.page import Page
from qualityloop.foundation.notices.transports.wecom import WeCom

TRANSPORTS: dict[str, Transport] = {one.key: one for one in (Page(), Email(), DingTalk(), Feishu(), WeCom())}
