// The question field: sends without leaving the page, keeps what was typed until the server has it, turns into a stop
// button while an answer runs.
import { running, watch } from "./answer.js";
import { scrollToEnd } from "./scroll.js";

const form = document.querySelector("[data-composer]");
const thread = document.querySelector("[data-thread]");
const head = document.querySelector("[data-chat-head]");
const field = form?.querySelector("[data-composer-text]");
const error = form?.querySelector("[data-composer-error]");
const plans = form?.querySelector("[data-composer-plans]");
let sending = false;

const draftKey = () => `draft:${form.getAttribute("action")}`;

function refuse(text, isOfPlan = false) {
  error.textContent = text;
  error.hidden = false;
  plans.hidden = !isOfPlan;
  field.focus();
}

function accept() {
  error.hidden = true;
  plans.hidden = true;
}

// Posts a form as a fragment request; returns the response, or null once it has said why there is none.
async function post(target) {
  const headers = { "HX-Request": "true" };
  const response = await fetch(target.action, { method: "POST", headers, body: new FormData(target) }).catch(() => null);
  if (!response) refuse(form.dataset.textOffline);
  else if (response.redirected || response.status === 403) refuse(form.dataset.textSignedOut);
  else if (response.status === 402) refuse(await response.text(), true);
  else if ([422, 429, 503].includes(response.status)) refuse(await response.text());
  else if (!response.ok) refuse(form.dataset.textFailed);
  else return response;
  return null;
}

async function send() {
  if (sending || running() || !field.value.trim()) return;
  sending = true;
  form.setAttribute("aria-busy", "true");
  const response = await post(form);
  sending = false;
  form.removeAttribute("aria-busy");
  if (!response) return;
  sessionStorage.removeItem(draftKey());
  field.value = "";
  accept();
  const newHead = add(await response.text());
  arrive(response.headers.get("HX-Push-Url"), newHead);
  scrollToEnd();
}

// The server's fragment: the new messages, and the head of a conversation that has just been made.
function add(html) {
  const fragment = document.createRange().createContextualFragment(html); // escaped by our own templates
  const newHead = fragment.querySelector("[data-new-head]");
  thread.querySelector("[data-welcome]")?.remove();
  document.querySelector("[data-archived]")?.remove();
  newHead.remove();
  thread.append(fragment);
  watch(thread.querySelector("[data-events]"));
  return newHead;
}

// A conversation that has just been made: its address, its head, its line in the history.
function arrive(url, newHead) {
  if (!url || !arriveAt(url)) return;
  head.replaceChildren(newHead.content);
  document.title = `${newHead.dataset.title} · KyroChat`;
}

// Where its questions and files go from now on; whether that is new.
export function arriveAt(url) {
  if (url === location.pathname) return false;
  history.pushState(null, "", url);
  form.action = `${url}send/`;
  document.querySelector("[data-drop-files]").dataset.attachUrl = `${url}attach/`;
  const current = url.split("/").at(-2);
  htmx.ajax("GET", `/chat/history/?current=${current}`, { target: "#history-list", swap: "outerHTML" });
  return true;
}

// Another answer or another wording takes the place of its article and of all that follows: that is another branch now.
async function anew(asked, first) {
  if (running()) refuse(form.dataset.textRunning);
  if (sending || running()) return;
  sending = true;
  const response = await post(asked);
  sending = false;
  if (!response) return;
  const html = await response.text();
  while (first) {
    const next = first.nextElementSibling;
    first.remove();
    first = next;
  }
  accept();
  add(html);
  scrollToEnd();
}

function showState() {
  form.querySelector("[data-send]").hidden = Boolean(running());
  form.querySelector("[data-stop]").hidden = !running();
}

export function stop() {
  running()?.stop();
  return Boolean(running());
}

if (form) {
  field.value ||= sessionStorage.getItem(draftKey()) ?? "";
  field.addEventListener("input", () => sessionStorage.setItem(draftKey(), field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.querySelector("[data-stop]").addEventListener("click", stop);
  document.addEventListener("click", (event) => {
    const suggested = event.target.closest("[data-suggested]");
    if (!suggested) return;
    event.preventDefault();
    field.value = suggested.value;
    send();
  });
  document.addEventListener("submit", (event) => {
    const asked = event.target.closest("[data-anew], [data-edit-form]");
    if (!asked) return;
    event.preventDefault();
    const article = asked.closest(".message");
    anew(asked, asked.dataset.anew === "below" ? article.nextElementSibling : article);
  });
  for (const type of ["answer:started", "answer:ended"]) document.addEventListener(type, showState);
}
