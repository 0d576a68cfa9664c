/* The reader's zoom and keys. Without this file the page is an image with its marks, and the text.

   The viewer (350 kB) is fetched only when somebody zooms: on a weak network the first view stays
   light, and on a phone the page scrolls as any page does. */

const reader = document.querySelector("[data-reader]");
const picture = reader?.querySelector("[data-reader-picture]");
const KEYS_SETTING = "reader-keys";

function loadScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`not loaded: ${address}`));
    document.head.append(script);
  });
}

/* OpenSeadragon adds a <style> that removes the focus outline unless an element of this name is there.
   The content policy forbids it and we want the outline, so an element that only bears the name (in
   no namespace, hence without any effect) stands in its place. */
function declineViewerStyle() {
  const name = "data-openseadragon-mobile-css";
  if (document.querySelector(`style[${name}]`)) return;
  const empty = document.createElementNS(null, "style");
  empty.setAttribute(name, "");
  document.head.append(empty);
}

class Zoom {
  #reader; #sheet; #stage; #viewer = null; #opening = null;

  constructor(root) {
    this.#reader = root;
    this.#sheet = root.querySelector("[data-reader-sheet]");
    this.#stage = root.querySelector("[data-reader-viewer]");
  }

  get isOpen() { return !this.#stage.hidden; }

  async by(factor) {
    const fresh = !this.isOpen;
    if (fresh && factor < 1) return;
    const viewer = await this.#open();
    if (!viewer) return;
    if (!fresh && factor < 1 && viewer.viewport.getZoom(false) * factor < viewer.viewport.getHomeZoom()) {
      this.fit();
      return;
    }
    viewer.viewport.zoomBy(factor);
    viewer.viewport.applyConstraints();
  }

  /* Back to the plain page, which shows all of it. */
  fit() {
    if (!this.isOpen) return;
    const hadFocus = this.#stage.contains(document.activeElement);
    this.#stage.hidden = true;
    this.#sheet.hidden = false;
    this.#viewer?.viewport.goHome(true);
    if (hadFocus) this.#reader.querySelector("[data-reader-in]").focus();
  }

  async #open() {
    this.#opening ??= this.#make();
    try {
      await this.#opening;
    } catch {
      // The viewer is not installed or the network is gone: the image by itself can be zoomed.
      this.#opening = null;
      location.assign(picture.currentSrc || picture.src);
      return null;
    }
    this.#sheet.hidden = true;
    this.#stage.hidden = false;
    return this.#viewer;
  }

  async #make() {
    if (!window.OpenSeadragon) await loadScript(this.#reader.dataset.viewer);
    declineViewerStyle();
    this.#sheet.hidden = true;
    this.#stage.hidden = false;
    const marks = this.#sheet.querySelector("[data-reader-marks]");
    await new Promise((resolve, reject) => {
      this.#viewer = window.OpenSeadragon({
        element: this.#stage,
        tileSources: { type: "image", url: picture.currentSrc || picture.src },
        drawer: "canvas",
        showNavigationControl: false,
        autoResize: true,
        animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.5,
        visibilityRatio: 1,
        constrainDuringPan: true,
        minZoomImageRatio: 1,
        maxZoomPixelRatio: 4,
        gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      });
      this.#viewer.addHandler("open", () => {
        const { x, y } = this.#viewer.world.getItemAt(0).getContentSize();
        if (marks) {
          // The viewer sizes a box; a bare drawing it would measure as nothing.
          const box = document.createElement("div");
          box.className = "viewer__marks";
          box.append(marks.cloneNode(true));
          this.#viewer.addOverlay({ element: box, location: new window.OpenSeadragon.Rect(0, 0, 1, y / x) });
        }
        resolve();
      });
      this.#viewer.addHandler("open-failed", () => {
        this.#sheet.hidden = false;
        this.#stage.hidden = true;
        reject(new Error("image not opened"));
      });
    });
  }
}

function keysAreOn() {
  try { return localStorage.getItem(KEYS_SETTING) !== "off"; } catch { return true; }
}

function rememberKeys(on) {
  try { localStorage.setItem(KEYS_SETTING, on ? "on" : "off"); } catch { /* a private window keeps no settings */ }
}

function startKeys(zoom) {
  const button = reader.querySelector("[data-reader-keys]");
  const show = () => {
    button.textContent = keysAreOn() ? "Tắt phím tắt" : "Bật phím tắt";
    button.setAttribute("aria-pressed", String(keysAreOn()));
  };
  button.addEventListener("click", () => { rememberKeys(!keysAreOn()); show(); });
  show();
  const actions = {
    ArrowLeft: () => reader.querySelector("[data-reader-previous]")?.click(),
    ArrowRight: () => reader.querySelector("[data-reader-next]")?.click(),
    "+": () => zoom?.by(1.5),
    "=": () => zoom?.by(1.5),
    "-": () => zoom?.by(1 / 1.5),
    0: () => zoom?.fit(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !keysAreOn()) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const action = actions[event.key];
    if (!action) return;
    // Captured before the viewer sees it, which would pan with the arrows instead.
    event.preventDefault();
    event.stopPropagation();
    action();
  }, true);
}

if (reader) {
  let zoom = null;
  if (picture) {
    zoom = new Zoom(reader);
    reader.querySelector("[data-reader-in]").addEventListener("click", () => zoom.by(1.5));
    reader.querySelector("[data-reader-out]").addEventListener("click", () => zoom.by(1 / 1.5));
    reader.querySelector("[data-reader-fit]").addEventListener("click", () => zoom.fit());
    picture.addEventListener("dblclick", () => zoom.by(2));
  }
  for (const part of reader.querySelectorAll("[data-reader-zoom]")) part.hidden = false;
  startKeys(zoom);
}
