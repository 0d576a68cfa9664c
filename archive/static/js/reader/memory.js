/* Where somebody stopped reading: in this browser alone, never on the server. */

const NAME = "reader-places";
const MOST = 200;

function all() {
  try { return JSON.parse(localStorage.getItem(NAME)) ?? {}; } catch { return {}; }
}

/* The page and what is printed on it; null where nothing is remembered. */
export function placeIn(publication) {
  const kept = all()[publication];
  return kept ? { page: kept[0], label: kept[1] } : null;
}

/* Remember a page. The first is where everyone begins and the last where one is through: there is
   nothing to go on with. The oldest of many publications is forgotten. */
export function rememberPlace(publication, { page, label, count }) {
  const { [publication]: _, ...others } = all();
  const places = Object.entries(others).slice(1 - MOST);
  if (page > 1 && page < count) places.push([publication, [page, label]]);
  try {
    localStorage.setItem(NAME, JSON.stringify(Object.fromEntries(places)));
  } catch { /* a private window remembers nothing */ }
}
