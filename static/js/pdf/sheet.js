// One page as a sheet: the picture of it, its text to select, and the quote marked between the two.
import { find, lettersOf, readingOrder } from "./matching.js";

const LARGEST = 2 ** 24; // pixels of a canvas; telephones draw nothing on larger ones
const SHARPEST = 3; // pixels of the screen for one of the page's

// Draws into `sheet`. Gives how many marks there are, or null for a page that is a picture without text.
export async function draw(sheet, { pdfjs, page, quotes, near }) {
  const full = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: sheet.clientWidth / full.width });
  const [canvas, drawn] = paint(page, viewport);
  const layer = element("pdf-text");
  const content = await page.getTextContent();
  const text = new pdfjs.TextLayer({ textContentSource: content, container: layer, viewport });
  sheet.style.setProperty("--total-scale-factor", viewport.scale);
  sheet.style.aspectRatio = `${full.width} / ${full.height}`;
  await Promise.all([drawn, text.render()]);
  const marks = element("pdf-marks");
  marks.setAttribute("aria-hidden", "true");
  sheet.replaceChildren(canvas, marks, layer);
  const items = content.items.filter(({ str }) => str !== undefined); // one for each of textDivs
  const read = lettersOf(items.map(({ str }) => str), readingOrder(items));
  if (!read.letters) return null;
  const runs = quotes.flatMap((quote) => find(read.letters, quote, near));
  for (const box of boxesOf(runs, read.places, text.textDivs)) marks.append(mark(box, sheet));
  return marks.childElementCount;
}

function paint(page, viewport) {
  const room = Math.sqrt(LARGEST / (viewport.width * viewport.height));
  const ratio = Math.min(devicePixelRatio || 1, SHARPEST, room);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(viewport.width * ratio);
  canvas.height = Math.floor(viewport.height * ratio);
  canvas.setAttribute("aria-hidden", "true");
  const transform = [ratio, 0, 0, ratio, 0, 0];
  return [canvas, page.render({ canvas, viewport, transform }).promise];
}

// A rectangle for each line that a run goes over; those of one line side by side are joined.
function boxesOf(runs, places, spans) {
  const boxes = [];
  for (const [start, end] of runs) {
    const extents = new Map(); // of each text, the first and last character marked
    for (const [number, first, last] of places.slice(start, end)) {
      const [from, to] = extents.get(number) ?? [first, last];
      extents.set(number, [Math.min(from, first), Math.max(to, last)]);
    }
    for (const [number, [first, last]] of extents) {
      const range = document.createRange();
      range.setStart(spans[number].firstChild, first);
      range.setEnd(spans[number].firstChild, last);
      const { left, right, top, bottom } = range.getBoundingClientRect();
      join(boxes, { left, right, top, bottom });
    }
  }
  return boxes;
}

function join(boxes, box) {
  const last = boxes.at(-1);
  const height = box.bottom - box.top;
  const isBeside =
    last &&
    Math.abs((last.top + last.bottom - box.top - box.bottom) / 2) < height / 3 &&
    box.left < last.right + height &&
    last.left < box.right + height;
  if (!isBeside) return boxes.push(box);
  last.left = Math.min(last.left, box.left);
  last.right = Math.max(last.right, box.right);
  last.top = Math.min(last.top, box.top);
  last.bottom = Math.max(last.bottom, box.bottom);
}

// In shares of the sheet, so that it stays in place when the sheet changes its width.
function mark(box, sheet) {
  const on = sheet.getBoundingClientRect();
  const made = element("pdf-mark");
  const share = (part, whole) => `${(100 * part) / whole}%`;
  made.style.left = share(box.left - on.left, on.width);
  made.style.top = share(box.top - on.top, on.height);
  made.style.width = share(box.right - box.left, on.width);
  made.style.height = share(box.bottom - box.top, on.height);
  return made;
}

function element(name) {
  return Object.assign(document.createElement("div"), { className: name });
}
