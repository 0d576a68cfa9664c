/* The keys, the table that explains them, and the switch that turns them off for good: a single letter
   may be in the way of speech input and other aids. */

import { keep, setting } from "./settings.js";

export class Keys {
  #dialog; #switch;

  /* `actions`: what each key does. */
  constructor(root, actions) {
    this.#dialog = root.querySelector("[data-keys]");
    this.#switch = root.querySelector("[data-keys-switch]");
    this.#switch.checked = setting("keys", "on") === "on";
    this.#switch.addEventListener("change", () => keep("keys", this.#switch.checked ? "on" : "off"));
    for (const button of root.querySelectorAll("[data-keys-open]")) {
      button.addEventListener("click", () => this.#dialog.showModal());
    }
    const all = { ...actions, "?": () => this.#dialog.showModal() };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!this.#switch.checked || this.#dialog.open || event.isComposing) return;
      if (event.target.closest("input, textarea, select, [contenteditable]")) return;
      const action = all[event.key];
      if (!action) return;
      // Captured before the viewer sees it, which would pan with the arrows instead.
      event.preventDefault();
      event.stopPropagation();
      action();
    }, true);
  }
}
