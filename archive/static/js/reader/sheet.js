/* A sheet of paper: the picture of a page, the marks of a query, and its words to select. Made like
   the one that came with the page (templates/components/sheet.html). */

import { svg, textLayer } from "./text_layer.js";
import { said } from "./words.js";

const ROOM = 4;

export function placeOf(page) {
  if (page === 1) return "alone";
  return page % 2 ? "right" : "left";
}

export class Sheet {
  #book; #dressedFor = null;

  /* `element`: the sheet that came with the page; `alt`: the sentence for those who do not see it. */
  constructor(book, page, { element = null, alt = "" } = {}) {
    this.#book = book;
    this.page = page;
    this.element = element ?? this.#make(alt);
  }

  #make(alt) {
    const { number, width, height, isDrawn, label } = this.page;
    const element = document.createElement("div");
    element.className = "sheet";
    element.dataset.sheet = number;
    element.dataset.place = placeOf(number);
    element.append(svg("svg", {
      class: "sheet__room",
      viewBox: `0 0 ${width} ${height}`,
      width: width * ROOM,
      height: height * ROOM,
      "aria-hidden": "true",
      focusable: "false",
    }));
    if (!isDrawn) {
      const link = document.createElement("a");
      link.className = "sheet__instead";
      link.href = this.#book.address(number);
      link.textContent = label;
      element.append(link);
      return element;
    }
    const image = document.createElement("img");
    image.className = "sheet__image";
    image.alt = said(alt, { label });
    image.width = width;
    image.height = height;
    image.decoding = "async";
    element.append(image);
    return element;
  }

  /* Have the picture fetched. */
  fetch({ sizes = "(min-width: 48rem) 40rem, 100vw" } = {}) {
    const image = this.element.querySelector("img");
    if (!image || image.hasAttribute("src")) return;
    const { number } = this.page;
    image.sizes = sizes;
    image.srcset = [320, 750, 1200].map((width) => `${this.#book.image(number, width)} ${width}w`).join(", ");
    image.src = this.#book.image(number, 1200);
  }

  /* Lay words and marks over it. Without an answer the picture stands by itself. */
  async dress(query) {
    if (this.#dressedFor === query || !this.page.isDrawn) return;
    this.#dressedFor = query;
    try {
      const { words, marked } = await this.#book.words(this.page.number, query);
      if (this.#dressedFor !== query) return;
      const image = this.element.querySelector("img");
      this.element.querySelector(".sheet__marks")?.remove();
      if (marked.length) image.after(marksOf(words, marked));
      if (!this.element.querySelector(".sheet__words") && words.length) {
        this.element.append(textLayer(words, this.page));
      }
    } catch {
      this.#dressedFor = null;
    }
  }
}

export function marksOf(words, marked) {
  const layer = svg("svg", {
    class: "sheet__marks",
    viewBox: "0 0 1 1",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
    focusable: "false",
  });
  for (const index of marked) {
    const { x0, y0, x1, y1 } = words[index];
    layer.append(svg("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
  }
  return layer;
}
