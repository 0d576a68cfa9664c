/* Sentences stand in the page, in its language, with places for what they speak of. */

export function said(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const numbers = new Intl.NumberFormat(document.documentElement.lang || "vi");

export function number(value) {
  return numbers.format(value);
}
