/* Guesses on the deposit form. A guess is taken over at once, and files that arrive while the form is
   open are asked what they say of themselves. Without this file the buttons send the form, and it
   comes back filled. Other scripts need not know of this one: it sees each `input[name=held]` that is
   put into the form. */

import { make, makeVietnamese, said, wordsOf } from "./words.js";

/* What is said stands on the panel of the guesses. */
function wordsIn(form) {
  return wordsOf(form.querySelector("[data-guesses]"));
}

function controlOf(form, name) {
  return form.querySelector(`[data-field="${CSS.escape(name)}"] .field__control`);
}

function guessesOf(form) {
  return [...form.querySelectorAll("[data-guess]")];
}

function say(form, sentence) {
  const panel = form.querySelector("[data-guesses]");
  panel.hidden = false;
  panel.querySelector("[data-guesses-text]").textContent = sentence;
}

/* What a person typed stays; a guess shows only while its field is empty. */
function showOnlyForEmpty(form) {
  let left = 0;
  for (const guess of guessesOf(form)) {
    guess.hidden = Boolean(controlOf(form, guess.dataset.guess)?.value.trim());
    left += guess.hidden ? 0 : 1;
  }
  form.querySelector("[data-guesses-all]").hidden = left === 0;
  return left;
}

function take(form, name) {
  const filled = [];
  for (const guess of guessesOf(form)) {
    const control = controlOf(form, guess.dataset.guess);
    if (!control || control.value.trim() || (name !== "all" && guess.dataset.guess !== name)) continue;
    control.value = guess.querySelector("[data-guess-value]").textContent;
    control.dispatchEvent(new Event("change", { bubbles: true }));
    filled.push(control);
  }
  const left = showOnlyForEmpty(form);
  const names = filled.map((control) => form.querySelector(`label[for="${control.id}"]`).firstChild.textContent.trim());
  if (filled.length) {
    const words = wordsIn(form);
    say(form, [said(words.filled, { fields: names.join(", ") }), ...(left ? [said(words.left, { count: left })] : [])].join(" "));
  }
  if (name !== "all") filled[0]?.focus();
}

function offer(form, { field, label, value, source, line }) {
  const place = form.querySelector(`[data-field="${CSS.escape(field)}"]`);
  if (!place || place.querySelector("[data-guess]")) return;
  const box = make("div", "guess");
  box.dataset.guess = field;
  const words = wordsIn(form);
  const text = make("p", "guess__text", `${words.guess} `);
  const strong = makeVietnamese("strong", "guess__value", value);
  strong.dataset.guessValue = "";
  const from = make("span", "guess__source", source);
  if (line) from.append(": “", makeVietnamese("span", "", line), "”");
  text.append(strong, " ", from);
  const button = make("button", "button button--plain button--small", words.use);
  button.type = "submit";
  button.name = "use";
  button.value = field;
  const about = make("span", "unseen", ` ${said(words.use_for, { field: label })} `);
  about.append(makeVietnamese("span", "", value));
  button.append(about);
  box.append(text, button);
  place.append(box);
}

function heldIn(form) {
  // A file of an earlier visit is a checkbox: it goes with the form once it is ticked.
  return [...form.querySelectorAll("input[name=held]")]
    .filter((input) => input.type === "hidden" || input.checked)
    .map((input) => input.value);
}

async function ask(form) {
  if (form.hasAttribute("data-leaving")) return; // Its files are about to belong to a deposit.
  const held = heldIn(form);
  const key = held.join(" ");
  if (form.dataset.guessed === key) return;
  form.dataset.guessed = key;
  // What was offered is of other files: those there were before, or one that was taken away.
  for (const guess of guessesOf(form)) guess.remove();
  form.querySelector("[data-guesses]").hidden = true;
  if (!held.length) return;
  const query = new URLSearchParams(held.map((id) => ["held", id]));
  let told;
  try {
    const answer = await fetch(`${form.dataset.guessesUrl}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    told = await answer.json();
  } catch {
    return; // Guesses are an extra: the form goes on without.
  }
  if (form.dataset.guessed !== key) return; // Another file came meanwhile; its answer counts.
  for (const guess of told.guesses) offer(form, guess);
  const left = showOnlyForEmpty(form);
  if (guessesOf(form).some((guess) => !guess.hidden && guess.closest("details"))) form.querySelector("details.form__more").open = true;
  const sentences = told.doubts.map((doubt) => doubt.sentence);
  if (left) sentences.unshift(said(wordsIn(form).read, { count: left }));
  if (sentences.length) say(form, sentences.join(" "));
}

function start(form) {
  // The files the form came back with were asked by the server already; those that a draft ticked
  // again were not.
  form.dataset.guessed = [...form.querySelectorAll("input[type=hidden][name=held]")].map((input) => input.value).join(" ");
  showOnlyForEmpty(form);
  new MutationObserver(() => ask(form)).observe(form, { childList: true, subtree: true });
  ask(form);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-deposit] button[name=use]");
  if (!button) return;
  event.preventDefault();
  take(button.form, button.value);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-deposit]");
  if (!form) return;
  // A file that was sent on another day is ticked: it speaks too.
  if (event.target.name === "held") ask(form);
  else showOnlyForEmpty(form);
});

const first = document.querySelector("[data-deposit]");
if (first) {
  start(first);
  // A form that comes back from the server takes the first one's place.
  new MutationObserver(() => {
    const form = document.querySelector("[data-deposit]");
    if (!form || form.dataset.guessed !== undefined) return;
    start(form);
    const panel = form.querySelector("[data-guesses]:not([hidden])");
    if (panel && !form.querySelector("[data-error-summary]")) panel.scrollIntoView({ block: "center" });
  }).observe(first.parentNode, { childList: true });
}
