// A search page as the documentation of instant-meilisearch has it, with our address in place of Meilisearch's.
import { instantMeiliSearch } from "@meilisearch/instant-meilisearch";
import instantsearch from "instantsearch.js";
import {
  configure, hierarchicalMenu, hits, pagination, rangeInput, refinementList, searchBox, sortBy, stats,
} from "instantsearch.js/es/widgets";

const host = new URLSearchParams(location.search).get("host");
const { searchClient } = instantMeiliSearch(host, "any-key", { finitePagination: true });
const search = instantsearch({ indexName: "wenhao", searchClient });

search.addWidgets([
  configure({ hitsPerPage: 5, attributesToSnippet: ["text:30"] }),
  searchBox({ container: "#search" }),
  stats({ container: "#stats" }),
  sortBy({
    container: "#sort",
    items: [{ label: "相关度", value: "wenhao" }, { label: "最新", value: "wenhao:day:desc" }],
  }),
  hierarchicalMenu({
    container: "#regions",
    attributes: ["region.lvl0", "region.lvl1", "region.lvl2"],
    limit: 40,
  }),
  rangeInput({ container: "#years", attribute: "year" }),
  refinementList({ container: "#genres", attribute: "genre", searchable: true, operator: "or" }),
  hits({
    container: "#hits",
    templates: {
      item: (hit, { html, components }) => html`
        <h2 data-year="${hit.year}" data-genre="${hit.genre}">${components.Highlight({ attribute: "title", hit })}</h2>
        <p>${components.Snippet({ attribute: "text", hit })}</p>`,
    },
  }),
  pagination({ container: "#pages" }),
]);
search.start();
