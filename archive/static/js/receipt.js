/* Comparing a file with a receipt: its digest is computed here, the file goes nowhere. Browsers do
   this on https (and this machine) only; elsewhere the digest is pasted. */

const form = document.querySelector("[data-receipt-check]");
const answer = document.querySelector("[data-receipt-answer]");
const MOST_BYTES = 1024 * 1024 * 1024;

function tell(words, isMatch) {
  answer.textContent = words;
  answer.className = `receipt-answer${isMatch === null ? "" : ` receipt-answer--${isMatch ? "yes" : "no"}`}`;
}

async function compare(file) {
  if (file.size > MOST_BYTES) {
    tell("Tệp lớn hơn 1 GB: hãy tính mã bằng lệnh sha256sum rồi dán vào ô bên dưới.", null);
    return;
  }
  tell("Đang tính mã…", null);
  let digest;
  try {
    digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  } catch {
    tell("Không đọc được tệp này. Chọn lại, hoặc dán mã vào ô bên dưới.", null);
    return;
  }
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.elements.sha256.value = sha256;
  const rows = [...document.querySelectorAll("[data-receipt-files] [data-sha256]")];
  const place = rows.findIndex((row) => row.dataset.sha256 === sha256);
  rows.forEach((row, n) => row.classList.toggle("receipt-file--match", n === place));
  tell(
    place >= 0
      ? `Đúng: “${file.name}” là tệp số ${place + 1} trong giấy biên nhận này.`
      : `“${file.name}” không phải tệp nào trong giấy biên nhận này.`,
    place >= 0,
  );
}

if (form && window.crypto?.subtle) {
  const choose = form.querySelector("[data-receipt-choose]");
  choose.hidden = false;
  choose.querySelector("input").addEventListener("change", (event) => {
    const file = event.target.files[0];
    if (file) compare(file);
  });
}
