/* 文号检索框：一行嵌入任何网站。One line embeds it in any site:
 *
 *   <script src="https://search.example.gov.cn/static/embed.js" data-region="衢州市" defer></script>
 *
 * or, for a place of one's own choice, <wenhao-search region="衢州市" theme="dark"></wenhao-search> and the script without data-.
 * Attributes: endpoint (the script's own site), region, issuer, genre, category, validity, year (preset filters; several
 * with |), per-page, label, placeholder, lang (zh, en), theme (light, dark; else the reader's own), mode (inline, or popup:
 * a button that opens the box above the page). Where no script may run: <iframe src="https://search.example.gov.cn/embed?region=衢州市">.
 * Colours and font by CSS variables --wenhao-accent,
 * --wenhao-ink, --wenhao-paper, --wenhao-line, --wenhao-link, --wenhao-mark, --wenhao-font.
 * No framework, nothing asked but the endpoint, no style in or out of the shadow root.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  const home = script ? new URL(script.src).origin : location.origin;
  const FILTERS = ["region", "issuer", "genre", "category", "validity", "year"];
  const WORDS = {
    zh: {
      label: "检索公文", placeholder: "关键词、标题或文号", search: "检索", results: "检索结果", more: "更多结果", close: "关闭", suggestions: "建议",
      busy: "正在检索…", found: (n) => `找到 ${n} 件`, nothing: "没有找到；请换一个说法，或减少词语。", away: "暂时不能检索：", relaxed: (how) => `（已放宽：${how}）`, partial: "（有一部分文件暂时检索不到）",
      instead: (asked, to) => `没有找到“${asked}”，已改为检索“${to}”。`,
      kinds: { all: "各词都出现，不必相连", most: "可缺少其中一些词", unquoted: "引号中的词句不必完整", code: "机关代字相同或以它开头的文件" },
      validity: { repealed: "已废止", expired: "已失效", amended: "已修改", not_yet_in_force: "尚未施行" },
    },
    en: {
      label: "Search official documents", placeholder: "Words, title or document number", search: "Search", results: "Results", more: "More results", close: "Close", suggestions: "Suggestions",
      busy: "Searching…", found: (n) => `${n} found`, nothing: "Nothing found; try other or fewer words.", away: "Search is not available: ", relaxed: (how) => ` (relaxed: ${how})`, partial: " (some documents cannot be searched just now)",
      instead: (asked, to) => `Nothing for “${asked}”; searched for “${to}”. `,
      kinds: { all: "all words, not as a phrase", most: "common words may be missing", unquoted: "quoted words need not be together", code: "numbers of the same issuer" },
      validity: { repealed: "repealed", expired: "expired", amended: "amended", not_yet_in_force: "not yet in force" },
    },
  };
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
    form { position: relative; display: flex; gap: 0; max-width: 46em; }
    dialog { width: min(52em, 94vw); max-height: 90vh; padding: 1em; border: 2px solid var(--accent); border-radius: 8px; color: inherit; background: var(--paper); overflow: auto; }
    dialog::backdrop { background: rgb(0 0 0 / .5); }
    .close { display: block; margin: 0 0 .6em auto; border-radius: 6px; } .open { border-radius: 6px; }
    ul { position: absolute; z-index: 1; top: 100%; left: 0; right: 0; margin: .2em 0 0; padding: 0; list-style: none; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 6px 18px rgb(0 0 0 / .2); }
    ul[hidden] { display: none; } ul li { min-height: 44px; padding: .5em .8em; border: 0; cursor: pointer; } ul li[aria-selected=true], ul li:hover { background: var(--mark); }
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
    #form; #input; #list; #status; #more; #options; #page = 1; #asked = ""; #running = null; #words = WORDS.zh;
    #timer; #suggesting = null; #typed = ""; #at = -1;

    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet(); // not <style>: the host's content security policy need not allow inline styles
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      root.host.lang ||= "zh-CN";
      const words = (this.#words = this.lang.startsWith("en") ? WORDS.en : WORDS.zh);
      const label = this.getAttribute("label") || words.label;
      this.#form = element("form", "", { role: "search", "aria-label": label });
      this.#input = element("input", "", { type: "search", name: "q", autocomplete: "off", enterkeyhint: "search", "aria-label": label, maxlength: "300",
        placeholder: this.getAttribute("placeholder") || words.placeholder, role: "combobox", "aria-autocomplete": "list", "aria-controls": "options", "aria-expanded": "false" });
      this.#options = element("ul", "", { id: "options", role: "listbox", "aria-label": words.suggestions, hidden: "" });
      this.#form.append(this.#input, element("button", words.search), this.#options);
      this.#status = element("p", "", { class: "status", role: "status" });
      this.#list = element("ol", "", { "aria-label": words.results });
      this.#more = element("button", words.more, { type: "button", class: "more", hidden: "" });
      this.#form.addEventListener("submit", (event) => { event.preventDefault(); this.search(this.#input.value); });
      this.#more.addEventListener("click", () => this.#fetch(this.#page + 1));
      this.#suggest();
      root.append(...this.#placed([this.#form, this.#status, this.#list, this.#more], label));
    }

    /** The parts as they stand in the page, or behind a button that opens them above it. */
    #placed(parts, label) {
      if (this.getAttribute("mode") !== "popup") return parts;
      const dialog = element("dialog", "", { "aria-label": label });
      const open = element("button", label, { type: "button", class: "open", "aria-haspopup": "dialog" });
      const close = element("button", this.#words.close, { type: "button", class: "close" });
      open.addEventListener("click", () => { dialog.showModal(); this.#input.focus(); });
      close.addEventListener("click", () => dialog.close());
      // A box of type search takes the Escape key for itself, to empty itself.
      this.#input.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.#options.hidden) dialog.close(); });
      dialog.append(close, ...parts);
      return [open, dialog];
    }

    /** Suggestions while one types, as a listbox; nothing is asked while an input method composes. */
    #suggest() {
      const ask = () => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#propose(), 120); };
      this.#input.addEventListener("input", (event) => { if (!event.isComposing) ask(); });
      this.#input.addEventListener("compositionend", ask);
      this.#input.addEventListener("blur", () => this.#offer([]));
      this.#input.addEventListener("keydown", (event) => {
        const last = this.#options.children.length - 1;
        if (last < 0 || event.isComposing) return;
        if (event.key === "ArrowDown") this.#choose(this.#at >= last ? -1 : this.#at + 1);
        else if (event.key === "ArrowUp") this.#choose(this.#at < 0 ? last : this.#at - 1);
        else if (event.key === "Escape") { this.#choose(-1); this.#offer([]); event.stopImmediatePropagation(); }
        else return;
        event.preventDefault();
      });
      this.#options.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
      this.#options.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.search(option.dataset.text);
      });
    }

    async #propose() {
      this.#typed = this.#input.value;
      this.#suggesting?.abort();
      this.#suggesting = new AbortController();
      if (!this.#typed.trim()) return this.#offer([]);
      const address = new URL("/api/v1/suggest", this.endpoint);
      address.searchParams.set("q", this.#typed);
      address.searchParams.set("limit", "6");
      try {
        const reply = await fetch(address, { signal: this.#suggesting.signal, credentials: "omit" });
        if (reply.ok && this.shadowRoot.activeElement === this.#input) this.#offer((await reply.json()).suggestions);
      } catch { /* aborted by the next key, or the site is away: the box stays a plain box */ }
    }

    #offer(found) {
      this.#at = -1;
      this.#options.replaceChildren(...found.map((one, at) => {
        const option = marked(one.html, element("li", "", { role: "option", id: `option-${at}`, "aria-selected": "false" }));
        option.dataset.text = one.text;
        return option;
      }));
      this.#options.hidden = !found.length;
      this.#input.setAttribute("aria-expanded", String(found.length > 0));
      this.#input.removeAttribute("aria-activedescendant");
    }

    #choose(at) {
      this.#at = at;
      const options = [...this.#options.children];
      options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
      this.#input.value = at < 0 ? this.#typed : options[at].dataset.text;
      if (at < 0) this.#input.removeAttribute("aria-activedescendant");
      else this.#input.setAttribute("aria-activedescendant", options[at].id);
    }

    disconnectedCallback() { clearTimeout(this.#timer); this.#suggesting?.abort(); this.#running?.abort(); }

    get endpoint() { return new URL(this.getAttribute("endpoint") || home, location.href); }

    /** Searches as if the question had been typed and sent. */
    search(question) {
      this.#input.value = this.#asked = question.trim();
      clearTimeout(this.#timer);
      this.#suggesting?.abort();
      this.#offer([]);
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
      this.#status.textContent = this.#words.busy;
      try {
        const reply = await fetch(address, { signal: running.signal, credentials: "omit" });
        const answer = await reply.json();
        if (!reply.ok) throw new Error(answer.detail || answer.title || String(reply.status));
        this.#show(answer, page);
      } catch (error) {
        if (running.signal.aborted) return;
        this.#status.textContent = this.#words.away + error.message;
      }
    }

    #show(answer, page) {
      this.#page = page;
      const words = this.#words;
      const relaxed = words.kinds[answer.relaxed];
      const instead = answer.corrected ? words.instead(answer.corrected.from, answer.corrected.to) : "";
      this.#status.textContent = instead + (answer.total ? words.found(answer.total) + (relaxed ? words.relaxed(relaxed) : "") : words.nothing) + (answer.partial ? words.partial : "");
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
      const gone = this.#words.validity[hit.validity];
      if (gone) facts.append(element("span", gone, { class: "gone" }));
      item.append(link, facts, marked(hit.snippet_html, element("p")));
      return item;
    }
  }

  if (!customElements.get("wenhao-search")) customElements.define("wenhao-search", WenhaoSearch);
  // The one-line form: the box stands where the script stands. Without data- it is one only if the page, read to its end, has no element.
  const alone = script && !Object.keys(script.dataset).length;
  const place = () => {
    if (alone && document.querySelector("wenhao-search")) return;
    const box = document.createElement("wenhao-search");
    for (const [name, value] of Object.entries(script.dataset)) box.setAttribute(name === "perPage" ? "per-page" : name, value);
    script.after(box);
  };
  if (alone && document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else if (script) place();
})();
