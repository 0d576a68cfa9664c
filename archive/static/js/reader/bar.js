/* The lower bar follows the page, and its links and its box turn in place. */

import { said } from "./words.js";

export function startBar(root, book, place, turn, stage) {
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
