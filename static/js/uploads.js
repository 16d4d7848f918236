// A folder, or many files at once: announced to the server as one upload, then sent in a panel of its own; or, on the
// page of an upload that was cut off, only what is missing.
import { Panel } from "./uploads/panel.js";

const panels = new Map(); // upload → panel
const number = (value) => value.toLocaleString(document.documentElement.lang);
const tokenOf = (form) => form.querySelector('[name="csrfmiddlewaretoken"]').value;

for (const root of document.querySelectorAll("section[data-upload-panel]")) {
  panels.set(root.dataset.uploadPanel, new Panel(root));
}

document.addEventListener("dropzone:many", async ({ target: form, detail: { files } }) => {
  const trouble = form.querySelector("[data-dropzone-trouble]");
  trouble.hidden = true;
  form.setAttribute("aria-busy", "true");
  try {
    await ("resume" in form.dataset ? goOn(form, files) : announce(form, files));
  } catch (error) {
    trouble.textContent = error.message;
    trouble.hidden = false;
  }
  form.removeAttribute("aria-busy");
});

async function announce(form, files) {
  const template = document.getElementById("upload-panel").content.firstElementChild;
  const texts = template.dataset;
  const leftovers = new Set(form.dataset.leftovers.split("|"));
  const kept = files.filter(({ path }) => !path.split("/").some((part) => /^(\.|~\$)/.test(part) || leftovers.has(part.toLowerCase())));
  if (!kept.length) throw new Error(texts.textNone);
  const most = Number(form.dataset.most);
  if (kept.length > most) throw new Error(form.dataset.textTooMany.replace("{count}", number(kept.length)));
  const body = { name: nameOf(form, kept), files: kept.map(({ file, path }) => ({ path, size: file.size })) };
  const batch = await ask(texts.api, texts, tokenOf(form), body);
  const root = template.cloneNode(true);
  document.querySelector("[data-upload-panels]").prepend(root);
  const panel = new Panel(root, batch);
  panels.set(batch.id, panel);
  const refused = new Set(batch.refused.map(({ path }) => path));
  if (kept.length < files.length) panel.note(texts.textHidden.replace("{count}", number(files.length - kept.length)));
  panel.send(kept.filter(({ path }) => !refused.has(path)), tokenOf(form));
}

function nameOf(form, files) {
  const tops = new Set(files.map(({ path }) => path.split("/")[0]));
  const isFolder = tops.size === 1 && files[0].path.includes("/");
  return (isFolder ? files[0].path.split("/")[0] : form.dataset.textFiles.replace("{count}", number(files.length))).slice(0, 255);
}

async function goOn(form, files) {
  const [panel] = panels.values();
  if (panel.sender?.isActive) return;
  const local = new Map(files.map((one) => [one.path, one]));
  const missing = [];
  for await (const { path } of unsent(panel)) if (local.has(path)) missing.push(local.get(path));
  const name = panel.part("name").textContent;
  if (!missing.length) throw new Error(panel.texts.textOther.replace("{name}", name));
  panel.again = form;
  panel.send(missing, tokenOf(form));
}

async function* unsent({ texts, id }) {
  let next = `${texts.api}${id}/files/?state=unsent&limit=200`;
  while (next) {
    const page = await ask(next, texts);
    yield* page.results;
    next = page.next && new URL(page.next).pathname + new URL(page.next).search;
  }
}

async function ask(address, texts, token, body) {
  const options = body ? { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(body) } : {};
  const answer = await fetch(address, options).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok) return said;
  throw new Error(Object.values(said?.errors ?? {})[0]?.[0] ?? said?.detail ?? texts.textFailed);
}

// The list of files below the panel follows, at most every third second.
let due = false;
document.addEventListener("uploads:changed", () => {
  const items = document.getElementById("upload-items");
  if (!items || due) return;
  due = true;
  setTimeout(async () => {
    due = false;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok || items.contains(document.activeElement)) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("upload-items");
    if (fresh) items.innerHTML = fresh.innerHTML; // our own server's page, escaped by its templates
  }, 3000);
});
