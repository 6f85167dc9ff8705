"""Relations between documents: which document a citation means, and what follows; the sample corpus read by hand."""

from __future__ import annotations

import itertools
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import document, relations, validity
from gongwen.relations import Cited, Related, Summary
from gongwen.types import CitationKind, Document, Genre
from indexer.extract import extract
from tests.support import ROOT, read_cases

SAMPLES = ROOT / "corpus" / "samples"
GOLD = ROOT / "tests" / "cases"
# The days of the terms lie on both sides: 2025-10-31 is over, 2027-04-19 has not come.
TODAY = date(2026, 1, 1)
OPEN = {"chongqing-2012-yanhua#1": "that it ruled for one spring festival follows from its hours, not from a term"}
ZHEJIANG, QUZHOU, QUJIANG, HUNAN = ("330000",), ("330000", "330800"), ("330000", "330800", "330803"), ("430000",)


@cache
def corpus() -> dict[str, Document]:
    found = {}
    for path in sorted(path for path in SAMPLES.rglob("*") if path.is_file()):
        for part, page in enumerate(extract(path.read_bytes(), path.name)[0], 1):
            found[f"{path.stem}#{part}"] = document.read(page)
    return found


def summary(identity: str, found: Document) -> Summary:
    day = found.signed or found.published
    return Summary(
        id=identity,
        title=found.title,
        number=str(found.doc_number.value) if found.doc_number else None,
        day=day.value if day else None,
        in_force_from=found.in_force_from.value if found.in_force_from else None,
        region=found.region.value.codes if found.region else (),
        genre=found.genre.value if found.genre else None,
        cites=relations.distinct(found.cites),
    )


@cache
def related() -> dict[str, Related]:
    return relations.relate([summary(identity, found) for identity, found in corpus().items()])


def test_every_relation_of_the_corpus_and_no_other() -> None:
    gold = {(row["citing"], row["cited"], row["kind"]) for row in read_cases(GOLD / "corpus_relations.tsv")}
    found = {
        (citing, cited, kind.value)
        for citing, each in related().items()
        for cited, kind in relations.weightiest(each.links).items()
    }
    assert found - gold == set(), "precision"
    assert gold - found == set(), "recall"


def test_every_effect_of_the_corpus_and_no_other() -> None:
    gold = {(row["document"], row["kind"], row["by"], row["day"]) for row in read_cases(GOLD / "corpus_effects.tsv")}
    found = {(i, e.kind.value, e.by, str(e.day)) for i, each in related().items() for e in each.effects}
    assert found == gold


def test_interpretation_and_policy_know_each_other() -> None:
    explained = {row["cited"]: [row["citing"]] for row in read_cases(GOLD / "corpus_relations.tsv") if row["kind"] == "explains"}  # fmt: skip
    assert {identity: each.explained_by for identity, each in related().items() if each.explained_by} == explained


def test_every_term_of_the_corpus_and_no_other() -> None:
    gold = {row["document"]: (row["in_force_from"], row["expires"]) for row in read_cases(GOLD / "corpus_terms.tsv")}
    found = {}
    for identity, each in corpus().items():
        days = tuple(str(fact.value) if fact else "" for fact in (each.in_force_from, each.expires))
        if any(days):
            found[identity] = days
    assert found == gold


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            row,
            id=identity,
            marks=[pytest.mark.xfail(reason=OPEN[identity], strict=True)] if identity in OPEN else [],
        )
        for row in read_cases(GOLD / "corpus_gold.tsv")
        for identity in [f"{Path(row['path']).stem}#{row['part']}"]
    ],
)
def test_validity_of_the_corpus(row: dict[str, str]) -> None:
    identity = f"{Path(row['path']).stem}#{row['part']}"
    found = corpus()[identity]
    term = validity.Term(found.validity, found.in_force_from, found.expires)
    now = validity.on(term, related()[identity].effects, TODAY)
    assert (now.value.value if now else "unknown") == row["validity"], row["reason"]


def citing(*cites: Cited, region: tuple[str, ...] = (), genre: Genre = Genre.DECISION, **more: object) -> Summary:
    return Summary("citing", "某某决定", "某发〔2020〕1号", date(2020, 1, 1), None, region, genre, cites, **more)  # type: ignore[arg-type]


def targets(of: Summary, *others: Summary) -> list[str]:
    return [link.id for link in relations.relate([of, *others])["citing"].links]


NOTICE = "关于做好政务公开工作的通知"
OF = {
    "国务院": Summary("central", f"国务院{NOTICE}", "国发〔2019〕1号", date(2019, 1, 1)),
    "浙江": Summary("zhejiang", f"浙江省人民政府{NOTICE}", "浙政发〔2019〕2号", date(2019, 2, 1), None, ZHEJIANG),
    "衢州": Summary("quzhou", f"衢州市人民政府{NOTICE}", "衢政发〔2019〕3号", date(2019, 3, 1), None, QUZHOU),
    "湖南": Summary("hunan", f"湖南省人民政府{NOTICE}", "湘政发〔2019〕4号", date(2019, 4, 1), None, HUNAN),
}


@pytest.mark.parametrize(
    ("number", "title", "region", "expected", "reason"),
    [
        ("湘政发〔2019〕4号", None, QUJIANG, ["hunan"], "a number says it all"),
        ("湘政发〔2019〕5号", f"湖南省人民政府{NOTICE}", QUJIANG, [], "the same title under another number"),
        (None, f"湖南省人民政府{NOTICE}", QUJIANG, ["hunan"], "a whole title"),
        (None, f"《湖南省人民政府 {NOTICE}》", QUJIANG, ["hunan"], "marks and spaces do not count"),
        (None, NOTICE, QUJIANG, ["quzhou"], "without a body: the nearest above"),
        (None, NOTICE, ZHEJIANG, ["zhejiang"], "its own place"),
        (None, NOTICE, HUNAN, ["hunan"], "its own place"),
        (None, NOTICE, ("510000",), ["central"], "no one in its place but the central body"),
        (None, "关于做好别的工作的通知", QUJIANG, [], "nowhere"),
    ],
)  # fmt: skip
def test_resolution(
    number: str | None, title: str | None, region: tuple[str, ...], expected: list[str], reason: str
) -> None:
    one = Cited(CitationKind.BASIS, number, title)
    assert targets(citing(one, region=region), *OF.values()) == expected, reason


LAW = "政务公开办法"


@pytest.mark.parametrize(
    ("own", "cited", "linked", "reason"),
    [
        (("中华人民共和国国务院令第711号", ()), ("国务院令第711号", QUJIANG), True, "the state's name left out"),
        (("国令第711号", ()), ("国务院令第711号", QUJIANG), True, "the code of the body for its name"),
        (("中华人民共和国住房和城乡建设部令第37号", ()), ("住房城乡建设部令第37号", ()), True, "a usual short name"),
        (("浙江省人民政府令第388号", ZHEJIANG), ("省政府令第388号", QUZHOU), True, "the citing document's province"),
        (("浙江省人民政府令第388号", ZHEJIANG), ("浙江省政府令第388号", HUNAN), True, "政府 for 人民政府"),
        (("衢州市人民政府令第15号", QUZHOU), ("市政府令第15号", QUJIANG), True, "the citing document's city"),
        (("令第15号", QUZHOU), ("衢州市人民政府令第15号", QUZHOU), True, "no body, but serial and title are the same"),
        (("浙江省人民政府令第388号", ZHEJIANG), ("省政府令第388号", HUNAN), False, "another province"),
        (("浙江省人民政府令第388号", ZHEJIANG), ("省政府令第389号", QUZHOU), False, "another serial"),
        (("财政部令第87号", ()), ("商务部令第87号", ()), False, "another body"),
    ],
)  # fmt: skip
def test_an_order_is_one_however_its_body_is_written(
    own: tuple[str, tuple[str, ...]], cited: tuple[str, tuple[str, ...]], linked: bool, reason: str
) -> None:
    order = Summary("order", LAW, own[0], date(2019, 1, 1), None, own[1])
    one = Cited(CitationKind.BASIS, cited[0], LAW)
    assert targets(citing(one, region=cited[1]), order) == (["order"] if linked else []), reason


def test_an_order_is_found_by_its_number_alone() -> None:
    order = Summary("order", LAW, "浙江省人民政府令第388号", date(2019, 1, 1), None, ZHEJIANG)
    one = Cited(CitationKind.BASIS, "省政府令第388号")
    assert targets(citing(one, region=QUZHOU), order) == ["order"]
    assert relations.names(order) & relations.sought(one, QUZHOU), "the register looks under the same name"


def test_what_a_notice_prints_is_found_by_its_own_title() -> None:
    notice = Summary("a", "衢州市人民政府关于印发《助餐行动方案》的通知", "衢政发〔2019〕9号", None, None, QUZHOU)
    assert targets(citing(Cited(CitationKind.BASIS, None, "助餐行动方案"), region=QUZHOU), notice) == ["a"]


def test_a_law_is_its_newest_text_of_the_day() -> None:
    law = "中华人民共和国政府信息公开条例"
    texts = [Summary(str(year), law, f"国令第{year}号", date(year, 5, 1)) for year in (2007, 2019, 2023)]
    one = Cited(CitationKind.BASIS, None, law)
    assert targets(citing(one), *texts) == ["2019"]
    assert targets(citing(Cited(CitationKind.BASIS, None, "政府信息公开条例")), *texts) == ["2019"], "short form"


def test_two_of_one_place_and_no_day_stay_unresolved() -> None:
    twins = [Summary(name, f"{name}局{NOTICE}", None, None, None, QUZHOU) for name in ("教育", "民政")]
    assert targets(citing(Cited(CitationKind.BASIS, None, NOTICE), region=QUZHOU), *twins) == []


def test_an_announcement_of_no_named_body_needs_its_title() -> None:
    others = [Summary(name, f"{name}公告", "公告2020年第5号", date(2019, 1, 1)) for name in ("税务", "海关")]
    assert targets(citing(Cited(CitationKind.BASIS, "公告2020年第5号")), *others) == []
    assert targets(citing(Cited(CitationKind.BASIS, "公告2020年第5号", "海关公告")), *others) == ["海关"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"region": QUJIANG}, "a district does not repeal its city's document"),
        ({"region": HUNAN}, "nor does another province"),
        ({"genre": Genre.ANNUAL_REPORT}, "a report tells, it does not repeal"),
        ({"genre": Genre.INTERPRETATION}, "an interpretation tells"),
        ({"day": date(2001, 1, 1)}, "not before it was made"),
    ],
)
def test_who_cannot_repeal(change: dict[str, object], reason: str) -> None:
    values: dict[str, object] = {"id": "citing", "title": "某决定", "number": "某发〔2020〕1号", "day": date(2020, 1, 1), "region": QUZHOU, "genre": Genre.DECISION}  # fmt: skip
    one = (Cited(CitationKind.REPEALS, "衢政发〔2019〕3号"),)
    able = relations.relate([Summary(**values, cites=one), OF["衢州"]])  # type: ignore[arg-type]
    assert [effect.by for effect in able["quzhou"].effects] == ["citing"]
    unable = relations.relate([Summary(**{**values, **change}, cites=one), OF["衢州"]])  # type: ignore[arg-type]
    assert unable["quzhou"].effects == [], reason


def test_the_effect_holds_from_the_day_the_other_is_in_force() -> None:
    one = Cited(CitationKind.REPLACES, "衢政发〔2019〕3号")
    other = Summary("x", "新办法", None, date(2020, 1, 1), date(2020, 3, 1), QUZHOU, Genre.REGULATION, (one,))
    assert [effect.day for effect in relations.relate([other, OF["衢州"]])["quzhou"].effects] == [date(2020, 3, 1)]


def test_a_document_is_not_related_to_itself() -> None:
    one = Summary("a", NOTICE, "国发〔2019〕1号", None, cites=(Cited(CitationKind.REPEALS, "国发〔2019〕1号"),))
    assert relations.relate([one])["a"] == Related()


CITED = st.builds(
    Cited,
    st.sampled_from(CitationKind),
    st.none() | st.sampled_from(["国发〔2019〕1号", "浙政发〔2019〕2号", "公告2020年第5号"]),
    st.sampled_from([NOTICE, f"国务院{NOTICE}", "公文办法", "关于印发《公文办法》的通知"]),
)
SUMMARIES = st.lists(
    st.builds(
        Summary,
        st.sampled_from("abcdef"),
        st.sampled_from([NOTICE, f"国务院{NOTICE}", f"浙江省{NOTICE}", "公文办法", ""]),
        st.none() | st.sampled_from(["国发〔2019〕1号", "浙政发〔2019〕2号", "公告2020年第5号"]),
        st.none() | st.dates(date(2018, 1, 1), date(2021, 1, 1)),
        st.none(),
        st.sampled_from([(), ZHEJIANG, QUZHOU, HUNAN]),
        st.none() | st.sampled_from(Genre),
        st.lists(CITED, max_size=3).map(tuple),
    ),
    unique_by=lambda each: each.id,
    max_size=6,
)


@settings(deadline=None, max_examples=150)
@given(SUMMARIES)
def test_the_order_of_the_documents_does_not_matter(summaries: list[Summary]) -> None:
    once = relations.relate(summaries)
    for other in itertools.islice(itertools.permutations(summaries), 1, 4):
        assert relations.relate(list(other)) == once


@settings(deadline=None, max_examples=150)
@given(SUMMARIES)
def test_links_and_effects_are_of_the_collection_and_of_others(summaries: list[Summary]) -> None:
    ids = {each.id for each in summaries}
    for identity, found in relations.relate(summaries).items():
        assert {link.id for link in found.links} <= ids - {identity}
        assert {effect.by for effect in found.effects} <= ids - {identity}
        assert set(found.explained_by) <= ids - {identity}
