// [data-upload-panel]: how far one upload is. The server is asked every other second; between two answers the panel
// shows what this page has sent itself.
import { Sender } from "./sender.js";

const EVERY = 2000;
const DRAW = 300;
const language = document.documentElement.lang;
const number = (value) => value.toLocaleString(language);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const NAMES = ["arrived", "announced", "ready", "failed", "refused"];

export class Panel {
  constructor(root, batch) {
    this.root = root;
    this.texts = root.dataset;
    this.id = batch?.id ?? root.dataset.uploadPanel;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    if (batch) this.introduce(batch);
    root.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")?.dataset.act));
    document.addEventListener("submit", ({ target }) => this.leave(target));
    addEventListener("beforeunload", (event) => this.sender?.holdsFiles && event.preventDefault());
    this.draws = setInterval(() => this.draw(), DRAW);
    this.poll();
  }

  introduce(batch) {
    this.root.dataset.uploadPanel = batch.id;
    this.counts = batch.counts;
    this.part("name").textContent = batch.name;
    this.part("name").href = `${this.texts.page}${batch.id}/`;
    this.part("give-up").href = `${this.texts.page}${batch.id}/delete/`;
    this.part("give-up").hidden = false;
  }

  // The dialog's answer leads to another page, and that is meant.
  leave(form) {
    if (form.action === this.part("give-up").href) this.halt();
  }

  halt() {
    this.sender?.stop("gone");
    if (this.sender) this.sender.queue = [];
  }

  send(files, token) {
    const { arrived = 0, refused = 0, bytes_arrived: bytes = 0 } = this.counts ?? {};
    this.base = { arrived, refused, bytes };
    this.sender = new Sender({ address: this.texts.documents, upload: this.id, token, files });
    this.sender.start();
    this.draw();
  }

  act(name) {
    if (name === "pause") this.sender.stop();
    if (name === "go_on") this.sender.start();
    if (name === "retry") this.sender.retry();
    this.draw();
  }

  async poll() {
    const answer = document.hidden && this.counts ? null : await fetch(`${this.texts.api}${this.id}/`).catch(() => null);
    if (answer?.ok) this.take((await answer.json()).counts);
    if (answer?.status === 404) return this.halt();
    if (!this.isFinished) setTimeout(() => this.poll(), EVERY);
  }

  take(counts) {
    const changed = this.counts && NAMES.some((name) => this.counts[name] !== counts[name]);
    this.counts = counts;
    this.draw();
    if (changed) this.root.dispatchEvent(new CustomEvent("uploads:changed", { bubbles: true }));
  }

  get isFinished() {
    const counts = this.counts;
    return counts && !counts.missing && counts.ready + counts.failed >= counts.arrived && !this.sender?.holdsFiles;
  }

  draw() {
    if (!this.counts) return;
    const shown = { ...this.counts };
    if (this.sender) {
      shown.refused = Math.max(shown.refused, this.base.refused + this.sender.refused);
      shown.arrived = Math.max(shown.arrived, Math.min(shown.announced, this.base.arrived + this.sender.arrived));
      shown.bytes_arrived = Math.max(shown.bytes_arrived, this.base.bytes + this.sender.bytes + this.sender.inFlight);
    }
    shown.missing = Math.max(0, shown.announced - shown.arrived - shown.refused);
    for (const name of NAMES) this.root.querySelector(`[data-count="${name}"]`).textContent = number(shown[name]);
    for (const name of ["arrived", "announced"]) this.root.querySelector(`[data-bytes="${name}"]`).textContent = size(shown[`bytes_${name}`]);
    this.drawBar(shown);
    this.drawLine(shown);
  }

  drawBar(shown) {
    const bar = this.part("bar");
    bar.setAttribute("viewBox", `0 0 ${shown.announced} 1`);
    bar.setAttribute("aria-valuemax", shown.announced);
    bar.setAttribute("aria-valuenow", shown.arrived);
    const rect = (name) => bar.querySelector(`[data-bar="${name}"]`);
    for (const name of ["arrived", "ready", "failed", "refused"]) rect(name).setAttribute("width", shown[name]);
    rect("failed").setAttribute("x", shown.ready);
    rect("refused").setAttribute("x", -shown.announced);
  }

  drawLine(shown) {
    const state = this.sender?.state;
    const line = this.line(shown, state);
    if (this.part("line").textContent !== line) this.part("line").textContent = line;
    this.part("plan").hidden = state !== "plan";
    const stopped = ["plan", "full", "signed-out"].includes(state);
    this.root.dataset.tone = stopped || (state === "done" && this.sender.stuck.length + this.sender.lost.length) ? "danger" : "";
    this.show("pause", this.sender?.isActive);
    this.show("go_on", state === "paused" || stopped);
    if (this.again) this.again.hidden = !shown.missing || this.sender.holdsFiles;
    this.show("retry", state === "done" && this.sender.stuck.length);
    this.part("give-up").hidden = !shown.missing && !this.sender?.holdsFiles;
  }

  show(name, is) {
    this.root.querySelector(`[data-act="${name}"]`).hidden = !is;
  }

  line(shown, state) {
    const { texts, sender } = this;
    if (state === "sending") return sender.secondsLeft === null ? texts.textSending : `${texts.textSending} ${fill(texts.textLeft, { time: span(sender.secondsLeft) })}`;
    if (state === "waiting") return sender.offline ? texts.textOffline : texts.textBusy;
    if (state === "plan" || state === "full") return sender.reason;
    if (state === "paused") return texts.textPaused;
    if (state === "signed-out") return texts.textSignedOut;
    if (state === "gone") return texts.textGone;
    if (state === "done" && sender.stuck.length) return texts.textStuck;
    if (state === "done" && sender.lost.length) return fill(texts.textUnreadable, { count: number(sender.lost.length) });
    if (shown.missing) return fill(texts.textAgain, { arrived: number(shown.arrived), announced: number(shown.announced) });
    return this.isFinished ? texts.textFinished : texts.textReading;
  }

  note(text) {
    this.part("note").textContent = text;
    this.part("note").hidden = !text;
  }
}

const UNITS = [["gigabyte", 2 ** 30], ["megabyte", 2 ** 20], ["kilobyte", 2 ** 10], ["byte", 1]];

function size(bytes) {
  const [unit, factor] = UNITS.find(([, factor]) => bytes >= factor) ?? UNITS.at(-1);
  return (bytes / factor).toLocaleString(language, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: 1 });
}

function span(seconds) {
  const [value, unit] = seconds < 60 ? [Math.max(5, Math.ceil(seconds / 5) * 5), "second"] : seconds < 5400 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3600), "hour"];
  return value.toLocaleString(language, { style: "unit", unit, unitDisplay: "long" });
}
