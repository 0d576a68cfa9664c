/* Fingers on the sheets: a swipe turns the page, two that move apart zoom. Where sheets lie below one
   another the browser's own scrolling and zooming are left alone. */

const SWIPE_PX = 48;
const SLOPE = 1.5;
const APART = 1.12;

export function startTouch(stage, { turn, zoomIn }) {
  const fingers = new Map();
  let begin = null;
  let apart = 0;
  const distance = () => {
    const [one, other] = [...fingers.values()];
    return Math.hypot(one.x - other.x, one.y - other.y);
  };
  const { ground } = stage;
  ground.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || stage.mode === "scroll") return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    begin = fingers.size === 1 ? { x: event.clientX, y: event.clientY } : null;
    apart = fingers.size === 2 ? distance() : 0;
  });
  ground.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (!apart || fingers.size !== 2 || distance() < apart * APART) return;
    const [one, other] = [...fingers.values()];
    apart = 0;
    zoomIn({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
  });
  const lift = (event) => {
    const isSwipe = begin && fingers.size === 1 && event.type === "pointerup";
    const from = begin;
    fingers.delete(event.pointerId);
    if (!fingers.size) begin = null;
    if (!isSwipe || String(getSelection())) return;
    const across = event.clientX - from.x;
    if (Math.abs(across) < SWIPE_PX || Math.abs(across) < SLOPE * Math.abs(event.clientY - from.y)) return;
    turn(across < 0 ? 1 : -1);
  };
  ground.addEventListener("pointerup", lift);
  ground.addEventListener("pointercancel", lift);
}
