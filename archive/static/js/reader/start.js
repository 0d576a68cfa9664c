/* The picture of the page comes before the tools around it: on a slow line their two dozen files
   would share it with what one came to read. */

const PATIENCE_MS = 2000;

function begin() { import("./reader.js"); }

const picture = document.querySelector("[data-reader-picture]");
if (!picture || picture.complete) begin();
else {
  let waits = true;
  const once = () => {
    if (waits) begin();
    waits = false;
  };
  picture.addEventListener("load", once);
  picture.addEventListener("error", once);
  setTimeout(once, PATIENCE_MS);
}
