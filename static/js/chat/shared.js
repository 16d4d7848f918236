// A shared conversation: asks every second, while somebody looks, whether it is still shared and whether more was said.
import "./code.js";

const EVERY_MS = 1000;
const main = document.querySelector("[data-shared]");
const thread = main.querySelector("[data-shared-thread]");

function close() {
  clearInterval(timer);
  main.replaceChildren(document.querySelector("[data-shared-gone]").content);
  document.title = main.querySelector("h1").textContent;
}

async function look() {
  if (document.hidden) return;
  const url = new URL(main.dataset.url, location.href);
  url.searchParams.set("version", main.dataset.version);
  const response = await fetch(url).catch(() => null);
  if (response?.status === 404) close();
  if (response?.status !== 200) return;
  const end = document.documentElement;
  const isAtEnd = end.scrollHeight - end.scrollTop - end.clientHeight < 48;
  main.dataset.version = response.headers.get("X-Version");
  thread.replaceChildren(document.createRange().createContextualFragment(await response.text()));
  document.dispatchEvent(new CustomEvent("answer:ended")); // code blocks get their copy buttons
  if (isAtEnd) end.scrollTop = end.scrollHeight;
}

const timer = setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
