/* Runs before anything is drawn, so that the page stands at once as this browser last showed it: what
   is set here is what the style sheet goes by. A plain script, since a module would come too late. */
(() => {
  const shows = document.currentScript.dataset.shows;
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem("reader")) ?? {}; } catch { /* nothing is kept here */ }
  const address = new URL(location.href);
  if (shows === "text") return;
  if (kept.view === "text" && !address.searchParams.has("xem")) {
    address.searchParams.set("xem", "chu");
    location.replace(address);
    return;
  }
  const root = document.documentElement;
  const isNarrow = matchMedia("(max-width: 47.99rem)").matches;
  const isWide = matchMedia("(min-width: 75rem)").matches;
  const known = ["one", "two", "scroll"].includes(kept.mode) ? kept.mode : "";
  root.dataset.mode = isNarrow ? (known === "one" ? "one" : "scroll") : known || "one";
  root.dataset.text = isWide ? kept.text ?? (root.dataset.mode === "one" ? "open" : "closed") : "closed";
})();
