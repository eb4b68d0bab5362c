"""What was said in chats: short dialogues about the ticket's matter, put together so that few read the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualityloop.demo import organisation as org
from qualityloop.demo.generation.interactions import Interactions
from qualityloop.demo.generation.tickets import Tickets
from qualityloop.demo.generation.world import DAY, World, table, texts

DAYS = 90  # chats older than this are no longer kept by the chat system
CUSTOMER, AGENT, SYSTEM = "customer", "agent", "system"

OPENINGS = (
    "你好，我家的{product}{category}，怎么办？",
    "在吗？{product}出问题了，{category}。",
    "{product}才用了没多久就{category}，你们管不管？",
    "请问{product}{category}是什么原因？",
)
QUESTIONS = (
    "我想咨询一下{category}。",
    "你好，{product}的{category}怎么弄？",
    "问一下，{category}要找谁？",
)
GREETINGS = (
    "您好，我是客服{agent}，很高兴为您服务。请问您的产品是什么时候购买的？",
    "您好，这里是澄光客服，我是{agent}。麻烦您说一下产品型号和具体现象。",
    "您好，让您久等了，我是{agent}，我先帮您查一下。",
)
DETAILS = (
    "去年买的，昨天开始的。",
    "型号就是上面那个，之前都好好的。",
    "大概用了一年，第一次出现。",
    "发票还在，应该没过保。",
)
STEPS = (
    "明白了。麻烦您先断电三分钟再开机，看看现象还在不在。",
    "好的，请您检查一下插头和进出水口，看是否有松动或堵塞。",
    "收到，我给您发一份图文步骤，您按第 1 到第 3 步操作试试。",
    "了解，这个情况我帮您登记，稍后由工程师联系您。",
)
WAITS = ("稍等，我试试。", "好，我看看。", "等一下。")
THANKS = ("好了，谢谢！", "可以了，挺快的，谢谢你。", "解决了，辛苦。")
UNSOLVED = ("还是不行。", "没用，跟刚才一样。", "试过了，没有变化。")
HANDED_OVER = (
    "抱歉给您添麻烦了，我已经为您转给技术同事，工单号 {ticket}，24 小时内会有人联系您。",
    "这边为您安排上门检测，工单号 {ticket}，师傅会提前电话联系您。",
)
CLOSINGS = ("不客气，后续有问题随时联系我们，祝您生活愉快。", "感谢您的理解，请留意稍后的满意度评价。")
TIRED = ("怎么没人？", "还在吗？", "等了好久了。")


@dataclass(frozen=True, slots=True)
class Chat:
    """What a dialogue is about."""

    start: np.datetime64
    answered: np.datetime64
    end: np.datetime64
    words: dict[str, str]
    consultation: bool
    solved: bool


def message_table(world: World, tickets: Tickets, talks: Interactions) -> pa.Table:
    """The dataset `messages`."""
    rng = world.rng("messages")
    young = talks.started >= world.horizon - DAYS * DAY
    spoken = ~talks.abandoned & (talks.ticket >= 0) & ~np.isnat(talks.answered) & ~np.isnat(talks.ended)
    chosen = np.flatnonzero((talks.channel == org.ONLINE) & young & spoken)
    rows: list[tuple[str, int, np.datetime64, str, str]] = []
    for at in chosen:
        ticket = talks.ticket[at]
        chat = Chat(
            start=talks.started[at],
            answered=talks.answered[at],
            end=talks.ended[at],
            words={
                "product": tickets.product[ticket],
                "category": tickets.category[ticket],
                "agent": str(talks.agent[at] or "")[:1] + "工",
                "ticket": tickets.ticket_id[ticket],
            },
            consultation=tickets.kind[ticket] == org.CONSULTATION,
            solved=talks.solved[at] == 1,
        )
        said = _dialogue(rng, chat)
        rows += [(talks.interaction_id[at], seq, *line) for seq, line in enumerate(said, 1)]
    names = ("interaction_id", "seq", "at", "author", "text")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    return table(
        "messages",
        {
            "interaction_id": texts(columns["interaction_id"]),
            "seq": np.array(columns["seq"], dtype=np.int64),
            "at": np.array(columns["at"], dtype="datetime64[us]"),
            "author": texts(columns["author"]),
            "text": texts(columns["text"]),
        },
    )


def _dialogue(rng: np.random.Generator, chat: Chat) -> list[tuple[np.datetime64, str, str]]:
    """Author and words in order, spread over the time of the chat."""

    def pick(options: tuple[str, ...]) -> str:
        return options[rng.integers(len(options))].format(**chat.words)

    waited = (chat.answered - chat.start) / np.timedelta64(60, "s")
    before = [(CUSTOMER, pick(QUESTIONS if chat.consultation else OPENINGS))]
    if waited > 3:
        before.append((CUSTOMER, pick(TIRED)))
    after = [(AGENT, pick(GREETINGS)), (CUSTOMER, pick(DETAILS)), (AGENT, pick(STEPS)), (CUSTOMER, pick(WAITS))]
    if chat.solved:
        after += [(CUSTOMER, pick(THANKS)), (AGENT, pick(CLOSINGS))]
    else:
        after += [(CUSTOMER, pick(UNSOLVED)), (AGENT, pick(HANDED_OVER)), (AGENT, pick(CLOSINGS))]
    early = np.linspace(0, 0.8, len(before)) * (chat.answered - chat.start).astype(np.int64)
    late = np.linspace(0, 0.95, len(after)) * (chat.end - chat.answered).astype(np.int64)
    whole = [chat.start + np.timedelta64(int(us) // 1_000_000, "s") for us in early]
    whole += [chat.answered + np.timedelta64(int(us) // 1_000_000, "s") for us in late]
    return [(at, *line) for at, line in zip(whole, [*before, *after], strict=True)]
