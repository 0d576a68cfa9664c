/* The ground on which sheets lie: one, two as in an open book, or all below one another. */

import { Sheet } from "./sheet.js";

const KEPT_SHEETS = 12;
const WIDTHS = 5;
const SETTLING_MS = 250;
const AHEAD = "0px 0px 120% 0px";
const IN_SIGHT = "-10% 0px -20% 0px";

export class Stage {
  #root; #ground; #room; #book; #place; #sheets = new Map(); #pages = null; #sight = null; #near = null;
  #quietUntil = 0; #quarter = 0; #isReading = false; #mode;

  constructor(root, book, place) {
    this.#root = root;
    this.#book = book;
    this.#place = place;
    this.#ground = root.querySelector("[data-stage]");
    this.#room = root.querySelector("[data-sheets]");
    this.#mode = document.documentElement.dataset.mode ?? "one";
    place.addEventListener("turn", (event) => this.#turned(event.detail.how));
    place.addEventListener("look", () => this.#dressAll());
  }

  get mode() { return this.#mode; }

  get ground() { return this.#ground; }

  get quarter() { return this.#quarter; }

  /* The pages that lie open. */
  get open() { return this.#mode === "two" ? this.#pair(this.#place.page) : [this.#place.page]; }

  sheetElement(page) { return this.#sheets.get(page)?.element; }

  /* Take over the sheet that came with the page; the others are known from now on. */
  async begin() {
    this.#pages = await this.#book.pages();
    const first = this.#room.querySelector("[data-sheet]");
    const page = this.#pages[Number(first.dataset.sheet) - 1];
    this.#sheets.set(page.number, new Sheet(this.#book, page, { element: first }));
    this.#lay();
  }

  setMode(mode) {
    if (mode === this.#mode) return;
    this.#mode = mode;
    document.documentElement.dataset.mode = mode;
    this.turnBy(0);
    if (this.#pages) this.#lay();
  }

  /* Turn the open sheets by quarters; 0 sets them upright. */
  turnBy(quarters) {
    this.#quarter = quarters ? (this.#quarter + quarters) % 4 : 0;
    this.#room.dataset.quarter = this.#quarter;
  }

  /* Sheets that lie below one another get wider or narrower by a step; whether that was one. */
  widen(step) {
    const now = Number(this.#room.dataset.width ?? 1);
    const wanted = step === 0 ? 1 : Math.min(Math.max(now + step, 1), WIDTHS);
    const { scrollTop, scrollHeight } = this.#ground;
    this.#quiet();
    this.#room.dataset.width = wanted;
    this.#ground.scrollTop = scrollTop * this.#ground.scrollHeight / scrollHeight;
    this.#ground.scrollLeft = (this.#ground.scrollWidth - this.#ground.clientWidth) / 2;
    return wanted !== now;
  }

  /* How far the next turn goes. */
  beside(direction) {
    if (this.#mode !== "two") return this.#place.page + direction;
    const pair = this.#pair(this.#place.page);
    return direction > 0 ? pair.at(-1) + 1 : pair[0] - 1;
  }

  #pair(page) {
    if (page === 1) return [1];
    const left = page % 2 ? page - 1 : page;
    return [left, left + 1].filter((one) => one <= this.#book.count);
  }

  #sheet(number) {
    let sheet = this.#sheets.get(number);
    if (!sheet) {
      sheet = new Sheet(this.#book, this.#pages[number - 1], { alt: this.#room.dataset.alt });
      this.#sheets.set(number, sheet);
    }
    return sheet;
  }

  #turned(how) {
    if (!this.#pages) {
      location.assign(this.#book.address(this.#place.page, this.#place.query));
      return;
    }
    if (!this.#pages[this.#place.page - 1].isDrawn && this.#mode !== "scroll") {
      location.assign(this.#book.address(this.#place.page, this.#place.query));
      return;
    }
    if (this.#mode === "scroll") {
      if (how !== "scroll") this.#scrollToPage();
      return;
    }
    this.turnBy(0);
    this.#lay();
  }

  #lay() {
    this.#sight?.disconnect();
    this.#near?.disconnect();
    if (this.#mode === "scroll") this.#layAll();
    else this.#layOpen();
  }

  #layOpen() {
    const open = this.open.map((number) => this.#sheet(number));
    for (const sheet of open) sheet.fetch();
    this.#put(open.map((sheet) => sheet.element));
    this.#ground.scrollTo(0, 0);
    this.#dressAll();
    this.#forget();
  }

  /* Lay these sheets and no others. One that lies there already is not touched: its picture would be
     drawn anew. */
  #put(elements) {
    const wanted = new Set(elements);
    for (const child of [...this.#room.children]) if (!wanted.has(child)) child.remove();
    for (const [index, element] of elements.entries()) {
      const there = this.#room.children[index];
      if (there !== element) this.#room.insertBefore(element, there ?? null);
    }
  }

  /* The pictures of what comes next, fetched while this page is read: somebody is there to turn to
     them. */
  preload() {
    if (!this.#pages) return;
    const began = !this.#isReading;
    this.#isReading = true;
    if (this.#mode === "scroll") {
      if (began) this.#watch([...this.#sheets.values()]);
      return;
    }
    const next = this.beside(1);
    const ahead = this.#mode === "two" ? [next, next + 1] : [next];
    for (const number of ahead) {
      if (number <= this.#book.count) this.#sheet(number).fetch();
    }
  }

  #layAll() {
    const sheets = this.#pages.map((page) => this.#sheet(page.number));
    this.#put(sheets.map((sheet) => sheet.element));
    this.#scrollToPage();
    this.#sight = new IntersectionObserver((seen) => this.#saw(seen), {
      root: this.#ground,
      rootMargin: "-45% 0px -54% 0px",
    });
    this.#watch(sheets);
    for (const { element } of sheets) this.#sight.observe(element);
  }

  /* Fetch and dress what comes in sight, and once somebody reads, what is about to. The browser's own
     lazy pictures would begin thousands of pixels ahead, which is megabytes of pages. */
  #watch(sheets) {
    this.#near?.disconnect();
    this.#near = new IntersectionObserver((seen) => {
      for (const entry of seen) {
        if (!entry.isIntersecting) continue;
        const sheet = this.#sheets.get(Number(entry.target.dataset.sheet));
        sheet.fetch({ sizes: "(min-width: 48rem) 46rem, 100vw" });
        sheet.dress(this.#place.query);
      }
    }, { root: this.#ground, rootMargin: this.#isReading ? AHEAD : IN_SIGHT });
    for (const { element } of sheets) this.#near.observe(element);
  }

  #saw(entries) {
    if (performance.now() < this.#quietUntil) return;
    const here = entries.find((entry) => entry.isIntersecting);
    if (here) this.#place.turn(Number(here.target.dataset.sheet), "scroll");
  }

  #scrollToPage() {
    const { element } = this.#sheets.get(this.#place.page);
    this.#quiet();
    const first = this.#room.firstElementChild;
    this.#ground.scrollTop = element.offsetTop - first.offsetTop;
  }

  /* What the reader did not do by hand is no turning of pages. */
  #quiet() { this.#quietUntil = performance.now() + SETTLING_MS; }

  #dressAll() {
    if (this.#mode === "scroll") {
      if (this.#pages) this.#watch([...this.#sheets.values()]);
      return;
    }
    for (const number of this.open) this.#sheets.get(number)?.dress(this.#place.query);
  }

  #forget() {
    const far = [...this.#sheets.keys()]
      .sort((one, other) => Math.abs(other - this.#place.page) - Math.abs(one - this.#place.page));
    for (const number of far.slice(0, Math.max(0, far.length - KEPT_SHEETS))) this.#sheets.delete(number);
  }
}
