// A PDF's page with a quote marked, in whatever box asks for it (documents/_pdf.html), and its neighbours.
import { openPdf } from "./library.js";
import { draw } from "./sheet.js";

const SETTLED = 150; // milliseconds without a further change of width

export async function showPdf(box, { follows = true } = {}) {
  const part = (name) => box.querySelector(`[data-pdf-${name}]`);
  const stretches = JSON.parse(box.dataset.stretches); // the quote, page by page
  const sheet = part("sheet");
  let number = Number(box.dataset.page) || 1;
  let drawing = 0; // which drawing is the newest: an older one that ends late shows nothing

  async function turn(to, follows = true) {
    const mine = ++drawing;
    const here = stretches.filter(({ page }) => page === to);
    box.setAttribute("aria-busy", "true");
    try {
      const { pdfjs, pdf } = await openPdf(box.dataset);
      number = Math.min(Math.max(1, to), pdf.numPages);
      place(pdf.numPages);
      const page = await pdf.getPage(number);
      if (mine !== drawing || !box.isConnected) return;
      const fresh = document.createElement("div");
      fresh.className = "pdf-sheet";
      sheet.append(fresh);
      const quotes = here.map(({ quote }) => quote);
      const marks = await draw(fresh, { pdfjs, page, quotes, near: here[0]?.near });
      if (mine !== drawing || !box.isConnected) return fresh.remove();
      sheet.replaceChildren(fresh);
      note(here.length && !marks ? (marks === null ? "picture" : "missing") : "", here);
      if (follows) (fresh.querySelector(".pdf-mark") ?? box).scrollIntoView({ block: marks ? "center" : "nearest" });
    } catch (error) {
      if (mine === drawing && box.isConnected) fail(error);
    }
    box.removeAttribute("aria-busy");
  }

  function place(count) {
    part("place").textContent = box.dataset.textPlace.replace("{page}", number).replace("{count}", count);
    part("previous").disabled = number <= 1;
    part("next").disabled = number >= count;
  }

  // What is not as expected, with the words that should be marked.
  function note(reason, here) {
    const text = box.dataset[`text${reason[0]?.toUpperCase()}${reason.slice(1)}`] ?? "";
    part("note").hidden = !reason;
    part("note-text").textContent = text;
    part("quote").textContent = here.map(({ quote }) => quote).join("\n");
  }

  // The text of the document stands behind: then it shows.
  function fail(error) {
    const instead = document.getElementById(box.dataset.instead);
    note(error.name === "PasswordException" ? "locked" : "failed", []);
    part("bar").hidden = true;
    sheet.replaceChildren();
    instead.dataset.shown = "";
    if (instead.matches("details")) instead.open = true;
  }

  part("previous").addEventListener("click", () => turn(number - 1));
  part("next").addEventListener("click", () => turn(number + 1));
  box.hidden = false;
  await turn(number, follows);
  let width = sheet.clientWidth;
  let waiting = 0;
  new ResizeObserver(() => {
    if (!box.isConnected || Math.abs(sheet.clientWidth - width) < 2 || !sheet.clientWidth) return;
    width = sheet.clientWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => turn(number, false), SETTLED);
  }).observe(sheet);
}
