/* Where the reader's parts meet. Without this file every page, link and form works by itself. */

import { startBar } from "./bar.js";
import { Book } from "./book.js";
import { Finding } from "./finding.js";
import { offerToGoOn, startMemory } from "./going_on.js";
import { idle } from "./idle.js";
import { Keys } from "./keys.js";
import { startLinks } from "./links.js";
import { startLooks } from "./looks.js";
import { rememberPlace } from "./memory.js";
import { Panels } from "./panels.js";
import { Parts } from "./parts.js";
import { Place } from "./place.js";
import { startPreload } from "./preload.js";
import { Scrubber } from "./scrubber.js";
import { keep } from "./settings.js";
import { startShare } from "./share.js";
import { Stage } from "./stage.js";
import { Thumbs } from "./thumbs.js";
import { startTouch } from "./touch.js";
import { Zoom } from "./zoom.js";

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
  stage.begin().then(() => startPreload(stage, place), () => {
    /* Without the list of pages each turn is a page of its own. */
  });
  if (place.query) idle(() => finding.ask());
}

/* Whether pictures are wanted is remembered where it is said. */
function startViews(root) {
  root.addEventListener("click", (event) => {
    const view = event.target.closest("a[data-view]")?.dataset.view;
    if (view) keep("view", view);
  });
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
