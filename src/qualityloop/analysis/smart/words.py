"""Words by which an action is told from a good intention, in Chinese and English."""

from __future__ import annotations

import re


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: Verbs that name something that can be seen to be done.
ZH_ACTIONS = _words(
    "制定 编写 编制 修订 更新 发布 上线 下线 部署 配置 设置 开通 关闭 停用 启用 接入 对接 导入 迁移 开发 "
    "改造 改为 改成 换成 替换 更换 增设 新增 增加 增派 减少 取消 删除 合并 拆分 缩短 延长 调整 调配 "
    "调整为 安排 排班 轮岗 招聘 调入 抽调 外包 采购 配备 补充 补齐 储备 培训 演练 考核 考试 授课 带教 "
    "辅导 讲解 示范 组织 召开 开展 举办 启动 试点 推广 执行 实施 抽查 抽检 检查 巡检 核查 核对 验证 复核 "
    "审核 质检 监听 回访 致电 通知 提醒 告知 推送 公示 张贴 发送 收集 汇总 整理 梳理 清理 归档 登记 录入 "
    "标注 建立 建设 设立 成立 搭建 绘制 设计 测试 评估 评审 统计 分析 监控 预警 派单 分派 转派 分流 升级 "
    "授权 下放 签订 谈判 约定 承诺 赔付 奖励 处罚 通报 纳入 固化 写入 拍摄 录制 印制 安装 维修 保养 升版 "
    "校准 对标 访谈 调研 约谈 复盘 撤销 指定 委派 限定 规定 明确 统一 替代 预置 自动 每日 每周 挂出 上架 "
    "下架 打印 派驻 值守 值班 加派 补录 翻译 拆解 划分 分配 预约 预留"
)
#: Words of intention: nobody can see whether they were followed.
ZH_VAGUE = _words(
    "进一步 加强 加大 强化 提高 提升 增强 改善 改进 优化 完善 健全 重视 注重 关注 做好 抓好 搞好 落实 "
    "推进 推动 促进 深化 深入 努力 尽快 尽量 尽可能 尽早 积极 大力 切实 严格 狠抓 确保 保证 引导 督促 "
    "树立 端正 转变 杜绝 避免 规范 夯实 持续 不断"
)
ZH_SOON = _words("尽快 尽早 近期 适时 逐步 随时 长期 不定期 定期 有时间 有空 日常")
EN_ACTIONS = _words(
    "add adjust agree analyse analyze announce appoint archive arrange assign audit automate build buy "
    "calibrate call cancel change check clean close collect compare configure connect consolidate contact "
    "copy count create cut delegate delete deploy design develop dispatch document draw drop edit equip "
    "escalate establish evaluate extend film fix forward hire hold implement import inform install "
    "interview introduce invite issue label launch limit list log mark measure mentor merge migrate move "
    "negotiate notify offer open order organise organize outsource pair phone pilot plan post prepare "
    "print publish purchase put reassign record recruit redesign reduce register relocate remind remove "
    "rename replace report reroute revise rewrite rotate route run sample schedule script send set shadow "
    "shift shorten show sign split staff start stop switch tag teach test train transfer translate update "
    "upgrade verify visit withdraw write"
)
EN_VAGUE = (
    "improve", "enhance", "strengthen", "optimise", "optimize", "better", "further", "increase awareness",
    "raise awareness", "pay attention", "pay more attention", "focus on", "work on", "try to", "ensure", "make sure",
    "be more", "boost", "promote", "encourage", "support", "facilitate", "streamline", "address", "look into",
    "more strictly", "as far as possible",
)  # fmt: skip
EN_SOON = ("soon", "asap", "as soon as possible", "in the near future", "gradually", "regularly", "from time to time")

CHINESE = re.compile(r"[一-鿿]")
_PUNCTUATION = re.compile(r"[\s,，。.;；:：、!！?？()（）\"'“”‘’「」《》\[\]\-—…]+")
_CLAUSE = re.compile(r"(?:^|[.,;:!?()]|\band\b|\bto\b|\bthen\b|\bwill\b)\s*([a-z]+)")  # where a verb stands
_FILL = _words(
    "进行 学习 对 的 地 得 了 和 与 及 并 将 把 在 向 为 要 应 会 我们 大家 全体 全员 员工 人员 工作 方面 "
    "情况 力度 相关 有关 各项 各"
)
_FILLERS = re.compile("|".join(_FILL))


def actions_in(text: str) -> list[str]:
    """Verbs in `text` that name something to be done."""
    if CHINESE.search(text):
        return [word for word in ZH_ACTIONS if word in text]
    return [word for word in _CLAUSE.findall(text.lower()) if word in EN_ACTIONS]


def vague_in(text: str) -> list[str]:
    """Words of intention in `text`, as they stand there, in their order."""
    if CHINESE.search(text):
        found = [(text.index(word), word) for word in ZH_VAGUE if word in text]
    else:
        small = text.lower()
        found = [(at.start(), word) for word in EN_VAGUE if (at := re.search(rf"\b{re.escape(word)}\b", small))]
    return [word for _at, word in sorted(found)]


def soon_in(text: str) -> list[str]:
    """Words that stand where a day should stand."""
    if CHINESE.search(text):
        return [word for word in ZH_SOON if word in text]
    return [word for word in EN_SOON if re.search(rf"\b{re.escape(word)}\b", text.lower())]


def rest_of(text: str) -> str:
    """What is left of `text` when verbs, intentions and fillers are gone: the object of the action."""
    if CHINESE.search(text):
        rest = text
        for word in sorted({*ZH_ACTIONS, *ZH_VAGUE, *ZH_SOON}, key=len, reverse=True):
            rest = rest.replace(word, " ")
        return _PUNCTUATION.sub("", _FILLERS.sub("", rest))
    words = re.findall(r"[a-z0-9]+", text.lower())
    small = {"the", "a", "an", "of", "to", "for", "and", "all", "our", "more", "it", "them", "this", "that", "people"}
    gone = set(EN_ACTIONS) | small | {part for phrase in EN_VAGUE for part in phrase.split()}
    return " ".join(word for word in words if word not in gone)
