// Citation marks: hovering or focusing one shows its quote, a click opens the source panel at the passage.
// Without script a mark is simply a link into the document.
const panel = document.querySelector("[data-sources]");
const body = panel.querySelector("[data-sources-body]");
const card = document.querySelector("[data-quote-card]");
let opener = null;
let shown = "";
let asked = 0; // which request is the newest: an older one that is answered late shows nothing

// While the answer streams, the server's href is not there yet: the mark is made of what the event tells.
export function markNode(number, citations) {
  const citation = citations.get(number);
  const mark = document.createElement("a");
  mark.className = "cite";
  mark.dataset.citation = number;
  mark.textContent = number;
  if (!citation) return mark;
  const place = new URLSearchParams({ start: citation.start_char, end: citation.end_char });
  if (citation.page) place.set("page", citation.page);
  mark.href = `/documents/${citation.document_id}/?${place}#passage`;
  mark.dataset.quote = citation.quote;
  mark.dataset.name = citation.document_name;
  return mark;
}

const sourcesUrl = (link) => {
  const url = link.dataset.sourcesUrl ?? link.closest("[data-message]")?.dataset.sourcesUrl;
  return url?.replace(/\/0\/(?=\?|$)/, `/${link.dataset.citation}/`);
};

async function open(link) {
  const mine = ++asked;
  const fresh = panel.hidden;
  const within = body.contains(link);
  const standing = "further" in link.dataset ? heightInBox() : null;
  if (!within) opener = link;
  shown = link.dataset.citation;
  markCurrent(shown);
  const response = await fetch(sourcesUrl(link)).catch(() => null);
  const sent = response?.ok && !response.redirected;
  const html = sent ? await response.text() : "";
  if (mine !== asked) return;
  body.innerHTML = html; // our own server's fragment, escaped by its template
  if (!sent) body.textContent = panel.dataset.textFailed;
  panel.hidden = false;
  if (fresh || within) panel.querySelector("h2").focus({ preventScroll: true });
  await show(body.querySelector("[aria-current]"), standing);
}

async function show(source, standing) {
  const pdf = source?.querySelector("[data-pdf]");
  if (standing === null) source?.scrollIntoView({ block: pdf ? "start" : "nearest" });
  else source.querySelector("details")?.setAttribute("open", "");
  scrollToPassage(standing);
  source?.querySelector("details")?.addEventListener("toggle", () => scrollToPassage(standing), { once: true });
  if (pdf) (await import("../pdf/viewer.js")).showPdf(pdf, { follows: standing === null });
}

// The text around the passage scrolls in a box of its own.
function scrollToPassage(standing) {
  const box = body.querySelector("[data-source-text]");
  if (box?.querySelector("mark")) box.scrollTop += heightInBox() - (standing ?? box.clientHeight / 3);
}

function heightInBox() {
  const box = body.querySelector("[data-source-text]");
  return box.querySelector("mark").getBoundingClientRect().top - box.getBoundingClientRect().top;
}

function markCurrent(number) {
  const message = opener?.closest("[data-message]");
  for (const mark of document.querySelectorAll(".cite[aria-expanded]")) mark.removeAttribute("aria-expanded");
  for (const mark of message?.querySelectorAll(`.cite[data-citation="${number}"]`) ?? []) {
    mark.setAttribute("aria-expanded", "true");
  }
}

export function closeSources() {
  if (panel.hidden) return false;
  asked++;
  panel.hidden = true;
  markCurrent("");
  opener?.focus({ preventScroll: true });
  return true;
}

function showQuote(mark) {
  if (mark.title) {
    mark.dataset.quote = mark.title; // or the browser shows it a second time
    mark.removeAttribute("title");
  }
  if (!mark.dataset.quote) return;
  const label = mark.getAttribute("aria-label") ?? mark.dataset.name;
  card.querySelector("[data-quote-name]").textContent = label.replace(/^[^:]*: /, "");
  card.querySelector("[data-quote-text]").textContent = mark.dataset.quote;
  card.hidden = false;
  const at = mark.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left - width / 2), innerWidth - width - 8);
  const above = at.top - height - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

// A source asked for while the answer was being written can be shown once it is complete.
document.addEventListener("answer:ended", () => {
  if (panel.hidden || body.querySelector("[aria-current]")) return;
  const link = [...document.querySelectorAll(`.cite[data-citation="${shown}"]`)].at(-1);
  if (link) open(link);
  else closeSources();
});

const markOf = (event) => event.target.closest?.(".cite[data-citation]");

for (const type of ["mouseover", "focusin"]) {
  document.addEventListener(type, (event) => {
    const mark = markOf(event);
    if (mark) showQuote(mark);
    else card.hidden = true;
  });
}
document.addEventListener("scroll", () => (card.hidden = true), { capture: true, passive: true });
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-sources-close]")) closeSources();
  const link = event.target.closest("[data-citation]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !sourcesUrl(link)) return;
  event.preventDefault();
  card.hidden = true;
  open(link);
});
