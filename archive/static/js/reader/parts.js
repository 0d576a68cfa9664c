/* What stands around the page and comes from the server: its text, the way from hit to hit, contents,
   links. The page is asked for as a browser without scripts would, and its parts take the place of
   those that are there, so that there is one way of writing them. */

const WAIT_MS = { step: 150, jump: 0, back: 0, scroll: 500 };

export class Parts {
  #root; #book; #place; #asking = null; #waiting = 0;

  constructor(root, book, place) {
    this.#root = root;
    this.#book = book;
    this.#place = place;
    let how = "jump";
    place.addEventListener("turn", (event) => { how = event.detail.how; });
    place.addEventListener("change", () => { this.#soon(WAIT_MS[how]); how = "jump"; });
  }

  #soon(wait) {
    clearTimeout(this.#waiting);
    this.#asking?.abort();
    this.#waiting = setTimeout(() => this.#fetch(), wait);
  }

  async #fetch() {
    this.#asking = new AbortController();
    const address = this.#book.address(this.#place.page, this.#place.query);
    try {
      const answer = await fetch(address, { signal: this.#asking.signal });
      if (!answer.ok) throw new Error(`${answer.status}: ${address}`);
      this.#take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      if (error.name === "AbortError") return;
      // The page was taken back, or the network is gone: the browser says which.
      location.assign(address);
    }
  }

  #take(other) {
    document.title = other.title;
    for (const part of this.#root.querySelectorAll("[data-part]")) {
      const fresh = other.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!fresh) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement : null;
      const place = focused ? [...part.querySelectorAll("a, button, summary")].indexOf(focused) : -1;
      const words = focused?.textContent.trim();
      part.replaceChildren(...fresh.childNodes);
      if (part.dataset.part === "text") part.closest("[data-panel]").scrollTop = 0;
      if (focused) {
        const those = [...part.querySelectorAll("a, button, summary")];
        (those.find((one) => one.textContent.trim() === words) ?? those[place] ?? those[0])?.focus();
      }
    }
    this.#root.dispatchEvent(new CustomEvent("parts"));
  }
}
