// The library's table: unfinished rows are kept up to date, ticked rows can be acted on.
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
  setTimeout(refresh, EVERY);
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

function countTicked() {
  const bar = document.querySelector("[data-selection]");
  const ticked = rows.querySelectorAll('input[name="id"]:checked').length;
  const count = bar.querySelector("[data-selection-count]");
  bar.hidden = !ticked;
  count.textContent = `${ticked.toLocaleString(document.documentElement.lang)} ${count.dataset.text}`;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-select-all]")) {
    for (const tick of rows.querySelectorAll('input[name="id"]')) tick.checked = target.checked;
  }
  if (target.matches('[data-select-all], [name="id"]')) countTicked();
});

if (rows) {
  new MutationObserver(dropDoubles).observe(rows, { childList: true });
  countTicked();
  setTimeout(refresh, EVERY);
}

// A link to a passage that names no place on the page still ends at the passage.
const passage = document.getElementById("passage");
if (passage) {
  passage.scrollIntoView({ block: "center" });
  passage.focus({ preventScroll: true });
}
