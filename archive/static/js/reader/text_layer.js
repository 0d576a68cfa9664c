/* The words of a page as text that can be selected, laid over its picture. An SVG, since it places and
   stretches each word by attributes, and grows and turns with the picture by itself. */

const SVG = "http://www.w3.org/2000/svg";
/* Letters reach from a little below the line they stand on to a little under the top of their box. */
const FONT_SHARE = 0.82;
const BELOW_LINE_SHARE = 0.22;

export function svg(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/* Words in reading order → lines: a word goes on the line of the one before it where it stands to the
   right of it and at its height. */
export function linesOf(words) {
  const lines = [];
  let before = null;
  for (const word of words) {
    const overlap = before && Math.min(word.y1, before.y1) - Math.max(word.y0, before.y0);
    const goesOn = before
      && word.x0 >= before.x0
      && overlap > Math.min(word.y1 - word.y0, before.y1 - before.y0) / 2;
    if (goesOn) lines.at(-1).push(word);
    else lines.push([word]);
    before = word;
  }
  return lines;
}

export function textLayer(words, { width, height }) {
  const layer = svg("svg", {
    class: "sheet__words",
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
    focusable: "false",
  });
  for (const line of linesOf(words)) layer.append(lineOf(line, width, height));
  return layer;
}

function lineOf(words, width, height) {
  const top = Math.min(...words.map((word) => word.y0)) * height;
  const bottom = Math.max(...words.map((word) => word.y1)) * height;
  const tall = Math.max(bottom - top, 1);
  const line = svg("text", {
    "font-size": (tall * FONT_SHARE).toFixed(2),
    y: (bottom - tall * BELOW_LINE_SHARE).toFixed(2),
  });
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    // A word reaches to the next one, so that what is selected has no holes.
    const end = next ? Math.max(next.x0, word.x1) : word.x1;
    const piece = svg("tspan", {
      x: (word.x0 * width).toFixed(2),
      textLength: Math.max((end - word.x0) * width, 1).toFixed(2),
      lengthAdjust: "spacingAndGlyphs",
    });
    piece.textContent = next ? `${word.text} ` : word.text;
    line.append(piece);
  }
  return line;
}
