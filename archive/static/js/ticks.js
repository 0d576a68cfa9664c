/* "All on this page" ticks every box in sight, and is ticked where every box is. Without JavaScript
   the server takes the box at its word. */

for (const form of document.querySelectorAll("[data-ticks]")) {
  const all = form.querySelector("[data-tick-all]");
  // Not `form.id`: that names the boxes, which are called so.
  const name = form.getAttribute("id");
  const boxes = [...document.querySelectorAll(`[data-tick][form="${name}"]`)];
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  for (const box of boxes) {
    box.addEventListener("change", () => { all.checked = boxes.every((each) => each.checked); });
  }
}
