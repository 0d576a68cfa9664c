/* What comes next is fetched once somebody is seen to read, not for whoever only looks in. */

import { idle } from "./idle.js";

const LOOKING_MS = 5000;

export function startPreload(stage, place) {
  const signs = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];
  let waiting = 0;
  const begin = () => {
    clearTimeout(waiting);
    for (const sign of signs) removeEventListener(sign, begin);
    idle(() => stage.preload());
    place.addEventListener("turn", () => idle(() => stage.preload()));
  };
  for (const sign of signs) addEventListener(sign, begin, { passive: true });
  waiting = setTimeout(begin, LOOKING_MS);
}
