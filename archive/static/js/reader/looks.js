/* How pages are shown: the buttons for one, two or all, for zoom, rotation and full screen, and what
   the mouse does on the sheets. */

import { keep } from "./settings.js";

export function startLooks(root, stage, zoom) {
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
