/* Deep zoom on the open sheets. The viewer (87 kB over the wire) is fetched only when somebody zooms: on
   a weak network the first view stays light. It shows the picture that is here already and asks for
   regions of the page at the size that is needed. */

const FACTOR = 1.6;
const ATTEMPTS = 5;

function loadScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => { script.remove(); reject(new Error(`not loaded: ${address}`)); };
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

async function isDrawn(address) {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = await fetch(address);
    if (answer.status !== 503) return answer.ok;
    const seconds = Number(answer.headers.get("Retry-After")) || 1;
    await new Promise((resolve) => { setTimeout(resolve, Math.min(seconds, 5) * 1000); });
  }
  return false;
}

export class Zoom {
  #book; #stage; #place; #room; #sheets; #viewer = null; #making = null; #shown = "";

  constructor(root, book, place, stage) {
    this.#book = book;
    this.#place = place;
    this.#stage = stage;
    this.#room = root.querySelector("[data-viewer-room]");
    this.#sheets = root.querySelector("[data-sheets]");
    // The page that follows is seen as near as the one before it.
    place.addEventListener("change", () => { if (this.isOpen) this.#show({ keepView: true }); });
    root.addEventListener("parts", () => { if (this.isOpen) this.#mark(); });
  }

  get isOpen() { return !this.#room.hidden; }

  in(centre) { return this.by(FACTOR, centre); }

  out(centre) { return this.by(1 / FACTOR, centre); }

  /* Nearer or further by a factor; `centre` is a point of the window that stays where it is. */
  async by(factor, centre) {
    if (this.#stage.mode === "scroll") { this.#stage.widen(factor > 1 ? 1 : -1); return; }
    if (!this.isOpen && factor <= 1) return;
    const viewer = await this.#open();
    if (!viewer) return;
    const { viewport } = viewer;
    if (factor < 1 && viewport.getZoom(false) * factor < viewport.getHomeZoom() * 0.95) { this.fit(); return; }
    viewport.zoomBy(factor, centre && this.#point(centre));
    viewport.applyConstraints();
  }

  /* Back to the whole page. */
  fit() {
    if (this.#stage.mode === "scroll") { this.#stage.widen(0); return; }
    if (!this.isOpen) return;
    const hadFocus = this.#room.contains(document.activeElement);
    this.#room.hidden = true;
    this.#sheets.hidden = false;
    if (hadFocus) this.#stage.ground.focus({ preventScroll: true });
  }

  rotate() {
    if (this.isOpen) this.#viewer.viewport.setRotation((this.#viewer.viewport.getRotation() + 90) % 360);
    else this.#stage.turnBy(1);
  }

  #point({ x, y }) {
    const box = this.#room.getBoundingClientRect();
    return this.#viewer.viewport.pointFromPixel(new window.OpenSeadragon.Point(x - box.left, y - box.top), true);
  }

  async #open() {
    if (this.isOpen) return this.#viewer;
    this.#making ??= this.#make();
    try {
      await this.#making;
      await this.#show({ keepView: false });
    } catch {
      // The viewer or the network is gone: the picture by itself can be zoomed by the browser.
      this.#making = null;
      this.#room.hidden = true;
      this.#sheets.hidden = false;
      location.assign(this.#book.image(this.#place.page, 1200));
      return null;
    }
    return this.#viewer;
  }

  async #make() {
    if (!window.OpenSeadragon) await loadScript(this.#book.viewer);
    declineViewerStyle();
    this.#room.hidden = false;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#viewer = window.OpenSeadragon({
      element: this.#room,
      drawer: "canvas",
      showNavigationControl: false,
      autoResize: true,
      animationTime: isStill ? 0 : 0.4,
      immediateRender: isStill,
      visibilityRatio: 0.6,
      constrainDuringPan: true,
      minZoomImageRatio: 0.9,
      maxZoomPixelRatio: 3,
      imageLoaderLimit: 4,
      tileRetryMax: ATTEMPTS,
      tileRetryDelay: 1000,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true, flickEnabled: true },
    });
    this.#viewer.innerTracker.keyDownHandler = null;
  }

  async #show({ keepView }) {
    const pages = await this.#book.pages();
    const open = this.#stage.open.map((number) => pages[number - 1]).filter((page) => page.isDrawn);
    const asked = open.map((page) => page.number).join();
    this.#shown = asked;
    const bounds = keepView ? this.#viewer.viewport.getBounds(true) : null;
    this.#room.hidden = false;
    this.#viewer.world.removeAll();
    this.#viewer.clearOverlays();
    let x = 0;
    for (const page of open) {
      await this.#add(page, x, asked);
      if (this.#shown !== asked) return;
      x += 1;
    }
    const { viewport } = this.#viewer;
    if (bounds) viewport.fitBounds(bounds, true);
    else {
      viewport.goHome(true);
      viewport.setRotation(this.#stage.quarter * 90, true);
    }
    this.#sheets.hidden = true;
    await this.#mark();
  }

  /* Beside one another, each a unit wide: at once the picture that is here already, and over it what
     the server cuts from a larger one. */
  async #add(page, x, asked) {
    await this.#addImage({ type: "image", url: this.#book.image(page.number, 1200) }, x, asked);
    this.#sharpen(page, x, asked).catch(() => { /* the large picture is what there is */ });
  }

  async #sharpen(page, x, asked) {
    const address = this.#book.tiles(page.number);
    const answer = await fetch(address);
    if (!answer.ok) return;
    const id = new URL(address.replace(/\/info\.json$/, ""), location.href).href;
    const source = { ...await answer.json(), id };
    // A page that nobody asked for yet is drawn for its first piece; the others would be sent away.
    if (await isDrawn(`${id}/full/!64,64/0/default.webp`) && this.#shown === asked) {
      await this.#addImage(source, x, asked);
    }
  }

  /* What comes when other pages lie open already is taken away again. */
  #addImage(tileSource, x, asked) {
    return new Promise((resolve, reject) => {
      const success = ({ item }) => {
        if (this.#shown !== asked) this.#viewer.world.removeItem(item);
        resolve();
      };
      this.#viewer.addTiledImage({ tileSource, x, y: 0, width: 1, success, error: reject });
    });
  }

  async #mark() {
    const pages = await this.#book.pages();
    this.#viewer.clearOverlays();
    for (const [x, number] of this.#stage.open.entries()) {
      const marks = this.#stage.sheetElement(number)?.querySelector(".sheet__marks");
      if (!marks) continue;
      // The viewer sizes a box; a bare drawing it would measure as nothing.
      const box = document.createElement("div");
      box.className = "viewer__marks";
      box.append(marks.cloneNode(true));
      const { width, height } = pages[number - 1];
      this.#viewer.addOverlay({ element: box, location: new window.OpenSeadragon.Rect(x, 0, 1, height / width) });
    }
  }
}
