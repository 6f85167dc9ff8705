// Suggestions under the search box, as a listbox (WAI-ARIA combobox). Without this file the box is a plain search box.
"use strict";
(() => {
  const box = document.querySelector(".ask input[name=q]");
  if (!box || !window.fetch) return;
  const kinds = { title: "标题", term: "词语", issuer: "机关", doc_number: "文号" };
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "建议");
  list.hidden = true;
  const said = document.createElement("p");
  said.className = "hidden";
  said.setAttribute("role", "status");
  box.closest("form").append(list, said);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) box.setAttribute(name, value);

  let typed = box.value;
  let at = -1;
  let timer;
  let asking;

  const close = () => {
    list.hidden = true;
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const choose = (place) => {
    const options = [...list.children];
    at = place;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    box.value = at < 0 ? typed : options[at].dataset.text;
    if (at < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    }
  };

  const show = (found) => {
    list.replaceChildren(...found.map((one, number) => {
      const option = document.createElement("li");
      option.id = `suggestion-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.text = one.text;
      const text = document.createElement("span");
      text.innerHTML = one.html; // escaped by the server, with <mark> only
      const kind = document.createElement("span");
      kind.className = "kind";
      kind.textContent = kinds[one.kind] || one.kind;
      option.append(text, kind);
      return option;
    }));
    at = -1;
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    said.textContent = found.length ? `有 ${found.length} 条建议，用上下键选择` : "";
  };

  const ask = async () => {
    typed = box.value;
    asking?.abort();
    asking = new AbortController();
    if (!typed.trim()) return close();
    try {
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
      if (answer.ok && document.activeElement === box) show((await answer.json()).suggestions);
    } catch {
      close(); // aborted by the next key, or the site is away: the box stays a plain search box
    }
  };

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, 120);
  });
  box.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(ask, 0); });
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") choose(at >= last ? -1 : at + 1);
    else if (event.key === "ArrowUp") choose(at < 0 ? last : at - 1);
    else if (event.key === "Escape") { choose(-1); close(); }
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // so that the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    box.value = option.dataset.text;
    box.form.requestSubmit();
  });
})();
