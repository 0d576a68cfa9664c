/* Every link to a page of this publication turns to it in place. */

export function startLinks(root, book, place, panels) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    // A page in another language is another document.
    if (!link || link.hreflang || link.dataset.view || link.dataset.turn || link.hasAttribute("download") || event.defaultPrevented) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const there = book.pageOf(link.href);
    if (!there || link.closest(".sheet")) return;
    event.preventDefault();
    place.turn(there.page, "jump", there.query || place.query);
    if (!panels.textIsBeside && link.closest("[data-panel]")) panels.close();
  });
}
