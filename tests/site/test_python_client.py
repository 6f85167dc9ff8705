"""A Python client made for Meilisearch, as published, searches through us."""

from __future__ import annotations

import pytest
from meilisearch_python_sdk import AsyncClient
from meilisearch_python_sdk.errors import MeilisearchApiError
from meilisearch_python_sdk.models.search import SearchParams


async def test_a_python_client_searches(address: str) -> None:
    async with AsyncClient(address, "any-key") as client:
        assert (await client.health()).status == "available"
        assert (await client.get_version()).pkg_version == "1.21.0"
        index = client.index("wenhao")
        found = await index.search(
            "老年助餐",
            filter=[["genre = 通知", "genre = 意见"], "year 2020 TO 2023"],
            facets=["region.lvl0", "year"],
            attributes_to_highlight=["title"],
            hits_per_page=2,
            page=1,
        )
        assert found.total_hits == sum((found.facet_distribution or {})["year"].values())
        assert len(found.hits) == 2
        assert any("<em>老年" in hit["_formatted"]["title"] for hit in found.hits)
        both = await client.multi_search(
            [SearchParams(index_uid="wenhao", query="养老", limit=1), SearchParams(index_uid="wenhao", query="衢政办发〔2022〕37号", limit=1)]
        )  # fmt: skip
        assert [one.index_uid for one in both] == ["wenhao", "wenhao"]
        assert both[1].hits[0]["doc_number"] == "衢政办发〔2022〕37号"
        values = await index.facet_search("", facet_name="region.lvl1", facet_query="衢州")
        assert [hit.value for hit in values.facet_hits] == ["浙江省 > 衢州市"]
        with pytest.raises(MeilisearchApiError) as refused:
            await index.search("养老", filter="nope = 1")
        assert refused.value.code == "invalid_search_filter"
        with pytest.raises(MeilisearchApiError):
            await index.add_documents([{"id": "1"}])
