/* Comparing a file with a receipt: its digest is computed here, the file goes nowhere. Browsers do
   this on https (and this machine) only; elsewhere the digest is pasted. */

import { said, wordsOf } from "./words.js";

const form = document.querySelector("[data-receipt-check]");
const answer = document.querySelector("[data-receipt-answer]");
const MOST_BYTES = 1024 * 1024 * 1024;

function tell(sentence, isMatch) {
  answer.textContent = sentence;
  answer.className = `receipt-answer${isMatch === null ? "" : ` receipt-answer--${isMatch ? "yes" : "no"}`}`;
}

async function compare(file) {
  const words = wordsOf(form);
  if (file.size > MOST_BYTES) {
    tell(words.too_large, null);
    return;
  }
  tell(words.reading, null);
  let digest;
  try {
    digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  } catch {
    tell(words.unreadable, null);
    return;
  }
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.elements.sha256.value = sha256;
  const rows = [...document.querySelectorAll("[data-receipt-files] [data-sha256]")];
  const place = rows.findIndex((row) => row.dataset.sha256 === sha256);
  rows.forEach((row, n) => row.classList.toggle("receipt-file--match", n === place));
  tell(said(place >= 0 ? words.found : words.unknown, { name: file.name, number: place + 1 }), place >= 0);
}

if (form && window.crypto?.subtle) {
  const choose = form.querySelector("[data-receipt-choose]");
  choose.hidden = false;
  choose.querySelector("input").addEventListener("change", (event) => {
    const file = event.target.files[0];
    if (file) compare(file);
  });
}
