/* The place is remembered as pages turn, and offered to whoever opens the cover again. */

import { idle } from "./idle.js";
import { placeIn, rememberPlace } from "./memory.js";
import { said } from "./words.js";

export function offerToGoOn(root, book, place) {
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

export function startMemory(book, place) {
  const remember = async () => {
    const pages = await book.pages();
    rememberPlace(book.id, { page: place.page, label: pages[place.page - 1].label, count: book.count });
  };
  place.addEventListener("turn", remember);
  if (place.page > 1) idle(() => remember().catch(() => {}));
}
