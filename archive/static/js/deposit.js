/* The deposit form: dropping files, the list of what was chosen, checks before anything is sent, and
   sending with progress. Without this file the form is sent by the browser as it stands. */

const KIB = 1024;
const PROGRAMS = new Set(["exe", "msi", "bat", "cmd", "com", "scr", "apk"]);

function sizeLabel(bytes) {
  const units = ["byte", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= KIB && unit < units.length - 1) { size /= KIB; unit += 1; }
  return `${size.toLocaleString("vi-VN", { maximumFractionDigits: unit ? 1 : 0 })} ${units[unit]}`;
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/* The server gives endings in words for people ("PDF, JPEG (.jpg), …") or bare (".pdf .jpg"). */
function acceptedEndings(words) {
  return new Set([...words.toLowerCase().matchAll(/\.([a-z0-9]+)/g)].map((match) => match[1]));
}

class Chosen {
  #form; #input; #list; #error; #maxBytes; #endings; #files = [];

  constructor(form) {
    this.#form = form;
    this.#input = form.querySelector("[data-files]");
    this.#list = form.querySelector("[data-chosen]");
    this.#error = form.querySelector("[data-drop-error]");
    this.#maxBytes = Number(this.#input.dataset.maxBytes) || Infinity;
    this.#endings = acceptedEndings(this.#input.dataset.endings ?? "");
    this.#enhance();
  }

  get files() { return this.#files; }

  /* A sentence that says what to do, or "". */
  #problemOf(file) {
    const ending = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
    if (!file.size) return "Tệp rỗng. Hãy mở tệp xem lại rồi chọn tệp khác.";
    if (file.size > this.#maxBytes) return `Tệp lớn hơn mức nhận được (${sizeLabel(this.#maxBytes)}). Hãy nén ảnh trong tệp hoặc chia thành nhiều tệp.`;
    if (PROGRAMS.has(ending)) return `Kho không nhận tệp chương trình (.${ending}).`;
    if (this.#endings.size && !this.#endings.has(ending)) return ending ? `Kho chưa nhận tệp .${ending}. Hãy lưu lại thành PDF rồi chọn tệp đó.` : "Tên tệp không có đuôi nên không rõ loại. Hãy lưu lại thành PDF rồi chọn tệp đó.";
    return "";
  }

  /* The sentence that stops the form from being sent, or "". */
  check() {
    const wrong = this.#files.filter((file) => this.#problemOf(file)).length;
    const total = this.#files.reduce((sum, file) => sum + file.size, 0);
    let sentence = "";
    if (wrong) sentence = `Có ${wrong} tệp không gửi được. Hãy bỏ hoặc thay các tệp ấy rồi gửi lại.`;
    else if (total > this.#maxBytes) sentence = `Tổng các tệp là ${sizeLabel(total)}, lớn hơn mức mỗi lần nộp (${sizeLabel(this.#maxBytes)}). Hãy bỏ bớt tệp.`;
    this.#say(sentence);
    if (sentence) this.#input.focus();
    return sentence;
  }

  #say(sentence) {
    this.#error.textContent = sentence;
    this.#error.hidden = !sentence;
  }

  #enhance() {
    const zone = this.#form.querySelector("[data-drop]");
    zone.classList.add("drop--live");
    zone.querySelector("[data-drop-text]").hidden = false;
    this.#error.setAttribute("role", "alert");
    this.#input.addEventListener("change", () => this.#add([...this.#input.files]));
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("drop--over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("drop--over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("drop--over");
      this.#add([...event.dataTransfer.files]);
    });
    for (const held of this.#form.querySelectorAll("[data-held]")) {
      const button = held.querySelector("[data-held-remove]");
      button.hidden = false;
      button.addEventListener("click", () => { held.remove(); this.#input.focus(); });
    }
  }

  #add(files) {
    for (const file of files) {
      const same = this.#files.some((kept) => kept.name === file.name && kept.size === file.size && kept.lastModified === file.lastModified);
      if (!same) this.#files.push(file);
    }
    this.#show();
  }

  #remove(file) {
    this.#files = this.#files.filter((kept) => kept !== file);
    this.#show();
    this.#input.focus();
  }

  #show() {
    // The input carries the same files, so that sending without progress sends them all.
    const carrier = new DataTransfer();
    for (const file of this.#files) carrier.items.add(file);
    this.#input.files = carrier.files;
    this.#say("");
    this.#list.hidden = !this.#files.length;
    this.#list.replaceChildren(...this.#files.map((file) => {
      const row = make("li", "chosen__file");
      const button = make("button", "button button--plain button--small", "Bỏ");
      button.type = "button";
      button.setAttribute("aria-label", `Bỏ tệp ${file.name}`);
      button.addEventListener("click", () => this.#remove(file));
      row.append(make("span", "chosen__name", file.name), make("span", "chosen__size", sizeLabel(file.size)), button);
      const problem = this.#problemOf(file);
      if (problem) row.append(make("p", "chosen__problem", problem));
      return row;
    }));
  }
}

const SENTENCES = {
  413: "Tệp lớn hơn mức kho nhận được mỗi lần. Hãy bỏ bớt tệp hoặc nén ảnh trong tệp.",
  429: "Bạn vừa gửi nhiều lần liền nhau. Xin đợi một phút rồi gửi lại.",
  503: "Kho đang bận. Xin đợi một phút rồi gửi lại; những gì đã điền vẫn còn.",
  507: "Kho tạm hết chỗ chứa. Xin báo quản trị viên rồi gửi lại sau.",
};
const LOST = "Mất kết nối khi đang gửi. Kiểm tra mạng rồi gửi lại; những gì đã điền vẫn còn.";
const BROKEN = "Kho gặp lỗi khi nhận. Xin gửi lại; nếu vẫn lỗi, báo quản trị viên.";

class Sending {
  #form; #address; #panel; #label; #bar; #request = null;

  constructor(form) {
    this.#form = form;
    // Not form.action: the buttons named "action" stand in its place.
    this.#address = new URL(form.getAttribute("action") ?? "", location.href).href;
    this.#panel = form.querySelector("[data-upload]");
    this.#label = form.querySelector("[data-upload-label]");
    this.#bar = form.querySelector("[data-upload-bar]");
    form.querySelector("[data-upload-cancel]").addEventListener("click", () => this.#request?.abort());
  }

  get isUnderWay() { return this.#request !== null; }

  start(submitter) {
    const data = new FormData(this.#form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    const request = new XMLHttpRequest();
    this.#request = request;
    this.#lock(true);
    this.#say("Đang gửi tệp");
    request.upload.addEventListener("progress", (event) => this.#progress(event));
    request.upload.addEventListener("load", () => {
      this.#bar.removeAttribute("value");
      this.#say("Đã gửi xong, kho đang kiểm tra tệp");
    });
    request.addEventListener("load", () => this.#answer(request));
    request.addEventListener("error", () => this.#stop(LOST));
    request.addEventListener("abort", () => this.#stop("Đã dừng gửi. Những gì đã điền và tệp đã chọn vẫn còn."));
    request.open("POST", this.#address);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.send(data);
  }

  #progress(event) {
    if (!event.lengthComputable) return;
    this.#bar.value = event.loaded / event.total;
    // The words change per tenth only: a screen reader reads each change aloud.
    const tenths = Math.floor((event.loaded / event.total) * 10) * 10;
    this.#say(`Đang gửi tệp: ${tenths}% của ${sizeLabel(event.total)}`);
  }

  #answer(request) {
    this.#request = null;
    // A server that knows this header names the next page; any other has been followed there.
    const next = request.getResponseHeader("Location")
      ?? (request.status < 400 && request.responseURL !== this.#address ? request.responseURL : "");
    if (request.status < 400 && next) { location.assign(next); return; }
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
    this.#stop(SENTENCES[request.status] ?? BROKEN);
  }

  #stop(sentence) {
    this.#request = null;
    this.#lock(false);
    this.#panel.hidden = false;
    this.#bar.hidden = true;
    this.#say(sentence);
  }

  #lock(on) {
    this.#panel.hidden = !on;
    this.#bar.hidden = false;
    this.#bar.value = 0;
    this.#form.querySelector("[data-upload-cancel]").hidden = !on;
    for (const button of this.#form.querySelectorAll("button[type=submit]")) button.disabled = on;
  }

  #say(sentence) {
    if (this.#label.textContent !== sentence) this.#label.textContent = sentence;
  }
}

let underWay = null;

function startForm(form) {
  const chosen = new Chosen(form);
  const sending = new Sending(form);
  underWay = sending;
  form.addEventListener("submit", (event) => {
    if (sending.isUnderWay || chosen.check()) { event.preventDefault(); return; }
    if (!chosen.files.length) return;
    event.preventDefault();
    sending.start(event.submitter);
  });
}

const form = document.querySelector("[data-deposit]");
if (form) {
  startForm(form);
  addEventListener("beforeunload", (event) => { if (underWay?.isUnderWay) event.preventDefault(); });
}
