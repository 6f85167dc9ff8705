"""Figures of annual reports as data, over the sample corpus."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.support import Site


def get(site: Site, path: str, **params: object) -> dict:
    answer = site.client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_indicator_through_forms_of_three_kinds(site: Site) -> None:
    cells = get(site, "figures", indicator="收到申请", region="娄底市")["cells"]
    assert [(cell["year"], cell["value"]) for cell in cells] == [(2016, 131), (2015, 109), (2014, 97)]
    cells = get(site, "figures", indicator="received", body="安顺市人民政府")["cells"]
    assert [(cell["year"], cell["value"]) for cell in cells] == [(2021, 161), (2020, 158), (2019, 173)]


def test_every_value_stands_in_the_row_it_points_at(site: Site) -> None:
    for indicator in ("received", "granted", "normative_made"):
        for cell in get(site, "figures", indicator=indicator)["cells"]:
            document = get(site, f"documents/{cell['document']}")
            row = document["text"][slice(*cell["span"])]
            assert f"{cell['value']:g}" in row.replace(",", ""), row
            page = site.client.get(f"/documents/{cell['document']}").text
            assert f'id="{cell["url"].rpartition("#")[2]}"' in page


def test_sums_add_up_the_reports_of_one_level(site: Site) -> None:
    found = get(site, "figures", indicator="received")
    expected: dict[tuple, float] = defaultdict(float)
    for cell in found["cells"]:
        for depth in range(len(cell["region"])):
            expected[tuple(cell["region"][:depth]), cell["year"], cell["level"]] += cell["value"]
    assert {(tuple(one["region"]), one["year"], one["level"]): one["value"] for one in found["sums"]} == expected
    counties = [one for one in found["cells"] if one["region"] == ["重庆市", "渝北区"]]
    assert [one["level"] for one in counties] == ["county"]


def test_two_reports_of_one_body_and_year_count_once(site: Site) -> None:
    found = get(site, "figures", indicator="received")
    keys = [(cell["body"], cell["year"]) for cell in found["cells"] if cell["body"]]
    assert len(keys) == len(set(keys))
    assert found["total"] == len(found["cells"]) + sum(len(cell["copies"]) for cell in found["cells"])


def test_years_and_places_narrow(site: Site) -> None:
    cells = get(site, "figures", indicator="granted", region="浙江省", year=[2021, 2022])["cells"]
    assert cells
    assert all(cell["region"][0] == "浙江省" and cell["year"] in (2021, 2022) for cell in cells)


def test_series_say_how_many_reports_give_them(site: Site) -> None:
    series = get(site, "figures/series")["series"]
    reports = {one["id"]: one["reports"] for one in series}
    assert reports["received"] == get(site, "figures", indicator="received")["total"] > 10


@pytest.mark.parametrize(
    ("params", "named"),
    [({"indicator": "湿地面积"}, "收到申请"), ({"indicator": "received", "region": "无此地"}, "无此地"), ({"indicator": "received", "years": "2020"}, "years")],
)  # fmt: skip
def test_what_is_not_known_is_refused_by_name(site: Site, params: dict[str, str], named: str) -> None:
    answer = site.client.get("/api/v1/figures", params=params)
    assert answer.status_code == 422
    assert named in answer.text


def test_all_cells_of_a_report(site: Site) -> None:
    report = next(cell for cell in get(site, "figures", indicator="received", region="安顺市", year=2020)["cells"])
    found = get(site, f"documents/{report['document']}/figures")
    values = {(" > ".join(one["indicator"]), one["party"]): one["value"] for one in found["figures"]}
    assert values["本年新收政府信息公开申请数量", "总计"] == report["value"]
    applicants = [value for (name, party), value in values.items() if name == "本年新收政府信息公开申请数量" and party != "总计"]  # fmt: skip
    assert sum(applicants) == report["value"]
    notice = site.search("湿地", per_page=1)["hits"][0]["id"]  # type: ignore[index]
    assert get(site, f"documents/{notice}/figures")["figures"] == []
    assert site.client.get("/api/v1/documents/none/figures").status_code == 404
