"""Why a document stands where it does, in words: for the editor who wonders, not for the citizen. Pure."""

from __future__ import annotations

from api.rank import WEIGHTS, Ranked
from api.schemas import Explanation, Feature

_STEPS = {
    "number": "按文号检索",
    "code": "按发文字号的机关代字检索",
    "phrase": "所输入的词语连续出现",
    "all": "所有词语都出现，不必相邻",
    "most": "一部分词语出现",
    "unquoted": "不要求引号内的词语连续出现",
}
_REASONS = {
    "number": "文号正是所问的文号",
    "part": "文号的年份和序号相同，机关代字以所问的开头",
    "cites": "引用了所问的文号",
}
_PARTS = {
    "words": "词语的分量",
    "bigrams": "相邻两字的分量",
    "fours": "相邻四字相同的比例",
    "passage": "同一段落里的词语",
    "other_place": "所属地区与所问的不同",
    "other_year": "年份与所问的不同",
    "other_genre": "文种与所问的不同",
    "in_title": "标题中有整个问题",
    "is_title": "标题就是所问的标题",
    "title_words": "标题中的词语",
    "not_valid": "已废止或失效",
    "recent": "日期较近",
    "explains": "是解读，不是文件本身",
    "outranked": "效力位阶低于法律",
    "statute": "同一部法规的其他条文也答得上",
    "meaning": "意思相近",
}


def explain(ranked: Ranked | None, *, step: str | None, reason: str, pinned: bool) -> Explanation:
    """The features of a hit with their weights, the weightiest first, and sentences that say the same.

    A hit behind the ranked candidates has no features: it keeps the engine's order.
    """
    features = [
        Feature(name=name, value=round(value, 4), weight=WEIGHTS[name], adds=round(WEIGHTS[name] * value, 4))
        for name, value in (ranked.parts if ranked else {}).items()
    ]
    features.sort(key=lambda one: -abs(one.adds))
    said = ["编辑为这个问题置顶"] if pinned else []
    said += [_REASONS[reason]] if reason in _REASONS else []
    said += [_STEPS[step]] if step in _STEPS else []
    said += [_sentence(one) for one in features if one.adds]
    if ranked is None:
        said.append("排在参与排序的文件之后，按检索引擎的次序")
    return Explanation(features=features, words=said)


def _sentence(one: Feature) -> str:
    return f"{_PARTS[one.name]}：{'加' if one.adds > 0 else '减'} {abs(one.adds):.2f} 分（{one.value:.2f} × {abs(one.weight):g}）"
