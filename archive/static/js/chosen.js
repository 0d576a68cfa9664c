/* The files of a deposit form: chosen or dropped, looked at before anything is sent, then sent one
   after the other, each with its progress and its buttons. What arrived goes with the form by its id. */

import { UploadState, Upload, forget } from "./upload.js";
import { make, makeVietnamese, said, sizeLabel, timeLeft, wordsOf } from "./words.js";

const PROGRAMS = new Set(["exe", "msi", "bat", "cmd", "com", "scr", "apk"]);
const SHOW_EVERY_MS = 400;

/* The server gives endings in words for people ("PDF, JPEG (.jpg), …") or bare (".pdf .jpg"). */
function acceptedEndings(words) {
  return new Set([...words.toLowerCase().matchAll(/\.([a-z0-9]+)/g)].map((match) => match[1]));
}

export class Chosen {
  #form; #input; #list; #error; #announced; #maxBytes; #endings; #endpoint; #token; #rows = []; #changed; #words;

  /* `changed` is called when a file's state changed: the form may be waiting for it. */
  constructor(form, changed) {
    this.#form = form;
    this.#changed = changed;
    this.#words = wordsOf(form);
    this.#input = form.querySelector("[data-files]");
    this.#list = form.querySelector("[data-chosen]");
    this.#error = form.querySelector("[data-drop-error]");
    this.#announced = form.querySelector("[data-announced]");
    this.#maxBytes = Number(this.#input.dataset.maxBytes) || Infinity;
    this.#endings = acceptedEndings(this.#input.dataset.endings ?? "");
    this.#endpoint = new URL(form.dataset.uploads, location.href).href;
    this.#token = form.querySelector("[name=csrf_token]").value;
    this.#enhance();
  }

  get isBusy() { return this.#rows.some((row) => row.upload && (row.upload.isBusy || row.upload.state === UploadState.QUEUED)); }
  get isSending() { return this.#rows.some((row) => row.upload?.isBusy); }

  /* The sentence that stops the form from being sent, or "". */
  check() {
    const wrong = this.#rows.filter((row) => row.problem || row.upload?.state === UploadState.REFUSED).length;
    const halted = this.#rows.filter((row) => [UploadState.PAUSED, UploadState.FAILED].includes(row.upload?.state)).length;
    const total = this.#rows.reduce((sum, row) => sum + row.file.size, 0);
    let sentence = "";
    if (wrong) sentence = said(this.#words.some_wrong, { count: wrong });
    else if (halted) sentence = said(this.#words.some_halted, { count: halted });
    else if (total > this.#maxBytes) sentence = said(this.#words.together_too_large, { total: sizeLabel(total), most: sizeLabel(this.#maxBytes) });
    this.#say(sentence);
    if (sentence) this.#error.scrollIntoView({ block: "center" });
    return sentence;
  }

  wake() { for (const row of this.#rows) row.upload?.wake(); }

  #say(sentence) {
    this.#error.textContent = sentence;
    this.#error.hidden = !sentence;
  }

  #enhance() {
    const zone = this.#form.querySelector("[data-drop]");
    zone.classList.add("drop--live");
    zone.querySelector("[data-drop-text]").hidden = false;
    this.#error.setAttribute("role", "alert");
    this.#input.addEventListener("change", () => {
      const files = [...this.#input.files];
      // They are sent from here on; the form itself must not send them once more.
      this.#input.value = "";
      this.#add(files);
    });
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("drop--over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("drop--over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("drop--over");
      this.#add([...event.dataTransfer.files]);
    });
    for (const kind of ["held", "waiting"]) {
      for (const shown of this.#form.querySelectorAll(kind === "held" ? "[data-held]" : "[data-waiting-file]")) {
        const button = shown.querySelector(`[data-${kind}-remove]`);
        button.hidden = false;
        button.addEventListener("click", () => {
          forget(`${this.#endpoint}/${shown.dataset.id ?? shown.querySelector("[name=held]").value}`, this.#token);
          this.#forgetRow(shown);
          this.#announced.textContent = this.#words.removed;
          this.#input.focus();
          this.#changed();
        });
      }
    }
  }

  /* A sentence that says what to do, or "". */
  #problemOf(file) {
    const ending = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
    if (!file.size) return this.#words.file_empty;
    if (file.size > this.#maxBytes) return said(this.#words.file_too_large, { most: sizeLabel(this.#maxBytes) });
    if (PROGRAMS.has(ending)) return said(this.#words.file_program, { ending });
    if (this.#endings.size && !this.#endings.has(ending)) return said(ending ? this.#words.file_unknown : this.#words.file_nameless, { ending });
    return "";
  }

  #add(files) {
    this.#say("");
    for (const file of files) {
      const same = this.#rows.some((row) => row.file.name === file.name && row.file.size === file.size && row.file.lastModified === file.lastModified);
      if (!same) this.#rows.push(this.#open(file));
    }
    this.#list.hidden = !this.#rows.length;
    this.#sendNext();
    this.#changed();
  }

  #open(file) {
    const problem = this.#problemOf(file);
    const row = { file, problem, upload: null, shownAt: 0, saidState: "", view: new RowView(file, this.#words) };
    this.#list.append(row.view.element);
    row.view.remove.addEventListener("click", () => this.#drop(row));
    if (problem) { row.view.showProblem(problem); return row; }
    const earlier = this.#earlier(file);
    row.upload = new Upload(file, {
      endpoint: this.#endpoint,
      token: this.#token,
      words: this.#words,
      address: earlier ? `${this.#endpoint}/${earlier.dataset.id}` : "",
      changed: (upload) => this.#show(row, upload),
    });
    if (earlier) this.#forgetRow(earlier);
    row.view.pause.addEventListener("click", () => {
      if (row.upload.needsPerson) this.#resume(row);
      else { row.upload.pause(); this.#sendNext(); }
    });
    row.view.show(row.upload);
    return row;
  }

  /* The unfinished upload of this very file, as the server listed it. */
  #earlier(file) {
    return [...this.#form.querySelectorAll("[data-waiting-file]:not([data-whole])")].find(({ dataset }) =>
      dataset.name === file.name && Number(dataset.size) === file.size && dataset.modified === String(file.lastModified));
  }

  #forgetRow(shown) {
    const panel = shown.closest("[data-waiting]");
    shown.remove();
    if (panel && !panel.querySelector("[data-waiting-file]")) panel.remove();
  }

  #resume(row) {
    row.upload.state = UploadState.QUEUED;
    row.view.show(row.upload);
    this.#sendNext();
    this.#changed();
  }

  /* One after the other: each gets the whole line, and the first is soon done. */
  #sendNext() {
    if (this.isSending) return;
    this.#rows.find((row) => row.upload?.state === UploadState.QUEUED)?.upload.start();
  }

  #drop(row) {
    row.upload?.remove();
    this.#rows = this.#rows.filter((kept) => kept !== row);
    row.view.element.remove();
    this.#list.hidden = !this.#rows.length;
    this.#say("");
    this.#announced.textContent = said(this.#words.removed_file, { name: row.file.name });
    this.#input.focus();
    this.#sendNext();
    this.#changed();
  }

  #show(row, upload) {
    const moved = upload.state !== row.saidState;
    if (!moved && performance.now() - row.shownAt < SHOW_EVERY_MS) return;
    row.shownAt = performance.now();
    row.view.show(upload);
    if (!moved) return;
    row.saidState = upload.state;
    // A screen reader is told of turns, not of every percent.
    this.#announced.textContent = said(this.#words.file_turn, { name: row.file.name, what: row.view.sentence });
    this.#sendNext();
    this.#changed();
  }
}

class RowView {
  #words;

  constructor(file, words) {
    this.#words = words;
    this.element = make("li", "chosen__file");
    this.bar = make("progress", "chosen__bar");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", said(words.file_progress, { name: file.name }));
    this.state = make("p", "chosen__state");
    this.pause = make("button", "button button--plain button--small", words.pause);
    this.remove = make("button", "button button--plain button--small", words.remove);
    this.remove.setAttribute("aria-label", said(words.remove_file, { name: file.name }));
    for (const button of [this.pause, this.remove]) button.type = "button";
    this.file = file;
    const head = make("div", "chosen__head");
    head.append(makeVietnamese("span", "chosen__name", file.name), make("span", "chosen__size", sizeLabel(file.size)));
    const buttons = make("div", "chosen__buttons");
    buttons.append(this.pause, this.remove);
    this.element.append(head, buttons, this.bar, this.state);
    this.sentence = "";
  }

  showProblem(sentence) {
    this.element.classList.add("chosen__file--wrong");
    this.bar.hidden = this.pause.hidden = true;
    this.state.textContent = this.sentence = sentence;
  }

  show(upload) {
    const share = upload.sent / this.file.size;
    const percent = `${Math.floor(share * 100)}%`;
    const words = this.#words;
    this.bar.value = share;
    this.sentence = {
      [UploadState.QUEUED]: words.file_queued,
      [UploadState.SENDING]: words.file_sending,
      [UploadState.LOST]: upload.sentence || words.file_lost,
      [UploadState.PAUSED]: said(words.file_paused, { percent }),
      [UploadState.CHECKING]: words.file_checking,
      [UploadState.HELD]: words.file_held,
      [UploadState.FAILED]: upload.sentence,
      [UploadState.REFUSED]: upload.sentence,
    }[upload.state];
    let shown = this.sentence;
    // The last piece is answered once the file has been checked.
    if (upload.state === UploadState.SENDING && share >= 1) shown = words.file_checking;
    else if (upload.state === UploadState.SENDING) {
      shown = said(words.file_share, { percent });
      if (upload.speed) shown += ` · ${said(words.file_speed, { size: sizeLabel(upload.speed) })} · ${timeLeft((this.file.size - upload.sent) / upload.speed, words)}`;
    } else if (upload.state === UploadState.LOST) shown = said(words.file_lost_at, { what: shown, percent });
    if (this.state.textContent !== shown) this.state.textContent = shown;
    const { classList } = this.element;
    classList.toggle("chosen__file--held", upload.state === UploadState.HELD);
    classList.toggle("chosen__file--wrong", [UploadState.FAILED, UploadState.REFUSED].includes(upload.state));
    this.bar.hidden = upload.isOver;
    this.pause.hidden = upload.isOver || [UploadState.CHECKING, UploadState.QUEUED].includes(upload.state);
    this.pause.textContent = upload.needsPerson ? words.resume : words.pause;
    this.pause.setAttribute("aria-label", said(upload.needsPerson ? words.resume_file : words.pause_file, { name: this.file.name }));
    if (upload.state === UploadState.HELD && !this.carrier) {
      this.carrier = make("input", "");
      Object.assign(this.carrier, { type: "hidden", name: "held", value: upload.id });
      this.element.append(this.carrier);
    }
  }
}
