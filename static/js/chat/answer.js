// An answer while it is being written: its text shown as it comes, and in the end the article that the server renders.
// A broken connection comes back by itself and gets just the text it lacks; a tab that nobody sees has none, and one that
// finds all streams of the browser taken asks every second.
import { markNode } from "./citations.js";
import { streamInto } from "./markdown.js";
import { follow } from "./scroll.js";
import { takeSlot } from "./slots.js";
import { showStep } from "./steps.js";

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const POLL_MS = 1000;
const status = document.querySelector("[data-chat-status]");
const said = (name) => status.dataset[name];
let current = null;

export const running = () => current;

export function watch(article) {
  current?.close();
  current = new LiveAnswer(article);
  document.dispatchEvent(new CustomEvent("answer:started"));
}

class LiveAnswer {
  constructor(article) {
    this.article = article;
    this.prose = article.querySelector("[data-prose]");
    this.citations = new Map();
    this.last = `0:${article.dataset.shown}`;
    this.waiting = "";
    this.failures = 0;
    this.prose.replaceChildren();
    this.write = streamInto(this.prose, (number) => markNode(number, this.citations));
    if (article.dataset.text) this.write(article.dataset.text);
    this.open();
  }

  async open() {
    const turn = (this.turn = Symbol("opened"));
    const release = document.hidden ? null : await takeSlot();
    if (this.turn !== turn) return release?.(); // closed meanwhile
    this.release = release;
    if (release) this.listen();
    else if (!document.hidden) this.poll();
  }

  listen() {
    const url = new URL(this.article.dataset.events, location.href);
    url.searchParams.set("after", this.last);
    this.source = new EventSource(url);
    const on = (name, act) =>
      this.source.addEventListener(name, (event) => {
        this.last = event.lastEventId || this.last;
        this.failures = 0;
        act(JSON.parse(event.data));
      });
    on("retrieval", () => this.think(said("textReading")));
    on("tool", (step) => follow(() => showStep(this.article, step)));
    on("delta", ({ text }) => this.show(text));
    on("citation", (citation) => this.cite(citation));
    on("message.completed", ({ message }) => this.finish(message.content));
    this.source.addEventListener("error", (event) => {
      // the answer's own "error" event carries data and is followed by message.completed; this is the connection's
      if (event.data === undefined && this.source.readyState === EventSource.CLOSED) this.retry();
    });
  }

  // The article as the server has it: what it has beyond what is shown, or the end.
  async poll() {
    const response = await fetch(this.article.dataset.url).catch(() => null);
    if (current !== this || this.release) return;
    if (response?.status === 404) return this.lose();
    if (response?.ok) {
      const article = document.createRange().createContextualFragment(await response.text()).querySelector("article");
      if (!article.dataset.events) return this.finish(article.querySelector("[data-prose]")?.textContent ?? "");
      this.catchUp(article.dataset.text);
    }
    this.timer = setTimeout(() => this.open(), POLL_MS);
  }

  catchUp(text) {
    const shown = Number(this.last.split(":")[1]) || 0;
    const fresh = [...text].slice(shown).join("");
    if (!fresh) return;
    this.show(fresh);
    this.last = `0:${shown + [...fresh].length}`;
  }

  think(text) {
    this.article.querySelector("[data-thinking-text]").textContent = text;
  }

  show(text) {
    this.article.querySelector("[data-thinking]").hidden = true;
    if (!this.waiting) requestAnimationFrame(() => this.flush());
    this.waiting += text;
  }

  flush() {
    follow(() => this.write(this.waiting));
    this.waiting = "";
  }

  cite(citation) {
    this.citations.set(citation.number, citation);
    for (const mark of this.prose.querySelectorAll(`[data-citation="${citation.number}"]`)) {
      mark.replaceWith(markNode(citation.number, this.citations));
    }
  }

  async retry() {
    this.close();
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    const response = await fetch(this.article.dataset.url).catch(() => null);
    if (response?.status === 404) this.lose();
    else this.timer = setTimeout(() => current === this && this.open(), wait);
  }

  // It was deleted, or one may not read it any more.
  lose() {
    this.close();
    this.think(said("textLost"));
    this.article.querySelector("[data-thinking]").hidden = false;
    this.article.classList.remove("message-live");
    current = null;
    document.dispatchEvent(new CustomEvent("answer:ended", { detail: {} }));
  }

  async finish(content) {
    this.close();
    const fragment = await this.rendered();
    const whole = fragment?.firstElementChild;
    follow(() => {
      if (whole) this.article.replaceWith(whole);
      else this.article.classList.remove("message-live");
    });
    if (whole) htmx.process(whole);
    current = null;
    const note = whole?.querySelector(".message-note"); // it was stopped, or cut
    status.textContent = `${note ? note.textContent.trim() : said("textDone")} ${content.slice(0, 1000)}`;
    document.dispatchEvent(new CustomEvent("answer:ended"));
  }

  async rendered() {
    for (const wait of [0, ...RETRY_MS]) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const response = await fetch(this.article.dataset.url).catch(() => null);
      if (response?.ok) return document.createRange().createContextualFragment(await response.text());
      if (response && response.status < 500) return null;
    }
    return null;
  }

  async stop() {
    const form = this.article.querySelector("[data-stop-form]");
    const headers = { "HX-Request": "true" };
    await fetch(form.action, { method: "POST", headers, body: new FormData(form) }).catch(() => null);
  }

  close() {
    this.turn = null;
    clearTimeout(this.timer);
    this.source?.close();
    this.release?.();
    this.release = null;
  }
}

document.addEventListener("visibilitychange", () => {
  current?.close();
  if (!document.hidden) current?.open();
});
// the browser's own offline state knows sooner than a broken connection
addEventListener("online", () => {
  current?.close();
  current?.open();
});
