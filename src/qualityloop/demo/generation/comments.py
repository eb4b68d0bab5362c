"""What customers write: sentences by topic and mood, put together so that few comments read the same."""

from __future__ import annotations

import numpy as np

from qualityloop.demo.generation.world import Integers, Names, texts

PRAISE = {
    "attitude": (
        "{who}很有耐心，问什么都讲得清清楚楚",
        "态度特别好，说话让人舒服",
        "客服小姐姐很热情，一点没有不耐烦",
        "从头到尾都客客气气的",
        "师傅进门主动穿鞋套，很讲究",
        "{who}说话算话，值得表扬",
    ),
    "speed": (
        "响应很快，刚提交就有人联系我",
        "当天报修当天就修好了",
        "没想到这么快就处理完了",
        "约的几点就是几点，很准时",
        "比上次快多了",
        "一个电话就解决了，省心",
    ),
    "skill": (
        "师傅技术过硬，一下就找到毛病",
        "讲得很专业，顺便教了我怎么保养",
        "{product}修完跟新的一样",
        "远程帮我弄好的，不用跑一趟",
        "按客服说的步骤一试就好了",
        "检查得很仔细，还把隐患一起处理了",
    ),
    "price": ("收费透明，跟说的一样", "保修期内没花钱，满意", "上门没有乱收费"),
}
SOSO = (
    "总体还可以，就是等得有点久",
    "问题解决了，但是来回打了两次电话",
    "还行吧，希望能再快一点",
    "师傅人不错，就是约的时间改了一次",
    "处理结果可以，过程有点曲折",
    "客服讲得不太明白，后来自己摸索好的",
    "一般般，没有想象中好也不算差",
    "能用了，但没说清楚是什么原因",
    "建议把进度发个短信，免得我老问",
)
BLAME = {
    "late_answer": (
        "半夜在线问了半天没人理",
        "在线客服等了十几分钟才回一句",
        "晚上找客服根本没人，排队排到睡着",
        "夜里设备坏了着急，结果一直显示排队中",
        "消息发过去石沉大海，过了好久才有人回",
    ),
    "repeat_repair": (
        "{product}修了没几天又坏，同一个毛病",
        "师傅来了三趟还是老问题",
        "刚修好又{fault}，到底有没有修",
        "换了零件还是{fault}，请派个懂的来",
        "反复维修耽误我好几天，能不能直接换一台",
    ),
    "logistics": (
        "配件寄到哪了查不到，问客服也说不清",
        "物流信息三天没更新",
        "说好发货了，页面一直停在待揽收",
        "没人知道新机送到哪了，一直让我等",
    ),
    "late_visit": (
        "约好上午来，下午才到，也没提前说",
        "等了一个多星期才上门",
        "改约了两次，请假白请了",
        "催了好几遍才有人来",
    ),
    "attitude": (
        "{who}很不耐烦，话没说完就挂了",
        "态度敷衍，像念稿子",
        "师傅一脸不情愿，问两句就嫌烦",
        "投诉之后态度才好一点",
    ),
    "skill": (
        "客服自己都不懂，来回转接",
        "说的办法不管用，还得我自己上网查",
        "没查出原因就说没问题",
        "讲了一堆术语，听不明白",
    ),
    "price": ("上门费没提前讲，临时加钱", "保修期内还要收费，没有道理", "配件价格比网上贵一倍"),
}
OPENINGS = (
    "",
    "",
    "",
    "",
    "说实话，",
    "这次",
    "总的来说，",
    "老客户了，",
    "第一次报修，",
    "家里老人用的，",
    "孩子着急用，",
)
GOOD_ENDINGS = ("。", "。", "!", "，点赞。", "，给五星。", "，谢谢！", "，以后还买你们家的。", "，继续保持。", "👍")
SOSO_ENDINGS = ("。", "。", "，希望改进。", "，凑合。", "。谢谢。", "，下次能快点就好了。")
BAD_ENDINGS = (
    "。",
    "!",
    "!!",
    "，太失望了。",
    "，请给个说法。",
    "，不会再买了。",
    "，希望领导看看。",
    "，差评。",
    "，再这样就投诉了。",
)
WHO = ("客服", "师傅", "接线员", "工程师", "小哥")


def _one(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def _filled(rng: np.random.Generator, text: str, product: str | None, fault: str | None) -> str:
    return text.format(who=_one(rng, WHO), product=product or "机器", fault=fault or "出毛病")


def comment(rng: np.random.Generator, score: int, topic: str | None, product: str | None, fault: str | None) -> str:
    """What somebody writes who gives `score` of 5; `topic` is what annoyed them, None if nothing special."""
    if score >= 4:
        topics = list(PRAISE.values())
        first = _one(rng, topics[int(rng.integers(len(topics)))])
        second = _one(rng, topics[int(rng.integers(len(topics)))]) if rng.random() < 0.3 else ""
        text = first + (f",{second}" if second and second != first else "") + _one(rng, GOOD_ENDINGS)
    elif score == 3 and topic is None:
        text = _one(rng, SOSO) + _one(rng, SOSO_ENDINGS)
    else:
        blames = BLAME.get(topic or "") or list(BLAME.values())[3 + int(rng.integers(4))]
        text = _one(rng, blames) + _one(rng, SOSO_ENDINGS if score == 3 else BAD_ENDINGS)
    return _filled(rng, _one(rng, OPENINGS) + text, product, fault)


def comments(rng: np.random.Generator, scores: Integers, topics: Names, products: Names, faults: Names) -> Names:
    """One comment per row."""
    rows = zip(scores, topics, products, faults, strict=True)
    return texts(comment(rng, int(score), topic, product, fault) for score, topic, product, fault in rows)
