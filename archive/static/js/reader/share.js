/* Handing the page's address on, where the device has a way of its own for that. */

export function startShare(root) {
  const button = root.querySelector("[data-share]");
  if (!button || !navigator.share) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const url = root.querySelector("#dia-chi-chu").textContent.trim();
    // Closing the sheet of choices is no fault.
    navigator.share({ title: document.title, url }).catch(() => {});
  });
}
