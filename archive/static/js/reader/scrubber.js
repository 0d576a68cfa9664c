/* The slider over all pages. While it moves a small picture shows where it would lead; the page turns
   when it is let go, or a moment after the last key. */

import { said } from "./words.js";

const KEY_WAIT_MS = 350;

export class Scrubber {
  #range; #look; #image; #book; #place; #finding; #words; #hitWords; #waiting = 0; #byPointer = false;

  constructor(root, book, place, finding) {
    const box = root.querySelector("[data-scrubber]");
    this.#range = box.querySelector("input");
    this.#look = box.querySelector(".scrubber__look");
    this.#image = document.createElement("img");
    this.#image.className = "scrubber__image";
    this.#image.alt = "";
    this.#look.prepend(this.#image);
    this.#words = box.dataset.said;
    this.#hitWords = box.dataset.hits;
    this.#book = book;
    this.#place = place;
    this.#finding = finding;
    this.#range.addEventListener("pointerdown", () => { this.#byPointer = true; });
    this.#range.addEventListener("input", () => this.#moved());
    this.#range.addEventListener("change", () => this.#settle());
    this.#range.addEventListener("blur", () => this.#settle());
    place.addEventListener("change", () => this.#set());
    this.#set();
  }

  async #moved() {
    const page = this.#range.valueAsNumber;
    clearTimeout(this.#waiting);
    if (!this.#byPointer) this.#waiting = setTimeout(() => this.#go(), KEY_WAIT_MS);
    await this.#say(page);
    if (page !== this.#range.valueAsNumber || page === this.#place.page) return;
    this.#image.src = this.#book.image(page, 320);
    this.#look.querySelector("span").textContent = this.#range.getAttribute("aria-valuetext");
    this.#look.hidden = false;
  }

  #settle() {
    if (this.#byPointer) this.#go();
    this.#byPointer = false;
  }

  #go() {
    clearTimeout(this.#waiting);
    this.#look.hidden = true;
    this.#place.turn(this.#range.valueAsNumber, "jump");
  }

  #set() {
    this.#range.value = this.#place.page;
    this.#look.hidden = true;
    this.#say(this.#place.page);
  }

  async #say(page) {
    const pages = await this.#book.pages();
    const hits = this.#finding.hitsOn(page);
    const told = [said(this.#words, { label: pages[page - 1].label })];
    if (hits) told.push(said(this.#hitWords, { hits }));
    this.#range.setAttribute("aria-valuetext", told.join(", "));
  }
}
