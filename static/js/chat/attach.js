// Files for one conversation: chosen or dropped, sent one after the other, watched until they are read.
import { arriveAt } from "./composer.js";

const area = document.querySelector("[data-drop-files]");
const chosen = document.querySelector("[data-attach]");
const middle = area?.closest(".chat-middle");
const EVERY_MS = 1000;
let queue = Promise.resolve();
let timer = 0;

const list = () => area.querySelector("[data-attached]");

function row(file) {
  const shown = document.createElement("li");
  shown.className = "attached-file";
  const name = Object.assign(document.createElement("span"), { className: "truncate", textContent: file.name });
  const state = Object.assign(document.createElement("span"), { className: "faint", textContent: area.dataset.textSending });
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0, ariaLabel: file.name });
  shown.append(name, state, bar);
  list().append(shown);
  return { shown, state, bar };
}

function fail({ shown, state, bar }, text, isOfPlan) {
  bar.remove();
  state.className = "attached-error";
  state.setAttribute("role", "alert");
  state.textContent = text;
  if (isOfPlan) shown.append(document.querySelector("[data-composer-plans] a").cloneNode(true));
  setTimeout(() => shown.remove(), isOfPlan ? 60000 : 12000);
}

// XMLHttpRequest, since fetch does not tell how much was sent
function post(file, bar) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    request.open("POST", area.dataset.attachUrl);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRFToken", document.querySelector("[data-composer] [name=csrfmiddlewaretoken]").value);
    request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = (100 * loaded) / total));
    request.addEventListener("loadend", () => resolve(request));
    request.send(body);
  });
}

async function send(file) {
  const waiting = row(file);
  const answer = await post(file, waiting.bar);
  if (answer.status !== 200) {
    const isSaid = answer.getResponseHeader("Content-Type")?.startsWith("text/plain");
    fail(waiting, (isSaid && answer.responseText) || area.dataset.textFailed, answer.status === 402);
    return;
  }
  const url = answer.getResponseHeader("HX-Push-Url");
  area.dataset.attachUrl = `${url}attach/`;
  waiting.shown.remove();
  show(answer.responseText);
  arriveAt(url);
}

function show(html) {
  const fragment = document.createRange().createContextualFragment(html); // escaped by our own templates
  const sending = [...list().querySelectorAll(".attached-file:not(:has(form))")];
  list().replaceWith(fragment);
  list().append(...sending);
  watch();
}

function watch() {
  clearTimeout(timer);
  if (list().querySelector("[data-unfinished]")) timer = setTimeout(look, EVERY_MS);
}

async function look() {
  const response = document.hidden ? null : await fetch(list().dataset.url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (response?.ok) show(await response.text());
  else timer = setTimeout(look, EVERY_MS * 3);
}

function take(files) {
  for (const file of files) queue = queue.then(() => send(file));
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

if (area) {
  watch();
  chosen.addEventListener("change", () => {
    take([...chosen.files]);
    chosen.value = "";
  });
  area.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-detach]");
    if (!form) return;
    event.preventDefault();
    const headers = { "HX-Request": "true" };
    const response = await fetch(form.action, { method: "POST", headers, body: new FormData(form) }).catch(() => null);
    if (response?.ok) show(await response.text());
  });
  for (const type of ["dragenter", "dragover"]) {
    middle.addEventListener(type, (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      middle.dataset.dropping = area.dataset.textDrop;
    });
  }
  middle.addEventListener("dragleave", (event) => {
    if (!middle.contains(event.relatedTarget)) delete middle.dataset.dropping;
  });
  middle.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    delete middle.dataset.dropping;
    take([...event.dataTransfer.files]);
  });
}
