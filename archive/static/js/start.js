/* A page comes first, in the typefaces the system has; what makes it handier comes once it is there to
   read: our typefaces, and what this element names. On a slow line they would share it
   with the text and the picture that one came for. A browser that has met the typefaces shows a page
   in them from the start (js/at_hand.js). */

const PATIENCE_MS = 2000;

function whenPainted(then) {
  if (!PerformanceObserver.supportedEntryTypes.includes("paint")) {
    then();
    return;
  }
  new PerformanceObserver((entries, observer) => {
    if (!entries.getEntriesByName("first-contentful-paint").length) return;
    observer.disconnect();
    then();
  }).observe({ type: "paint", buffered: true });
}

function whenLoaded(picture, then) {
  if (!picture || picture.complete) {
    then();
    return;
  }
  let waits = true;
  const once = () => {
    if (waits) then();
    waits = false;
  };
  picture.addEventListener("load", once);
  picture.addEventListener("error", once);
  setTimeout(once, PATIENCE_MS);
}

async function putOnTypefaces() {
  document.documentElement.dataset.typefaces = "";
  await document.fonts.ready;
  try { localStorage.setItem("typefaces", "met"); } catch { /* nothing is kept here */ }
}

/* What lets the archive be put on a phone's first screen: a file, and an icon that it names. */
function nameManifest(address) {
  const link = document.createElement("link");
  link.rel = "manifest";
  link.href = address;
  document.head.append(link);
}

/* A picture that has come is seen one frame later. */
function afterTheNextFrame(then) { requestAnimationFrame(() => setTimeout(then)); }

const { then: scripts, manifest } = document.querySelector("script[data-then]").dataset;
const picture = document.querySelector("[data-reader-picture]");
whenPainted(() => whenLoaded(picture, () => afterTheNextFrame(() => {
  putOnTypefaces();
  for (const address of scripts.trim().split(/\s+/)) import(address);
  nameManifest(manifest);
})));
