// Sends announced files, a few at a time over all uploads of the page. When the network is lost or the server asks for
// a pause it waits and goes on by itself; a file is sent until it has arrived or is refused, and twice does no harm.
const AT_ONCE = 4; // of the six connections that a browser opens to a host
const LOOK = 200; // ms between two looks at what is waited for
const LONGEST_WAIT = 15_000;
const TRIES = 5; // of a file over which the server stumbles
const FILE_COST = 40_000; // what a file takes besides its bytes, told in bytes
const STOPS = { 401: "signed-out", 402: "plan", 403: "signed-out", 404: "gone", 507: "full" };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let free = AT_ONCE;

export class Sender {
  constructor({ address, upload, token, files }) {
    Object.assign(this, { address, upload, token, queue: files, all: files });
    this.state = "sending"; // or paused, waiting, done, or why it stopped: plan, full, signed-out, gone
    this.arrived = 0;
    this.bytes = 0;
    this.flying = new Map(); // request → bytes under way
    this.refused = 0;
    this.stuck = []; // the server stumbles over them
    this.lost = []; // moved or changed since they were chosen
    this.workers = 0;
    this.troubles = 0;
    this.notBefore = 0;
    this.active = 0; // ms of sending, for the time left
    this.done = 0; // what they achieved
    addEventListener("online", () => (this.notBefore = 0));
  }

  get isActive() {
    return this.state === "sending" || this.state === "waiting";
  }

  get holdsFiles() {
    return this.queue.length > 0 || this.workers > 0;
  }

  start() {
    this.state = "sending";
    this.notBefore = 0;
    this.since = performance.now();
    while (this.workers < Math.min(AT_ONCE, this.queue.length)) {
      this.workers += 1;
      this.work();
    }
    if (!this.workers) this.state = "done";
  }

  stop(why = "paused") {
    if (!this.isActive) return;
    this.state = why;
    this.active += performance.now() - this.since;
    for (const request of this.flying.keys()) request.abort();
  }

  retry() {
    this.queue = [...this.stuck.splice(0), ...this.queue];
    for (const one of this.queue) one.tries = 0;
    this.start();
  }

  get inFlight() {
    return [...this.flying.values()].reduce((sum, sent) => sum + sent, 0);
  }

  // Seconds until the rest has been sent at the pace so far; null while that is a guess.
  get secondsLeft() {
    const active = this.active + (this.isActive ? performance.now() - this.since : 0);
    const rest = this.queue.reduce((sum, { file }) => sum + file.size + FILE_COST, 0);
    const achieved = this.done + this.inFlight;
    return active > 3000 && achieved > 0 ? (rest * active) / achieved / 1000 : null;
  }

  async work() {
    for (;;) {
      while (this.isActive && (performance.now() < this.notBefore || !free)) await sleep(LOOK);
      const one = this.isActive ? this.queue.shift() : null;
      if (!one) break;
      free -= 1;
      const answer = await this.send(one);
      free += 1;
      await this.settle(one, answer);
    }
    this.workers -= 1;
    if (!this.workers && !this.queue.length && this.isActive) this.state = "done";
  }

  send({ file, path }) {
    const body = new FormData();
    body.append("upload", this.upload);
    body.append("path", path);
    body.append("file", file, file.name);
    const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    request.open("POST", this.address);
    request.setRequestHeader("X-CSRFToken", this.token);
    request.upload.addEventListener("progress", (event) => this.flying.set(request, Math.min(event.loaded, file.size)));
    this.flying.set(request, 0);
    return new Promise((resolve) => {
      request.addEventListener("loadend", () => {
        this.flying.delete(request);
        resolve(request);
      });
      request.send(body);
    });
  }

  async settle(one, request) {
    const { status } = request;
    if (status >= 200 && status < 300) return this.keep(one);
    if (!this.isActive) this.queue.unshift(one); // cut off by a pause
    else if (status === 0) (await isReadable(one.file)) ? this.wait(one) : this.lost.push(one);
    else if (status === 429 || status === 503) this.wait(one, Number(request.getResponseHeader("Retry-After")));
    else if (status in STOPS) {
      this.queue.unshift(one);
      this.reason = detailOf(request);
      this.stop(STOPS[status]);
    } else if (status < 500) this.refuse();
    else if ((one.tries = (one.tries ?? 0) + 1) < TRIES) this.wait(one);
    else this.stuck.push(one);
  }

  keep({ file }) {
    this.state = this.isActive ? "sending" : this.state;
    this.troubles = 0;
    this.offline = false;
    this.arrived += 1;
    this.bytes += file.size;
    this.done += file.size + FILE_COST;
  }

  refuse() {
    this.refused += 1; // the reason stands on the upload's page
    this.done += FILE_COST;
  }

  wait(one, seconds) {
    this.queue.unshift(one);
    this.state = "waiting";
    this.offline = !seconds;
    this.troubles += 1;
    const pause = seconds ? seconds * 1000 : Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(this.troubles / AT_ONCE, 5));
    this.notBefore = Math.max(this.notBefore, performance.now() + pause);
  }
}

function detailOf(request) {
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return "";
  }
}

// A file that was moved or changed since it was chosen fails like a lost network.
const isReadable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);
