/* Numbers in words, as the server writes them. */

const KIB = 1024;

export function sizeLabel(bytes) {
  const units = ["byte", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= KIB && unit < units.length - 1) { size /= KIB; unit += 1; }
  return `${size.toLocaleString("vi-VN", { maximumFractionDigits: unit && size < 1000 ? 1 : 0 })} ${units[unit]}`;
}

/* How long sending will still take; rounded up, since an estimate that shrinks is kinder. */
export function timeLeft(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 60) return "còn chưa đầy 1 phút";
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `còn khoảng ${minutes} phút`;
  const rest = minutes % 60;
  return `còn khoảng ${Math.floor(minutes / 60)} giờ${rest ? ` ${rest} phút` : ""}`;
}

export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
