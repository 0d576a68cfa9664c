/* The search inside: its results as a list beside the page, and a tick for each page on the slider. */

import { svg } from "./text_layer.js";
import { number, said } from "./words.js";

export class Finding {
  #book; #place; #panels; #panel; #list; #total; #ticks; #asking = null; #hits = new Map();

  constructor(root, book, place, panels) {
    this.#book = book;
    this.#place = place;
    this.#panels = panels;
    this.#panel = root.querySelector("[data-panel=results]");
    this.#list = root.querySelector("[data-results]");
    this.#total = root.querySelector("[data-results-total]");
    this.#ticks = root.querySelector("[data-ticks]");
    const form = root.querySelector("[data-find]");
    const field = form.querySelector("[name=q]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const query = field.value.trim();
      if (query) panels.open("results", { focus: false });
      else panels.close("results");
      if (query === place.query) return;
      place.look(query);
    });
    root.addEventListener("click", (event) => {
      if (!event.target.closest(".hit-steps__all")) return;
      event.preventDefault();
      panels.open("results");
    });
    place.addEventListener("look", () => { field.value = place.query; this.ask(); });
    place.addEventListener("change", () => this.#mark());
    panels.addEventListener("open", () => this.#mark());
  }

  /* How many hits a page has. */
  hitsOn(page) { return this.#hits.get(page) ?? 0; }

  async ask() {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const query = this.#place.query;
    if (!query) { this.#show([], ""); return; }
    const { signal } = this.#asking;
    this.#panel.setAttribute("aria-busy", "true");
    try {
      const found = await this.#book.find(query, signal);
      const words = found.items.length
        ? said(this.#panel.dataset.total, { hits: number(found.hits), pages: number(found.pages) })
        : said(this.#panel.dataset.none, { query });
      this.#show(found.items, words);
    } catch {
      if (signal.aborted) return;
      this.#show([], this.#panel.dataset.failed);
    }
    this.#panel.removeAttribute("aria-busy");
  }

  #show(items, words) {
    this.#hits = new Map(items.map((item) => [item.number, item.hits]));
    this.#total.textContent = words;
    this.#list.replaceChildren(...items.map((item) => this.#row(item)));
    this.#ticks?.replaceChildren(...items.map(({ number: page }) => svg("line", {
      x1: page - 1, x2: page - 1, y1: 0, y2: 1,
    })));
    this.#mark();
  }

  #row(item) {
    const row = document.createElement("li");
    const link = document.createElement("a");
    link.className = "result";
    link.href = this.#book.address(item.number, this.#place.query);
    link.dataset.page = item.number;
    const page = document.createElement("span");
    page.className = "result__page";
    page.textContent = said(this.#panel.dataset.row, { label: item.label, hits: number(item.hits) });
    const text = document.createElement("span");
    text.className = "result__text";
    text.lang = "vi";
    // The server sends escaped text with <mark>; a parsed document runs nothing.
    text.append(...new DOMParser().parseFromString(item.snippet, "text/html").body.childNodes);
    link.append(page, text);
    row.append(link);
    return row;
  }

  #mark() {
    for (const link of this.#list.querySelectorAll("a")) {
      if (Number(link.dataset.page) !== this.#place.page) {
        link.removeAttribute("aria-current");
        continue;
      }
      link.setAttribute("aria-current", "page");
      const { scrollTop, clientHeight } = this.#panel;
      const top = link.parentElement.offsetTop;
      const isSeen = top >= scrollTop && top + link.offsetHeight <= scrollTop + clientHeight;
      if (!isSeen) this.#panel.scrollTop = top - clientHeight / 3;
    }
  }
}
