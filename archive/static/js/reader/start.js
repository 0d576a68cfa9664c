/* Where the reader's parts meet. Without this file every page, link and form works by itself. */

import { Book } from "./book.js";
import { Finding } from "./finding.js";
import { Keys } from "./keys.js";
import { placeIn, rememberPlace } from "./memory.js";
import { Panels } from "./panels.js";
import { Parts } from "./parts.js";
import { Place } from "./place.js";
import { Scrubber } from "./scrubber.js";
import { keep } from "./settings.js";
import { Stage } from "./stage.js";
import { Thumbs } from "./thumbs.js";
import { startTouch } from "./touch.js";
import { said } from "./words.js";
import { Zoom } from "./zoom.js";

const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 200));

function startText(root, book, page) {
  const follow = (hook) => root.querySelector(`[data-turn=${hook}][href]`)?.click();
  new Keys(root, {
    ArrowLeft: () => follow("previous"),
    ArrowRight: () => follow("next"),
    "/": () => root.querySelector("#tim-trong").focus(),
  });
  const label = root.querySelector("#den-trang")?.value ?? String(page);
  if (page > 1) rememberPlace(book.id, { page, label, count: book.count });
}

function startPicture(root, book, place) {
  const stage = new Stage(root, book, place);
  const panels = new Panels(root);
  const zoom = new Zoom(root, book, place, stage);
  new Parts(root, book, place);
  new Thumbs(root, book, place, panels);
  const finding = new Finding(root, book, place, panels);
  if (book.count > 1) new Scrubber(root, book, place, finding);
  const turn = (direction) => place.turn(stage.beside(direction), "step");
  startBar(root, book, place, turn, stage);
  startLooks(root, stage, zoom);
  startLinks(root, book, place, panels);
  startTouch(stage, { turn, zoomIn: (centre) => zoom.in(centre) });
  new Keys(root, {
    ArrowLeft: () => turn(-1),
    ArrowRight: () => turn(1),
    "+": () => zoom.in(),
    "=": () => zoom.in(),
    "-": () => zoom.out(),
    0: () => zoom.fit(),
    "/": () => root.querySelector("#tim-trong").focus(),
    Escape: () => (zoom.isOpen ? zoom.fit() : panels.close()),
  });
  offerToGoOn(root, book, place);
  startMemory(book, place);
  stage.begin().then(() => {
    idle(() => stage.preload());
    place.addEventListener("turn", () => idle(() => stage.preload()));
  }, () => { /* Without the list of pages each turn is a page of its own. */ });
  if (place.query) idle(() => finding.ask());
}

/* The lower bar follows the page, and its links turn in place. */
function startBar(root, book, place, turn, stage) {
  const steps = {
    first: () => place.turn(1),
    previous: () => turn(-1),
    next: () => turn(1),
    last: () => place.turn(book.count),
  };
  for (const link of root.querySelectorAll("[data-turn]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (link.getAttribute("aria-disabled") !== "true") steps[link.dataset.turn]();
    });
  }
  const field = root.querySelector("#den-trang");
  const where = root.querySelector("[data-where]");
  const announce = root.querySelector("[data-announce]");
  const show = async () => {
    const label = (await book.pages())[place.page - 1].label;
    const values = { label, number: place.page, count: book.count };
    const isPlain = label === String(place.page);
    if (field) field.value = label;
    if (where) {
      where.textContent = said(isPlain ? where.dataset.plain : where.dataset.labelled, values);
    }
    for (const link of root.querySelectorAll("[data-turn]")) {
      const isBack = ["first", "previous"].includes(link.dataset.turn);
      const isOff = isBack ? place.page === 1 : stage.open.at(-1) === book.count;
      link.classList.toggle("tool--off", isOff);
      if (isOff) link.setAttribute("aria-disabled", "true");
      else link.removeAttribute("aria-disabled");
      const there = { first: 1, last: book.count, previous: stage.beside(-1), next: stage.beside(1) }[link.dataset.turn];
      link.href = book.address(Math.min(Math.max(there, 1), book.count), place.query);
    }
    announce.textContent = said(isPlain ? root.dataset.said : root.dataset.saidLabelled, values);
  };
  place.addEventListener("turn", show);
  root.querySelector("[data-goto]")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const typed = field.value.trim().toLowerCase();
    const pages = await book.pages().catch(() => []);
    const found = pages.find((page) => page.label.toLowerCase() === typed)
      ?? pages.find((page) => String(page.number) === typed);
    // What is not there the server says better.
    if (!found) { form.submit(); return; }
    place.turn(found.number);
    field.select();
  });
}

function startLooks(root, stage, zoom) {
  const buttons = [...root.querySelectorAll("[data-mode]")];
  const press = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.mode === stage.mode));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      zoom.fit();
      stage.setMode(button.dataset.mode);
      keep("mode", stage.mode);
      press();
    });
  }
  press();
  const acts = { in: () => zoom.in(), out: () => zoom.out(), fit: () => zoom.fit() };
  for (const button of root.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", acts[button.dataset.zoom]);
  }
  for (const button of root.querySelectorAll("[data-rotate]")) {
    button.addEventListener("click", () => zoom.rotate());
  }
  for (const button of root.querySelectorAll("[data-fullscreen]")) {
    if (!document.fullscreenEnabled) { button.remove(); continue; }
    button.addEventListener("click", () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else root.requestFullscreen();
    });
  }
  stage.ground.addEventListener("dblclick", (event) => {
    // Two clicks on a word select it.
    if (event.target.closest(".sheet__words text, a, button") || stage.mode === "scroll") return;
    zoom.in({ x: event.clientX, y: event.clientY });
  });
  stage.ground.addEventListener("wheel", (event) => {
    if (!event.ctrlKey || zoom.isOpen) return;
    event.preventDefault();
    if (event.deltaY < 0) zoom.in({ x: event.clientX, y: event.clientY });
    else zoom.out();
  }, { passive: false });
}

/* Every link to a page of this publication turns to it in place. */
function startLinks(root, book, place, panels) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.dataset.view || link.dataset.turn || link.hasAttribute("download") || event.defaultPrevented) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const there = book.pageOf(link.href);
    if (!there || link.closest(".sheet")) return;
    event.preventDefault();
    place.turn(there.page, "jump", there.query || place.query);
    if (!panels.textIsBeside && link.closest("[data-panel]")) panels.close();
  });
}

function startShare(root) {
  const button = root.querySelector("[data-share]");
  if (!button || !navigator.share) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const url = root.querySelector("#dia-chi-chu").textContent.trim();
    // Closing the sheet of choices is no fault.
    navigator.share({ title: document.title, url }).catch(() => {});
  });
}

/* Whether pictures are wanted is remembered where it is said. */
function startViews(root) {
  root.addEventListener("click", (event) => {
    const view = event.target.closest("a[data-view]")?.dataset.view;
    if (view) keep("view", view);
  });
}

function offerToGoOn(root, book, place) {
  const offer = root.querySelector("[data-resume]");
  const before = placeIn(book.id);
  if (!offer || !before || place.page !== 1 || place.query || before.page === 1) return;
  offer.querySelector("[data-resume-words]").textContent = said(offer.dataset.words, before);
  offer.querySelector("[data-resume-link]").href = book.address(before.page);
  offer.hidden = false;
  const close = () => { offer.hidden = true; };
  offer.querySelector("[data-resume-close]").addEventListener("click", close);
  place.addEventListener("turn", close, { once: true });
}

function startMemory(book, place) {
  const remember = async () => {
    const pages = await book.pages();
    rememberPlace(book.id, { page: place.page, label: pages[place.page - 1].label, count: book.count });
  };
  place.addEventListener("turn", remember);
  if (place.page > 1) idle(() => remember().catch(() => {}));
}

const root = document.querySelector("[data-reader]");
if (root) {
  const book = new Book(root);
  const page = Number(root.dataset.number);
  for (const part of root.querySelectorAll("[data-scripted]")) part.hidden = false;
  startShare(root);
  startViews(root);
  if (root.querySelector("[data-stage]")) startPicture(root, book, new Place(book, page, root.dataset.query));
  else startText(root, book, page);
}
