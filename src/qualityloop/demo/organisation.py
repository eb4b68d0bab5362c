"""Who and what the demo organisation consists of: 澄光电器售后服务中心, which does not exist."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualityloop.analysis.calendar import china

ZONE = "Asia/Shanghai"
UTC_OFFSET = np.timedelta64(8, "h")  # China has had no summer time since 1991

_OFFICE = (("08:30", "12:00"), ("13:00", "18:00"))

CALENDAR = china(dict.fromkeys(range(1, 7), _OFFICE), zone=ZONE)

EARLY, MIDDLE, NIGHT = "早班", "中班", "夜班"
SHIFTS = (EARLY, MIDDLE, NIGHT)
SHIFT_OF_HOUR = tuple(EARLY if 7 <= hour < 15 else MIDDLE if 15 <= hour < 22 else NIGHT for hour in range(24))

CONTACT_ONE, CONTACT_TWO, NIGHT_TEAM, TECHNICAL = "客服一组", "客服二组", "夜班组", "技术支持组"
REGIONS = ("华东", "华南", "华北", "西部")
REGION_WEIGHTS = (0.38, 0.24, 0.22, 0.16)
STATIONS = {region: f"{region}维修站" for region in REGIONS}
TEAMS = (CONTACT_ONE, CONTACT_TWO, NIGHT_TEAM, TECHNICAL, *STATIONS.values())
TEAM_SIZES = (14, 12, 7, 9, 12, 9, 8, 7)

PHONE, ONLINE, APP, EMAIL, SOCIAL = "phone", "online", "app", "email", "social"
CHANNELS = (PHONE, ONLINE, APP, EMAIL, SOCIAL)
CHANNEL_WEIGHTS = (0.41, 0.30, 0.17, 0.05, 0.07)
SOURCES = {PHONE: "呼叫中心", ONLINE: "在线客服系统", APP: "小程序", EMAIL: "服务邮箱", SOCIAL: "社交媒体"}

REPAIR, INSTALLATION, TRAINING, TECHNICAL_SUPPORT, CONSULTATION = (
    "repair",
    "installation",
    "training",
    "technical_support",
    "consultation",
)
KINDS = (REPAIR, INSTALLATION, TRAINING, TECHNICAL_SUPPORT, CONSULTATION)

HARDWARE, SOFTWARE = "hardware", "software"


@dataclass(frozen=True, slots=True)
class Product:
    """A product line, its share of the tickets and how these split over KINDS."""

    name: str
    kind: str
    weight: float
    kinds: tuple[float, float, float, float, float]
    faults: tuple[str, ...]
    parts: tuple[str, ...] = ()


DRUM_WASHER = "滚筒洗衣机 W80"

_WASHER = (0.53, 0.15, 0.02, 0.07, 0.23)
_LARGE = (0.42, 0.22, 0.02, 0.08, 0.26)
_SMALL = (0.33, 0.05, 0.02, 0.22, 0.38)
_SOFT = (0.0, 0.0, 0.05, 0.62, 0.33)

PRODUCTS = (
    Product(
        DRUM_WASHER, HARDWARE, 0.14, _WASHER, ("脱水异响", "不进水", "门锁报错", "漏水"), ("减震器", "电脑板", "进水阀")
    ),
    Product("波轮洗衣机 B10", HARDWARE, 0.06, _LARGE, ("不脱水", "排水慢", "噪音大"), ("排水泵", "离合器", "电脑板")),
    Product(
        "变频空调 A3",
        HARDWARE,
        0.15,
        _LARGE,
        ("不制冷", "漏水", "异味", "遥控失灵"),
        ("压缩机", "室外机主板", "遥控器", "冷媒"),
    ),
    Product("中央空调 M5", HARDWARE, 0.06, _LARGE, ("不制冷", "风量小", "故障代码"), ("压缩机", "风机", "线控器")),
    Product(
        "对开门冰箱 R60",
        HARDWARE,
        0.11,
        _LARGE,
        ("不制冷", "结霜", "噪音大", "门封不严"),
        ("压缩机", "门封条", "温控器"),
    ),
    Product("燃气热水器 H20", HARDWARE, 0.08, _LARGE, ("打不着火", "水温不稳", "漏水"), ("点火器", "水气联动阀")),
    Product("智能电视 T65", HARDWARE, 0.08, _LARGE, ("花屏", "开不了机", "连不上网"), ("屏幕", "电源板", "遥控器")),
    Product("洗碗机 D10", HARDWARE, 0.05, _LARGE, ("不进水", "洗不干净", "漏水"), ("加热管", "排水泵")),
    Product("扫地机器人 S7", HARDWARE, 0.09, _SMALL, ("不回充", "建图失败", "噪音大"), ("边刷", "电池", "雷达模组")),
    Product("智能门锁 L1", HARDWARE, 0.05, _SMALL, ("指纹不识别", "没电", "连不上网"), ("锁体", "指纹模组")),
    Product("智家应用", SOFTWARE, 0.09, _SOFT, ("配网失败", "设备离线", "登录不上", "场景不执行")),
    Product("智能网关系统", SOFTWARE, 0.04, _SOFT, ("固件升级失败", "设备离线", "语音无响应")),
)
FAULTS_OF_INSTALLATION = ("预约安装", "移机", "安装材料咨询", "安装后调试")
FAULTS_OF_CONSULTATION = ("物流查询", "使用方法", "保修政策", "发票与退换", "配件购买", "预约改期")
FAULTS_OF_TRAINING = ("使用培训", "保养指导")

TIERS = ("普通会员", "银卡会员", "金卡会员", "企业客户")
TIER_WEIGHTS = (0.62, 0.22, 0.11, 0.05)
DUE_HOURS = {"普通会员": 96, "银卡会员": 84, "金卡会员": 72, "企业客户": 60}

PRIORITIES = ("高", "中", "低")

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_GIVEN = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰",
    "娟", "涛", "明", "超", "霞", "平", "刚", "桂英", "建华", "文博", "子涵", "雨桐", "思远",
    "佳怡", "浩然", "梓萱", "晓东", "海燕", "志强", "雪梅", "婷婷", "国栋", "春燕", "立新", "小红", "永康",
    "嘉豪", "慧敏", "俊杰", "欣怡", "天宇", "诗涵", "振华", "玉兰", "少华", "丹丹", "一鸣",
)  # fmt: skip


def agents(rng: np.random.Generator) -> dict[str, tuple[str, ...]]:
    """Names of the people of each team, all different."""
    wanted = sum(TEAM_SIZES)
    pairs = rng.permutation(len(_SURNAMES) * len(_GIVEN))[:wanted]
    names = [_SURNAMES[p % len(_SURNAMES)] + _GIVEN[p // len(_SURNAMES)] for p in pairs]
    result, at = {}, 0
    for team, size in zip(TEAMS, TEAM_SIZES, strict=True):
        result[team] = tuple(names[at : at + size])
        at += size
    return result


def person(number: int) -> str:
    """One of the many names there are; the same number is always the same name."""
    return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number // len(_SURNAMES) % len(_GIVEN)]
