/* All pages as small pictures, made when they are first asked for and fetched as they come in sight. */

import { said } from "./words.js";

export class Thumbs {
  #list; #panel; #book; #place; #isMade = false;

  constructor(root, book, place, panels) {
    this.#panel = root.querySelector("[data-panel=thumbs]");
    this.#list = root.querySelector("[data-thumbs]");
    this.#book = book;
    this.#place = place;
    panels.addEventListener("open", (event) => { if (event.detail.name === "thumbs") this.#open(); });
    place.addEventListener("change", () => this.#mark());
  }

  async #open() {
    if (!this.#isMade) {
      this.#isMade = true;
      const pages = await this.#book.pages();
      this.#list.append(...pages.map((page) => this.#row(page)));
    }
    this.#mark();
  }

  #row(page) {
    const row = document.createElement("li");
    const link = document.createElement("a");
    link.className = "leaf-link";
    link.href = this.#book.address(page.number);
    link.dataset.page = page.number;
    if (page.isDrawn) {
      const image = document.createElement("img");
      image.className = "leaf-link__image";
      image.loading = "lazy";
      image.decoding = "async";
      image.alt = "";
      image.width = 320;
      image.height = Math.round(320 * page.height / page.width);
      image.src = this.#book.image(page.number, 320);
      link.append(image);
    }
    const label = document.createElement("span");
    label.textContent = said(this.#panel.dataset.said, page);
    link.append(label);
    row.append(link);
    return row;
  }

  #mark() {
    if (this.#panel.hidden) return;
    for (const link of this.#list.querySelectorAll("a")) {
      const isHere = Number(link.dataset.page) === this.#place.page;
      if (isHere) {
        link.setAttribute("aria-current", "page");
        this.#panel.scrollTop = link.parentElement.offsetTop - this.#panel.clientHeight / 2;
      } else {
        link.removeAttribute("aria-current");
      }
      link.href = this.#book.address(Number(link.dataset.page), this.#place.query);
    }
  }
}
