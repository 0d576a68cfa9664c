/* Sentences stand in the page, in its language, with places for what they speak of; numbers are
   written as the server writes them. */

const KIB = 1024;

/* English as it is written here puts the day first. */
export const locale = document.documentElement.lang === "en" ? "en-GB" : "vi-VN";

/* The sentences that an element holds for the script that works on it, by their names. */
export function wordsOf(element) {
  return JSON.parse(element.dataset.words);
}

export function said(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function sizeLabel(bytes) {
  const units = ["byte", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= KIB && unit < units.length - 1) { size /= KIB; unit += 1; }
  return `${size.toLocaleString(locale, { maximumFractionDigits: unit && size < 1000 ? 1 : 0 })} ${units[unit]}`;
}

/* How long sending will still take; rounded up, since an estimate that shrinks is kinder. */
export function timeLeft(seconds, words) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 60) return words.left_seconds;
  const total = Math.ceil(seconds / 60);
  const [hours, minutes] = [Math.floor(total / 60), total % 60];
  if (!hours) return said(words.left_minutes, { minutes });
  return said(minutes ? words.left_hours_minutes : words.left_hours, { hours, minutes });
}

export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/* The like, for what the archive holds and does not say itself: titles, names, what pages say. */
export function makeVietnamese(tag, className, text) {
  const element = make(tag, className, text);
  element.lang = "vi";
  return element;
}
