/* A search box offers what the typed letters may become. A title leads to its publication; a name, a
   place, a theme or a phrase is put into the box and looked for. Without this file the box is as it
   was: type, Enter. Roles and keys are those of the WAI-ARIA combobox with a list. */

import { make, makeVietnamese, said } from "./words.js";

const WAIT_MS = 120;
const FEWEST_LETTERS = 2;

class Completer {
  #form; #input; #list; #said; #items = []; #active = -1; #timer = 0; #asking = null; #asked = "";

  constructor(form) {
    this.#form = form;
    this.#input = form.querySelector("input[type=search]");
    this.#list = make("ul", "completions");
    this.#list.id = `${this.#input.id}-goi-y`;
    this.#list.hidden = true;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", form.dataset.completeLabel);
    this.#said = make("span", "unseen");
    this.#said.setAttribute("role", "status");
    this.#input.parentNode.append(this.#list, this.#said);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.#list.id })) {
      this.#input.setAttribute(name, value);
    }
    this.#input.addEventListener("input", (event) => { if (!event.isComposing) this.#plan(); });
    // The letters of a word that was composed (Telex through an input method) count once it stands.
    this.#input.addEventListener("compositionend", () => this.#plan());
    this.#input.addEventListener("keydown", (event) => this.#press(event));
    this.#input.addEventListener("blur", () => this.#close());
    // The box keeps the focus, or the list would close under the pointer.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#choose([...this.#list.children].indexOf(option));
    });
    form.addEventListener("submit", () => this.#close());
    // What was typed before this file was there.
    if (document.activeElement === this.#input && this.#input.value !== this.#input.defaultValue) this.#plan();
  }

  get #isOpen() { return !this.#list.hidden; }

  #plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), WAIT_MS);
  }

  async #ask() {
    const typed = this.#input.value.trim();
    if (typed === this.#asked && this.#isOpen) return;
    this.#asking?.abort();
    this.#asked = typed;
    if (typed.length < FEWEST_LETTERS) { this.#close(); return; }
    const asking = this.#asking = new AbortController();
    let told;
    try {
      const answer = await fetch(`${this.#form.dataset.complete}?${new URLSearchParams({ q: typed })}`, {
        headers: { Accept: "application/json" },
        signal: asking.signal,
      });
      if (!answer.ok) throw new Error(`${answer.status}`);
      told = await answer.json();
    } catch (error) {
      // Help with typing is an extra: what fails is not there. An older question is simply over.
      if (error.name !== "AbortError") this.#close();
      return;
    }
    if (!asking.signal.aborted && document.activeElement === this.#input) this.#show(told.items);
  }

  #show(items) {
    this.#items = items;
    this.#list.replaceChildren(...items.map((item, index) => {
      const option = make("li", "completion");
      option.id = `${this.#list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(makeVietnamese("span", "completion__text", item.text), " ", make("span", "completion__kind", item.kind_label));
      return option;
    }));
    this.#list.scrollTop = 0;
    this.#list.hidden = !items.length;
    this.#input.setAttribute("aria-expanded", String(this.#isOpen));
    this.#mark(-1);
    this.#said.textContent = items.length ? said(this.#form.dataset.completeSaid, { count: items.length }) : "";
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asked = "";
    this.#show([]);
  }

  #mark(index) {
    const options = [...this.#list.children];
    options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const option = options[index];
    if (!option) { this.#input.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", option.id);
  }

  #press(event) {
    // While an input method composes a word the keys are its own; 229 is how old browsers say so.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = this.#items.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!this.#isOpen) { this.#ask(); return; }
      // Before the first and behind the last stands the box itself: no option is chosen.
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#mark((this.#active + 1 + step + count + 1) % (count + 1) - 1);
    } else if (event.key === "Enter" && this.#isOpen && this.#active >= 0) {
      event.preventDefault();
      this.#choose(this.#active);
    } else if (event.key === "Escape" && this.#isOpen) {
      // A search box would be emptied; the first Escape only closes the list.
      event.preventDefault();
      this.#close();
    }
  }

  #choose(index) {
    const item = this.#items[index];
    this.#close();
    if (item.kind === "title") {
      location.assign(item.url);
    } else {
      this.#input.value = item.text;
      this.#form.requestSubmit();
    }
  }
}

for (const form of document.querySelectorAll("[data-complete]")) new Completer(form);
