/* What opens beside the page, or over it where there is no room. One at a time at the left; the text
   has a side of its own on a wide screen. */

import { keep } from "./settings.js";

const wide = matchMedia("(min-width: 75rem)");

export class Panels extends EventTarget {
  #root; #openers = new Map(); #panels = new Map(); #name = ""; #from = null;

  constructor(root) {
    super();
    this.#root = root;
    for (const panel of root.querySelectorAll("[data-panel]")) this.#panels.set(panel.dataset.panel, panel);
    for (const opener of root.querySelectorAll("[data-opens]")) {
      const name = opener.dataset.opens;
      this.#openers.set(name, opener);
      opener.setAttribute("role", "button");
      opener.setAttribute("aria-controls", this.#panels.get(name).id);
      opener.addEventListener("click", (event) => { event.preventDefault(); this.toggle(name); });
      opener.addEventListener("keydown", (event) => {
        if (event.key !== " ") return;
        event.preventDefault();
        this.toggle(name);
      });
    }
    for (const button of root.querySelectorAll("[data-closes]")) {
      button.addEventListener("click", () => this.close(button.closest("[data-panel]").dataset.panel));
    }
    root.addEventListener("keydown", (event) => {
      const panel = event.key === "Escape" && event.target.closest("[data-panel]");
      if (panel && this.isOpen(panel.dataset.panel)) this.close(panel.dataset.panel);
    });
    wide.addEventListener("change", () => this.#show());
    this.#show();
  }

  get textIsBeside() { return wide.matches; }

  isOpen(name) {
    return name === "text" && this.textIsBeside
      ? document.documentElement.dataset.text === "open"
      : this.#name === name;
  }

  toggle(name) {
    if (this.isOpen(name)) this.close(name);
    else this.open(name);
  }

  open(name, { focus = true } = {}) {
    if (name === "text" && this.textIsBeside) this.#setText("open");
    else this.#name = name;
    this.#from = document.activeElement;
    this.#show();
    this.dispatchEvent(new CustomEvent("open", { detail: { name } }));
    if (!focus) return;
    const panel = this.#panels.get(name);
    panel.tabIndex = -1;
    panel.focus({ preventScroll: true });
  }

  close(name = this.#name) {
    if (!name) return;
    const hadFocus = this.#panels.get(name).contains(document.activeElement);
    if (name === "text" && this.textIsBeside) this.#setText("closed");
    else this.#name = "";
    this.#show();
    if (hadFocus) (this.#openers.get(name) ?? this.#from)?.focus();
  }

  #setText(state) {
    document.documentElement.dataset.text = state;
    keep("text", state);
  }

  #show() {
    this.#root.dataset.side = this.#name;
    for (const [name, panel] of this.#panels) {
      const isOpen = this.isOpen(name);
      panel.hidden = !isOpen;
      const opener = this.#openers.get(name);
      opener?.setAttribute("aria-expanded", String(isOpen));
    }
  }
}
