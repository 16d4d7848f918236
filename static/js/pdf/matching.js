// Where a quote stands among the texts that pdf.js reads on a page. Both are compared by their letters and
// digits alone: our extraction undoes hyphens and ligatures, writes tables and headings as Markdown and
// moves what it must, so spaces, signs and accents tell nothing.
const KEPT = /[\p{L}\p{N}]/u;
const DENSE = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}]/u;
const SHORTEST = 8; // letters that stand for themselves where a quote is found in pieces only
const SHORTEST_DENSE = 4;
const MOST_TRIED = 40; // places of a page where a piece may begin
const ENOUGH = 0.5; // of a quote's letters: with fewer it counts as not found

// The letters of some texts in this order, and for each where it comes from: [number of the text, start, end].
export function lettersOf(texts, order = texts.keys()) {
  let letters = "";
  const places = [];
  for (const number of order) {
    let at = 0;
    for (const character of texts[number]) {
      for (const letter of character.normalize("NFKD").toLowerCase()) {
        if (!KEPT.test(letter)) continue;
        letters += letter;
        for (let unit = 0; unit < letter.length; unit++) places.push([number, at, at + character.length]);
      }
      at += character.length;
    }
  }
  return { letters, places };
}

// The numbers of pdf.js's texts as one reads them. What some programs draw letter by letter from the left
// is turned round where it is written from the right.
export function readingOrder(items) {
  const order = [];
  for (let at = 0, end; at < items.length; at = end) {
    for (end = at + 1; end < items.length && items[end].transform[5] === items[at].transform[5]; ) end++;
    const line = Array.from({ length: end - at }, (_, nth) => at + nth);
    const fromRight = line.filter((number) => items[number].dir === "rtl");
    const x = (number) => items[number].transform[4];
    const isTurned = fromRight.length > line.length / 2 && x(fromRight[0]) < x(fromRight.at(-1));
    order.push(...(isTurned ? turned(line, items) : line));
  }
  return order;
}

// Numbers and Latin words keep their direction.
function turned(line, items) {
  const order = [];
  let kept = 0; // texts of the stretch being read that stay as they are
  for (const number of line.toReversed()) {
    const stays = items[number].dir !== "rtl" && KEPT.test(items[number].str);
    kept = stays ? kept + 1 : 0;
    order.splice(order.length - Math.max(0, kept - 1), 0, number);
  }
  return order;
}

// [start, end] of each stretch of `page`'s letters that says the quote, in order; none if it is not there.
// `near` tells which of several: 0 the first letter of the page, 1 the last.
export function find(page, quote, near = 0) {
  const wanted = lettersOf([quote]).letters;
  if (!wanted) return [];
  let from = near * page.length;
  const whole = nearest(page, wanted, from);
  if (whole >= 0) return [[whole, whole + wanted.length]];
  const runs = [];
  for (const line of quote.split("\n")) {
    const letters = lettersOf([line]).letters;
    const at = letters ? nearest(page, letters, from) : -1;
    const found = at >= 0 ? [[at, at + letters.length]] : inPieces(page, letters, from);
    runs.push(...found);
    from = runs.at(-1)?.[1] ?? from;
  }
  const covered = runs.reduce((sum, [start, end]) => sum + end - start, 0);
  return covered < ENOUGH * wanted.length ? [] : runs.sort(([a], [b]) => a - b);
}

function nearest(page, wanted, from) {
  let best = -1;
  for (let at = page.indexOf(wanted); at >= 0; at = page.indexOf(wanted, at + 1)) {
    if (best < 0 || Math.abs(at - from) < Math.abs(best - from)) best = at;
  }
  return best;
}

// The longest stretches that both have, from the quote's beginning to its end.
function inPieces(page, letters, from) {
  const shortest = DENSE.test(letters) ? SHORTEST_DENSE : SHORTEST;
  const runs = [];
  for (let at = 0; at + shortest <= letters.length; ) {
    const [start, length] = longest(page, letters.slice(at), shortest, runs.at(-1)?.[1] ?? from);
    if (length) runs.push([start, start + length]);
    at += length || 1;
  }
  return runs;
}

function longest(page, letters, shortest, from) {
  const head = letters.slice(0, shortest);
  let best = [0, 0];
  let tried = 0;
  for (let at = page.indexOf(head); at >= 0 && tried < MOST_TRIED; at = page.indexOf(head, at + 1), tried++) {
    let length = shortest;
    while (length < letters.length && letters[length] === page[at + length]) length++;
    const closer = length === best[1] && Math.abs(at - from) < Math.abs(best[0] - from);
    if (length > best[1] || closer) best = [at, length];
  }
  return best;
}
