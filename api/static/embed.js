/* 文号检索框：一行嵌入任何网站。One line embeds it in any site:
 *
 *   <script src="https://search.example.gov.cn/static/embed.js" data-region="衢州市" defer></script>
 *
 * or, for a place of one's own choice, <wenhao-search region="衢州市" theme="dark"></wenhao-search> and the script without data-.
 * Attributes: endpoint (the script's own site), region, issuer, genre, year (preset filters; several with |), per-page,
 * label, placeholder, theme (light, dark; else the reader's own). Colours and font by CSS variables --wenhao-accent,
 * --wenhao-ink, --wenhao-paper, --wenhao-line, --wenhao-link, --wenhao-mark, --wenhao-font.
 * No framework, nothing asked but the endpoint, no style in or out of the shadow root.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  const home = script ? new URL(script.src).origin : location.origin;
  const FILTERS = ["region", "issuer", "genre", "year"];
  const VALIDITY = { repealed: "已废止", expired: "已失效", amended: "已修改", not_yet_in_force: "尚未施行" };
  const RELAXED = { all: "各词都出现，不必相连", most: "可缺少其中常见的词", unquoted: "引号中的词句不必完整", code: "机关代字相同的文件" };
  const STYLE = `
    :host { --accent: var(--wenhao-accent, #a4211b); --ink: var(--wenhao-ink, #1c1b1a); --paper: var(--wenhao-paper, #fff);
      --line: var(--wenhao-line, #8a837c); --soft: #5b5754; --link: var(--wenhao-link, #14458a); --mark: var(--wenhao-mark, #ffe9a8);
      display: block; color: var(--ink); background: var(--paper); text-align: left; overflow-wrap: anywhere;
      font: 16px/1.7 var(--wenhao-font, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif); }
    :host([hidden]) { display: none; }
    :host([theme=dark]) { --ink: var(--wenhao-ink, #ece8e3); --paper: var(--wenhao-paper, #211f1d); --soft: #b5aea6;
      --link: var(--wenhao-link, #9cc4ff); --mark: var(--wenhao-mark, #5c4a0e); }
    @media (prefers-color-scheme: dark) { :host(:not([theme=light])) { --ink: var(--wenhao-ink, #ece8e3);
      --paper: var(--wenhao-paper, #211f1d); --soft: #b5aea6; --link: var(--wenhao-link, #9cc4ff); --mark: var(--wenhao-mark, #5c4a0e); } }
    * { box-sizing: border-box; }
    form { display: flex; gap: 0; max-width: 46em; }
    input { flex: 1; min-width: 0; min-height: 44px; padding: 0 .8em; font: inherit; color: inherit; background: var(--paper);
      border: 2px solid var(--accent); border-right: 0; border-radius: 6px 0 0 6px; }
    button { min-height: 44px; padding: 0 1.2em; font: inherit; font-weight: 700; color: #fff; background: var(--accent);
      border: 2px solid var(--accent); border-radius: 0 6px 6px 0; cursor: pointer; }
    .more { border-radius: 6px; margin-top: .75em; }
    :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
    ol { list-style: none; margin: 0; padding: 0; }
    li { padding: .8em 0; border-bottom: 1px solid var(--line); }
    a { color: var(--link); font-weight: 600; text-underline-offset: .18em; }
    p { margin: .25em 0; } .facts, .status { color: var(--soft); font-size: .9em; } .facts span { margin-right: 1em; }
    .gone { color: var(--accent); font-weight: 700; } mark { background: var(--mark); color: inherit; }`;

  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&#39;": "'", "&amp;": "&" };
  /** The endpoint's marked text as words and <mark>; anything else it might hold is shown as the text it is. */
  const marked = (html, into) => {
    html.split(/<\/?mark>/).forEach((piece, at) => {
      const text = piece.replace(/&(?:lt|gt|quot|#x27|#39|amp);/g, (entity) => ENTITIES[entity]);
      if (text) into.append(at % 2 ? element("mark", text) : text);
    });
    return into;
  };

  class WenhaoSearch extends HTMLElement {
    #form; #input; #list; #status; #more; #page = 1; #asked = ""; #running = null;

    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet(); // not <style>: the host's content security policy need not allow inline styles
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      const label = this.getAttribute("label") || "检索公文";
      this.#form = element("form", "", { role: "search", "aria-label": label });
      this.#input = element("input", "", { type: "search", name: "q", autocomplete: "off", enterkeyhint: "search", "aria-label": label, maxlength: "300",
        placeholder: this.getAttribute("placeholder") || "关键词、标题或文号" });
      this.#form.append(this.#input, element("button", "检索"));
      this.#status = element("p", "", { class: "status", role: "status" });
      this.#list = element("ol", "", { "aria-label": "检索结果" });
      this.#more = element("button", "更多结果", { type: "button", class: "more", hidden: "" });
      this.#form.addEventListener("submit", (event) => { event.preventDefault(); this.search(this.#input.value); });
      this.#more.addEventListener("click", () => this.#fetch(this.#page + 1));
      root.append(this.#form, this.#status, this.#list, this.#more);
      root.host.lang ||= "zh-CN";
    }

    disconnectedCallback() { this.#running?.abort(); }

    get endpoint() { return new URL(this.getAttribute("endpoint") || home, location.href); }

    /** Searches as if the question had been typed and sent. */
    search(question) {
      this.#input.value = this.#asked = question.trim();
      this.#list.replaceChildren();
      this.#more.hidden = true;
      this.#status.textContent = "";
      return this.#asked ? this.#fetch(1) : Promise.resolve();
    }

    async #fetch(page) {
      this.#running?.abort();
      const running = (this.#running = new AbortController());
      const address = new URL("/api/v1/search", this.endpoint);
      address.searchParams.set("q", this.#asked);
      address.searchParams.set("page", page);
      address.searchParams.set("per_page", this.getAttribute("per-page") || "10");
      for (const name of FILTERS) {
        for (const value of (this.getAttribute(name) || "").split("|").filter(Boolean)) address.searchParams.append(name, value);
      }
      this.#status.textContent = "正在检索…";
      try {
        const reply = await fetch(address, { signal: running.signal, credentials: "omit" });
        const answer = await reply.json();
        if (!reply.ok) throw new Error(answer.detail || answer.title || String(reply.status));
        this.#show(answer, page);
      } catch (error) {
        if (running.signal.aborted) return;
        this.#status.textContent = `暂时不能检索：${error.message}`;
      }
    }

    #show(answer, page) {
      this.#page = page;
      const relaxed = RELAXED[answer.relaxed];
      this.#status.textContent = answer.total
        ? `找到 ${answer.total} 件${relaxed ? `（已放宽：${relaxed}）` : ""}`
        : "没有找到；请换一个说法，或减少词语。";
      const first = this.#list.children.length;
      this.#list.append(...answer.hits.map((hit) => this.#hit(hit)));
      this.#more.hidden = page >= answer.pages;
      if (page > 1) this.#list.children[first]?.querySelector("a").focus();
      this.dispatchEvent(new CustomEvent("wenhao:results", { bubbles: true, composed: true, detail: { query: answer.query, total: answer.total } }));
    }

    #hit(hit) {
      const item = element("li");
      const link = marked(hit.title_html, element("a", "", { href: new URL(hit.url, this.endpoint).href, target: "_blank", rel: "noopener" }));
      const facts = element("p", "", { class: "facts" });
      for (const fact of [hit.doc_number, hit.issuer, hit.published || hit.signed]) if (fact) facts.append(element("span", fact));
      if (VALIDITY[hit.validity]) facts.append(element("span", VALIDITY[hit.validity], { class: "gone" }));
      item.append(link, facts, marked(hit.snippet_html, element("p")));
      return item;
    }
  }

  if (!customElements.get("wenhao-search")) customElements.define("wenhao-search", WenhaoSearch);
  // The one-line form: the box stands where the script stands.
  if (script && !document.querySelector("wenhao-search")) {
    const box = document.createElement("wenhao-search");
    for (const [name, value] of Object.entries(script.dataset)) box.setAttribute(name === "perPage" ? "per-page" : name, value);
    script.after(box);
  }
})();
