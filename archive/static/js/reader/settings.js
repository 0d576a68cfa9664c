/* What this browser remembers of how its reader likes to read. Nothing of it is sent anywhere. */

const NAME = "reader";

function all() {
  try { return JSON.parse(localStorage.getItem(NAME)) ?? {}; } catch { return {}; }
}

export function setting(name, otherwise) {
  return all()[name] ?? otherwise;
}

export function keep(name, value) {
  try {
    localStorage.setItem(NAME, JSON.stringify({ ...all(), [name]: value }));
  } catch { /* a private window keeps no settings */ }
}
