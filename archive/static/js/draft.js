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

  /* Fill the form with what was kept, and say so. A file goes along again with what was typed for it
     alone: where nothing was, whoever comes back may well hand in something else. */
  restore() {
    sweep();
    const kept = read(this.#key);
    if (!kept) return;
    let typed = false;
    for (const field of fieldsOf(this.#form)) {
      const value = kept.values[field.name];
      if (typeof value !== "string" || value === field.value) continue;
      field.value = value;
      typed = true;
      const more = field.closest("details");
      if (more) more.open = true;
    }
    if (typed) this.#tell(kept.at, this.#choose(kept.held));
  }

  /* Choose the files again that were chosen; their names. */
  #choose(held) {
    const names = [];
    for (const file of this.#form.querySelectorAll("[data-waiting-file]")) {
      const box = file.querySelector("input[name=held]");
      if (!box || box.checked || !held.includes(box.value)) continue;
      box.checked = true;
      names.push(file.dataset.name);
    }
    return names;
  }

  #tell(at, names) {
    const told = this.#form.querySelector("[data-draft-told]");
    const moment = new Date(at).toLocaleString(locale, { hour: "2-digit", minute: "2-digit", day: "numeric", month: "numeric" });
    for (const place of told.querySelectorAll("[data-draft-moment]")) place.textContent = moment;
    told.querySelector("[data-draft-files]").textContent = names.join(", ");
    told.querySelector("[data-draft-typed]").hidden = names.length > 0;
    told.querySelector("[data-draft-chosen]").hidden = !names.length;
    told.querySelector("[data-draft-drop]").addEventListener("click", () => {
      this.forget();
      // Some browsers carry what stands in a form over a reload.
      this.#form.reset();
      location.reload();
    });
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
