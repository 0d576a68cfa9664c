/* The deposit form: its files travel while the rest is typed, and the form follows when they are
   there. Without this file the browser sends the form as it stands, files and all. */

import { Chosen } from "./chosen.js";
import { Draft } from "./draft.js";
import { said, sizeLabel, wordsOf } from "./words.js";

const REFUSALS = { 413: "too_large_413", 429: "too_often_429", 503: "busy_503", 507: "full_507" };

class Sending {
  #form; #address; #panel; #label; #bar; #cancel; #request = null; #sent; #words;

  constructor(form, sent) {
    this.#form = form;
    this.#sent = sent;
    this.#words = wordsOf(form);
    // Not form.action: the buttons named "action" stand in its place.
    this.#address = new URL(form.getAttribute("action") ?? "", location.href).href;
    this.#panel = form.querySelector("[data-upload]");
    this.#label = form.querySelector("[data-upload-label]");
    this.#bar = form.querySelector("[data-upload-bar]");
    this.#cancel = form.querySelector("[data-upload-cancel]");
    this.#cancel.addEventListener("click", () => this.#request?.abort());
  }

  get isUnderWay() { return this.#request !== null; }

  start(submitter) {
    const data = new FormData(this.#form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    const request = new XMLHttpRequest();
    this.#request = request;
    this.lock(true);
    this.#say(this.#words.sending);
    request.upload.addEventListener("progress", (event) => this.#progress(event));
    request.upload.addEventListener("load", () => {
      this.#bar.removeAttribute("value");
      this.#say(this.#words.sent);
    });
    request.addEventListener("load", () => this.#answer(request));
    request.addEventListener("error", () => this.#stop(this.#words.lost));
    request.addEventListener("abort", () => this.#stop(this.#words.stopped));
    request.open("POST", this.#address);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.send(data);
  }

  #progress(event) {
    if (!event.lengthComputable) return;
    this.#bar.value = event.loaded / event.total;
    // The words change per tenth only: a screen reader reads each change aloud.
    const tenths = Math.floor((event.loaded / event.total) * 10) * 10;
    this.#say(said(this.#words.sending_share, { percent: `${tenths}%`, size: sizeLabel(event.total) }));
  }

  #answer(request) {
    this.#request = null;
    // A server that knows this header names the next page; any other has been followed there.
    const next = request.getResponseHeader("Location")
      ?? (request.status < 400 && request.responseURL !== this.#address ? request.responseURL : "");
    if (request.status < 400 && next) { this.#sent(); location.assign(next); return; }
    const fresh = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("[data-deposit]");
    if (fresh) {
      // The server kept the files that arrived whole; its form names them, and says what is wrong.
      this.#form.replaceWith(document.adoptNode(fresh));
      startForm(fresh);
      const summary = fresh.querySelector("[data-error-summary]");
      summary?.focus();
      summary?.scrollIntoView({ block: "center" });
      return;
    }
    this.#stop(this.#words[REFUSALS[request.status] ?? "broken"]);
  }

  #stop(sentence) {
    this.#request = null;
    this.lock(false);
    this.#panel.hidden = false;
    this.#bar.hidden = true;
    this.#say(sentence);
  }

  /* The form waits for its files, or no longer. */
  wait(on) {
    this.lock(on);
    this.#cancel.textContent = on ? this.#words.hold : this.#words.stop;
    this.#bar.hidden = true;
    if (on) this.#say(this.#words.waiting);
  }

  lock(on) {
    this.#form.toggleAttribute("data-leaving", on);
    this.#panel.hidden = !on;
    this.#bar.hidden = false;
    this.#bar.value = 0;
    this.#cancel.hidden = !on;
    this.#cancel.textContent = this.#words.stop;
    for (const button of this.#form.querySelectorAll("button[type=submit]")) button.disabled = on;
  }

  #say(sentence) {
    if (this.#label.textContent !== sentence) this.#label.textContent = sentence;
  }
}

let current = null;

/* The form with everything that moves in it. Where tus was not fetched it sends its files itself. */
function startForm(form) {
  const draft = new Draft(form);
  const sending = new Sending(form, () => draft.forget());
  let pressed = null;
  // Files that travel on their own are asked for guesses as they arrive; sending the form for that
  // would take away what is typed meanwhile.
  if (window.tus) form.querySelector("[data-read-files]").hidden = true;
  const chosen = window.tus ? new Chosen(form, () => { draft.touch(); follow(); }) : null;

  function follow() {
    if (!pressed || chosen.isBusy) return;
    const submitter = pressed;
    pressed = null;
    sending.wait(false);
    if (!chosen.check()) sending.start(submitter);
  }

  form.querySelector("[data-upload-cancel]").addEventListener("click", () => {
    if (!pressed) return;
    pressed = null;
    sending.wait(false);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending.isUnderWay || pressed) return;
    if (!chosen) { sending.start(event.submitter); return; }
    if (chosen.check()) return;
    pressed = event.submitter ?? form.querySelector("button[type=submit]");
    if (chosen.isBusy) sending.wait(true);
    follow();
  });
  current = { chosen, sending };
  return draft;
}

const form = document.querySelector("[data-deposit]");
if (form) {
  startForm(form).restore();
  addEventListener("online", () => current.chosen?.wake());
  addEventListener("beforeunload", (event) => {
    if (current.sending.isUnderWay || current.chosen?.isSending) event.preventDefault();
  });
}
