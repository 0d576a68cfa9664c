/* One file on its way to the archive, by tus: sent in pieces, paused, gone on with, checked. Whoever
   shows it gives `changed`, called at every change of `state`, `sent` or `sentence`. */

const PIECE_BYTES = 16 * 1024 * 1024;
const RETRY_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000, 60000, 60000];
const CHECK_AGAIN_MS = [1000, 2000, 5000, 10000, 20000];
const SPEED_WINDOW_MS = 8000;
// A line that died without a word; what the system took in ahead may drain for a minute.
const STALLED_MS = 120000;

const REFUSALS = { 400: "upload_stale_400", 401: "upload_signed_out_401", 403: "upload_refused_403", 503: "upload_busy_503" };

export const UploadState = Object.freeze({
  QUEUED: "queued", SENDING: "sending", LOST: "lost", PAUSED: "paused",
  CHECKING: "checking", HELD: "held", FAILED: "failed", REFUSED: "refused",
});

export class Upload {
  state = UploadState.QUEUED;
  sent = 0;
  sentence = "";
  #endpoint; #token; #changed; #transfer = null; #address = ""; #samples = []; #checking = null; #watch = null; #words;

  /* `address`: of an upload begun earlier, to go on with; `words`: what is said of it. */
  constructor(file, { endpoint, token, words, address = "", sent = 0, changed }) {
    this.file = file;
    this.sent = sent;
    this.#endpoint = endpoint;
    this.#token = token;
    this.#words = words;
    this.#address = address;
    this.#changed = changed;
  }

  get id() { return this.#address.split("/").pop(); }
  get isOver() { return [UploadState.HELD, UploadState.REFUSED].includes(this.state); }
  get isBusy() { return [UploadState.SENDING, UploadState.LOST, UploadState.CHECKING].includes(this.state); }
  get needsPerson() { return [UploadState.PAUSED, UploadState.FAILED, UploadState.REFUSED].includes(this.state); }

  /* Bytes per second of the last seconds; 0 where nothing can be said yet. */
  get speed() {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    return last && last.at - first.at > 1000 ? (last.sent - first.sent) / ((last.at - first.at) / 1000) : 0;
  }

  start() {
    this.#samples = [];
    this.#become(UploadState.SENDING);
    this.#watchLine();
    this.#transfer = new window.tus.Upload(this.file, {
      endpoint: this.#address ? null : this.#endpoint,
      uploadUrl: this.#address || null,
      chunkSize: PIECE_BYTES,
      retryDelays: RETRY_MS,
      // The server's own list finds an unfinished file again, on another computer too; a shared
      // computer need not remember what its last user sent.
      storeFingerprintForResuming: false,
      metadata: { filename: this.file.name, lastModified: String(this.file.lastModified) },
      headers: { "X-CSRFToken": this.#token, ...declaration() },
      onUploadUrlAvailable: () => {
        this.#address = this.#transfer.url;
        // With an endpoint the client would begin anew when a proxy answers 502 for a server that
        // restarts, and leave what was sent behind.
        this.#transfer.options.endpoint = null;
      },
      onProgress: (sent) => this.#progress(sent),
      onShouldRetry: (error) => this.#shouldRetry(error),
      onError: (error) => this.#stop(error),
      onSuccess: () => this.#check(0),
    });
    this.#transfer.start();
  }

  pause() {
    this.#transfer?.abort();
    this.#become(UploadState.PAUSED);
  }

  /* The network is back: do not sit out the delay. */
  wake() {
    if (this.state !== UploadState.LOST && !(this.state === UploadState.FAILED && this.sentence === this.#words.upload_lost)) return;
    this.#transfer?.abort();
    this.start();
  }

  /* Stop, and have the archive forget it. */
  remove() {
    this.#transfer?.abort();
    clearTimeout(this.#checking);
    this.state = UploadState.REFUSED;
    return this.#address ? forget(this.#address, this.#token) : Promise.resolve();
  }

  /* Begin anew where nothing has moved for long, as if the connection had broken. */
  #watchLine() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      if (this.state !== UploadState.SENDING || this.sent >= this.file.size) return;
      this.#transfer.abort();
      this.start();
    }, STALLED_MS);
  }

  #become(state, sentence = "") {
    this.state = state;
    this.sentence = sentence;
    this.#changed(this);
  }

  #progress(sent) {
    const at = performance.now();
    this.sent = sent;
    this.#watchLine();
    this.#samples.push({ at, sent });
    while (this.#samples.length > 2 && at - this.#samples[0].at > SPEED_WINDOW_MS) this.#samples.shift();
    if (this.state === UploadState.LOST) this.#become(UploadState.SENDING);
    else this.#changed(this);
  }

  #shouldRetry(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const passes = !status || status === 409 || status === 423 || (status >= 500 && status !== 507);
    if (passes && status !== 409) { this.#samples = []; this.#become(UploadState.LOST, status === 503 ? this.#words.upload_queued : ""); }
    return passes;
  }

  #stop(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (this.#address && (status === 404 || status === 410)) {
      // What was sent is out of date and gone.
      this.#address = "";
      this.sent = 0;
      this.start();
      return;
    }
    const type = error.originalResponse?.getHeader("Content-Type") ?? "";
    const told = type.startsWith("text/plain") ? error.originalResponse.getBody() : "";
    this.#become(UploadState.FAILED, told || this.#refusal(status));
  }

  /* `status`: 0 where no answer came. */
  #refusal(status) {
    return this.#words[REFUSALS[status] ?? (status ? "upload_broken" : "upload_lost")];
  }

  /* All bytes are there. The answer to the last piece may have been lost, so the outcome is asked. */
  async #check(attempt) {
    this.sent = this.file.size;
    this.#become(UploadState.CHECKING);
    let answer = null;
    try {
      answer = await fetch(`${this.#address}/kiem-tra`, { method: "POST", headers: headersWith(this.#token) });
    } catch { /* no network: asked again below */ }
    if (this.state !== UploadState.CHECKING) return;
    if (answer?.status === 204) this.#become(UploadState.HELD);
    else if (answer?.status === 422) this.#become(UploadState.REFUSED, await answer.text());
    else if ((!answer || answer.status === 423 || answer.status >= 500) && attempt < CHECK_AGAIN_MS.length) {
      this.#checking = setTimeout(() => this.#check(attempt + 1), CHECK_AGAIN_MS[attempt]);
    } else this.#become(UploadState.FAILED, this.#refusal(answer?.status ?? 0));
  }
}

function headersWith(token) {
  return { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, ...declaration() };
}

/* A curator who ticked it answers for a file with a mark of secrecy. */
function declaration() {
  return document.getElementById("declared_free")?.checked ? { "X-Declared-Free": "1" } : {};
}

/* Have the archive forget an upload. Where that fails, it forgets by itself a day later. */
export function forget(address, token) {
  return fetch(address, { method: "DELETE", headers: headersWith(token) }).catch(() => {});
}
