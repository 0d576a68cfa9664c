/* What is typed into a form that is not sent yet, kept by this browser: whoever closes the page while
   a long file is on its way finds it again. Gone after a day, and once the form is sent. */

import { locale } from "./words.js";

const PREFIX = "ban-nop:";
const KEPT_MS = 24 * 3600 * 1000;
const PAUSE_MS = 300;
const NEVER = new Set(["csrf_token", "deposit_id", "files", "action"]);

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && !NEVER.has(field.name) && field.name !== "held");
}

function valuesOf(form) {
  return Object.fromEntries(fieldsOf(form).map((field) => [field.name, field.value]));
}

function heldOf(form) {
  return [...form.elements].filter((field) => field.name === "held" && (field.type === "hidden" || field.checked)).map((field) => field.value);
}

function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return kept && Date.now() - kept.at < KEPT_MS ? kept : null;
  } catch { return null; }
}

function sweep() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && !read(key)) localStorage.removeItem(key);
    }
  } catch { /* the browser keeps nothing: then neither do we */ }
}

export class Draft {
  #form; #key; #before; #timer = null;

  constructor(form) {
    this.#form = form;
    this.#key = PREFIX + form.dataset.draft;
    this.#before = JSON.stringify([valuesOf(form), heldOf(form)]);
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => this.touch());
    addEventListener("pagehide", () => this.#flush());
  }

  /* Something changed: keep it in a moment. */
  touch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), PAUSE_MS);
  }

  /* Fill the form with what was kept, and say so. */
  restore() {
    sweep();
    const kept = read(this.#key);
    if (!kept) return;
    let changed = false;
    for (const field of fieldsOf(this.#form)) {
      const value = kept.values[field.name];
      if (typeof value !== "string" || value === field.value) continue;
      field.value = value;
      changed = true;
      const more = field.closest("details");
      if (more) more.open = true;
    }
    for (const box of this.#form.querySelectorAll("[data-waiting-file] input[name=held]")) {
      if (kept.held.includes(box.value) && !box.checked) { box.checked = true; changed = true; }
    }
    if (!changed) return;
    const told = this.#form.querySelector("[data-draft-told]");
    told.querySelector("[data-draft-moment]").textContent = new Date(kept.at).toLocaleString(locale, { hour: "2-digit", minute: "2-digit", day: "numeric", month: "numeric" });
    told.querySelector("[data-draft-drop]").addEventListener("click", () => { this.forget(); location.reload(); });
    told.hidden = false;
  }

  /* The form is sent, or its typing thrown away. */
  forget() {
    clearTimeout(this.#timer);
    this.#key = "";
    try { localStorage.removeItem(PREFIX + this.#form.dataset.draft); } catch { /* nothing was kept */ }
  }

  #flush() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#save();
  }

  #save() {
    this.#timer = null;
    if (!this.#key || !this.#form.isConnected) return;
    const [values, held] = [valuesOf(this.#form), heldOf(this.#form)];
    try {
      if (JSON.stringify([values, held]) === this.#before) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify({ at: Date.now(), values, held }));
    } catch { /* a full or closed store: the form itself still stands */ }
  }
}
