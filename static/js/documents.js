// The library's table: unfinished rows are kept up to date, ticked rows can be acted on.
import "./selection.js";

const EVERY = 2000;
const rows = document.getElementById("document-rows");
const news = document.querySelector("[data-progress-news]");

async function refresh() {
  const unfinished = [...rows.querySelectorAll("[data-unfinished]")];
  if (unfinished.length && !document.hidden) {
    const query = new URLSearchParams(unfinished.map((row) => ["id", row.dataset.document]));
    const answer = await fetch(`${rows.dataset.progress}?${query}`).catch(() => null);
    if (answer?.ok && !answer.redirected) update(unfinished, await answer.text());
  }
  await refreshQueue(unfinished.length > 0);
  setTimeout(refresh, EVERY);
}

// How much waits, and whether it is paused; a button that has the focus keeps it.
async function refreshQueue(isBusy) {
  const queue = document.getElementById("queue");
  const isShown = isBusy || queue?.childElementCount;
  if (!queue || !isShown || document.hidden || queue.contains(document.activeElement)) return;
  const answer = await fetch(queue.dataset.queue).catch(() => null);
  if (answer?.ok && !answer.redirected) queue.outerHTML = await answer.text(); // our own server's fragment
}

function update(unfinished, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = `<table><tbody>${html}</tbody></table>`; // our own server's fragment, escaped by its template
  for (const row of unfinished) {
    const now = fresh.content.getElementById(row.id);
    if (now) change(row, now);
    else row.remove(); // deleted elsewhere
  }
}

// Only the live parts are exchanged, so the tick and the focus on the rest stay.
function change(row, now) {
  const parts = [...now.querySelectorAll("[data-live]")];
  const finished = !("unfinished" in now.dataset);
  row.querySelectorAll("[data-live]").forEach((part, at) => {
    if (finished || (part.innerHTML !== parts[at].innerHTML && !part.contains(document.activeElement))) part.replaceWith(parts[at]);
  });
  if (!finished) return;
  delete row.dataset.unfinished;
  const name = row.querySelector(".documents-link");
  name.textContent = now.querySelector(".documents-link").textContent;
  const text = row.querySelector(".field-error") ? rows.dataset.textError : rows.dataset.textReady;
  news.textContent = `${name.textContent} ${text}`;
}

// A file sent again comes with its row: the older one goes.
function dropDoubles(changes) {
  for (const { addedNodes } of changes) {
    for (const row of addedNodes) {
      if (!row.id) continue;
      for (const twin of rows.querySelectorAll(`#${row.id}`)) if (twin !== row) twin.remove();
    }
  }
}

if (rows) {
  new MutationObserver(dropDoubles).observe(rows, { childList: true });
  setTimeout(refresh, EVERY);
}
