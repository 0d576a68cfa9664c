/* Copying, printing, and acts that need a written reason. The buttons stand hidden in the page and appear only here, so that nobody
   without JavaScript meets a button that does nothing. */

function showDone(button) {
  const label = button.querySelector("[data-label]");
  if (!label) return;
  const before = label.textContent;
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 2500);
}

/* Over plain http the clipboard is closed to pages; then the text is selected for Ctrl-C. */
async function copyText(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    showDone(button);
  } catch {
    const selection = getSelection();
    selection.selectAllChildren(source);
    if (document.execCommand("copy")) showDone(button);
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copyText(button));
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const note of document.querySelectorAll("[data-note]")) {
  const missing = note.form.querySelector("[data-note-missing]");
  const tell = (isMissing) => {
    missing.hidden = !isMissing;
    if (isMissing) note.setAttribute("aria-invalid", "true");
    else note.removeAttribute("aria-invalid");
  };
  note.form.addEventListener("submit", (event) => {
    if (note.value.trim()) return;
    event.preventDefault();
    tell(true);
    note.focus();
  });
  note.addEventListener("input", () => tell(false));
}
