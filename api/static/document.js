// On a document's page: find in the text, copy number and citation. Without this file the page is complete.
"use strict";
(() => {
  const text = document.getElementById("text");
  if (!text) return;

  const said = document.createElement("p");
  said.className = "hidden";
  said.setAttribute("role", "status");
  document.body.append(said);

  for (const part of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break; // only on https and on this machine
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "复制";
    button.setAttribute("aria-label", `复制${part.dataset.copy}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(part.textContent.trim());
      button.textContent = "已复制";
      said.textContent = `已复制${part.dataset.copy}`;
      setTimeout(() => { button.textContent = "复制"; }, 2000);
    });
    part.after(" ", button);
  }

  if (!window.CSS?.highlights) return; // older browsers have their own find
  const bar = document.createElement("form");
  bar.className = "find";
  bar.setAttribute("role", "search");
  bar.setAttribute("aria-label", "在本文件中查找");
  bar.innerHTML = '<label class="hidden" for="find">在本文件中查找</label><input id="find" type="search" placeholder="在本文件中查找" autocomplete="off" maxlength="60"><output for="find"></output><button type="button" aria-label="上一处">↑</button><button type="submit" aria-label="下一处">↓</button>';
  text.before(bar);
  const [box, count, before] = [bar.querySelector("input"), bar.querySelector("output"), bar.querySelector("button")];
  let found = [];
  let at = -1;

  const search = () => {
    CSS.highlights.clear();
    found = [];
    at = -1;
    const wanted = box.value.trim().toLowerCase();
    if (wanted) {
      const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
      // A word may go on from one text node to the next (marks divide them), so each block is searched as a whole.
      const blocks = new Map();
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const block = node.parentElement.closest("p, h2, td");
        if (block) blocks.set(block, [...(blocks.get(block) || []), node]);
      }
      for (const nodes of blocks.values()) {
        const whole = nodes.map((node) => node.data).join("").toLowerCase();
        for (let from = whole.indexOf(wanted); from >= 0 && found.length < 2000; from = whole.indexOf(wanted, from + wanted.length)) {
          found.push(range(nodes, from, from + wanted.length));
        }
      }
      CSS.highlights.set("found", new Highlight(...found));
    }
    count.textContent = wanted ? (found.length ? `${found.length} 处` : "没有") : "";
  };

  const range = (nodes, from, to) => {
    const made = document.createRange();
    let passed = 0;
    for (const node of nodes) {
      const end = passed + node.length;
      if (from >= passed && from < end) made.setStart(node, from - passed);
      if (to > passed && to <= end) made.setEnd(node, to - passed);
      passed = end;
    }
    return made;
  };

  const go = (step) => {
    if (!found.length) return;
    at = (at + step + found.length) % found.length;
    CSS.highlights.set("here", new Highlight(found[at]));
    found[at].startContainer.parentElement.scrollIntoView({ block: "center" });
    count.textContent = `${at + 1} / ${found.length}`;
  };

  box.addEventListener("input", (event) => { if (!event.isComposing) search(); });
  box.addEventListener("compositionend", search);
  bar.addEventListener("submit", (event) => { event.preventDefault(); go(1); });
  before.addEventListener("click", () => go(-1));
})();
