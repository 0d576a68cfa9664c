/* On a publication's page: an offer to go on where this browser stopped reading. */

import { placeIn } from "./memory.js";
import { said } from "./words.js";

for (const link of document.querySelectorAll("[data-go-on]")) {
  const place = placeIn(link.dataset.goOn);
  if (!place) continue;
  link.href = `/an-pham/${link.dataset.goOn}/trang/${place.page}`;
  link.querySelector("[data-go-on-words]").textContent = said(link.dataset.words, place);
  link.hidden = false;
}
