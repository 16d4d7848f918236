// <form data-dropzone>: many files by drop or choice, each sent by itself, three at a time, with its own progress.
// The server answers each with the fragment of the new row (2xx) or with the reason in words (any other status);
// the fragment goes to the top of data-dropzone-target. Then `dropzone:done` is fired on the form.
// With data-many a folder, or more files than that, is left to whoever hears `dropzone:many`; with data-resume all are.
import { chosen, entriesOf, walked } from "./uploads/walk.js";

const AT_ONCE = 3;
const REASON_LENGTH = 300;
const waiting = new WeakMap(); // form → { queue, running, refused, sent }

const stateOf = (form) => {
  if (!waiting.has(form)) waiting.set(form, { queue: [], running: 0, refused: 0, sent: 0 });
  return waiting.get(form);
};

function addFiles(form, files) {
  const state = stateOf(form);
  for (const file of files) {
    const row = form.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-upload-name]").textContent = file.name;
    row.querySelector("[data-upload-state]").textContent = form.dataset.textWaiting;
    form.querySelector("[data-uploads]").append(row);
    state.queue.push({ file, row });
  }
  sendNext(form);
}

function bring(form, found, isFolder) {
  const isMany = "resume" in form.dataset || (form.dataset.many && (isFolder || found.length > Number(form.dataset.many)));
  if (isMany) form.dispatchEvent(new CustomEvent("dropzone:many", { bubbles: true, detail: { files: found } }));
  else addFiles(form, found.map(({ file }) => file));
}

async function drop(form, transfer) {
  const entries = entriesOf(transfer);
  if (entries.length) bring(form, await walked(entries), entries.some((entry) => entry.isDirectory));
  else bring(form, chosen(transfer.files), false);
}

function sendNext(form) {
  const state = stateOf(form);
  while (state.running < AT_ONCE && state.queue.length) {
    state.running += 1;
    send(form, state.queue.shift()).then((accepted) => {
      state.running -= 1;
      state[accepted ? "sent" : "refused"] += 1;
      if (!state.running && !state.queue.length) finish(form, state);
      else sendNext(form);
    });
  }
}

function finish(form, state) {
  const { sent, refused } = state;
  waiting.delete(form);
  form.querySelector("[data-dropzone-status]").textContent = `${form.dataset.textSent}: ${sent} / ${sent + refused}`;
  form.dispatchEvent(new CustomEvent("dropzone:done", { bubbles: true, detail: { sent, refused } }));
}

function send(form, { file, row }) {
  const body = new FormData(form);
  const field = form.querySelector('input[type="file"]').name;
  body.delete(field);
  body.append(field, file, file.name);
  const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", (event) => showProgress(row, event.loaded / event.total));
  return new Promise((resolve) => {
    request.addEventListener("load", () => {
      resolve(request.status < 300 ? accept(form, row, request) : refuse(row, reason(form, request), request.status === 402));
    });
    request.addEventListener("error", () => resolve(refuse(row, form.dataset.textOffline)));
    request.send(body);
  });
}

function showProgress(row, share) {
  row.querySelector("progress").value = share * 100;
  const percent = share.toLocaleString(document.documentElement.lang, { style: "percent" });
  row.querySelector("[data-upload-state]").textContent = percent;
}

function accept(form, row, request) {
  const target = form.dataset.dropzoneTarget && document.querySelector(form.dataset.dropzoneTarget);
  if (target) {
    target.hidden = false;
    target.insertAdjacentHTML("afterbegin", request.responseText); // our own server's fragment, escaped by its template
    window.htmx?.process(target);
    row.remove();
  } else {
    showProgress(row, 1);
    row.querySelector("[data-upload-state]").textContent = form.dataset.textSent;
  }
  return true;
}

function reason(form, request) {
  if (request.status === 413) return form.dataset.textTooLarge;
  const said = new DOMParser().parseFromString(request.responseText, "text/html").body.textContent.trim();
  return said && said.length <= REASON_LENGTH ? said : form.dataset.textRefused;
}

function refuse(row, why, isOfPlan = false) {
  row.classList.add("upload-refused");
  const text = row.querySelector("[data-upload-reason]");
  text.textContent = why;
  text.hidden = false;
  row.querySelector("[data-upload-plans]").hidden = !isOfPlan;
  return false;
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

function start(within) {
  for (const form of within.querySelectorAll("form[data-dropzone]")) form.classList.add("dropzone-live");
}

// With one dropzone on the page the whole window takes the drop, so a near miss does not open the file in the tab.
for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const form = event.target.closest?.("form[data-dropzone]") ?? document.querySelector("form[data-dropzone]");
    if (!form || !hasFiles(event)) return;
    event.preventDefault();
    form.classList.toggle("dropzone-over", type === "dragover" || type === "dragenter");
    if (type === "drop") drop(form, event.dataTransfer);
  });
}

document.addEventListener("click", (event) => event.target.closest("[data-upload-close]")?.closest(".upload").remove());

document.addEventListener("change", (event) => {
  const form = event.target.matches('input[type="file"]') && event.target.closest("form[data-dropzone]");
  if (!form) return;
  bring(form, chosen(event.target.files), event.target.webkitdirectory);
  event.target.value = "";
});

start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
