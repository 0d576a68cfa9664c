/* A page comes first, in the typefaces the system has; what makes it handier comes once it is there to
   read: our typefaces, and what this element names. On a slow line they would share it with the text
   and the picture that one came for. A browser that has met the typefaces shows a page in them from
   the start (js/at_hand.js). */

/* Longer than that nobody waits for what makes a page handier, whatever is still on its way. */
const PATIENCE_MS = 4000;

const { then: scripts, manifest } = document.querySelector("script[data-then]").dataset;
const picture = document.querySelector("[data-reader-picture]");

const isPainted = new Promise((done) => {
  if (!PerformanceObserver.supportedEntryTypes.includes("paint")) {
    done();
    return;
  }
  new PerformanceObserver((entries, observer) => {
    if (!entries.getEntriesByName("first-contentful-paint").length) return;
    observer.disconnect();
    done();
  }).observe({ type: "paint", buffered: true });
});

/* A picture that has come is seen one frame later. */
const isPictured = new Promise((done) => {
  if (!picture || picture.complete) done();
  picture?.addEventListener("load", done);
  picture?.addEventListener("error", done);
}).then(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

async function putOnTypefaces() {
  document.documentElement.dataset.typefaces = "";
  await document.fonts.ready;
  try { localStorage.setItem("typefaces", "met"); } catch { /* nothing is kept here */ }
}

/* What lets the archive be put on a phone's first screen: a file, and an icon that it names. */
function nameManifest() {
  const link = document.createElement("link");
  link.rel = "manifest";
  link.href = manifest;
  document.head.append(link);
}

await Promise.race([
  Promise.all([isPainted, isPictured]),
  new Promise((done) => setTimeout(done, PATIENCE_MS)),
]);
putOnTypefaces();
for (const address of scripts.trim().split(/\s+/)) import(address);
nameManifest();
