// <time datetime data-relative>: kept fresh while the page is open, in the page's language; the exact time is its title.
const language = document.documentElement.lang;
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
const UNITS = [["minute", 60], ["hour", 3600], ["day", 86400]];

function relative(at, now = Date.now()) {
  const seconds = Math.round((at - now) / 1000);
  const age = Math.abs(seconds);
  if (age < 45) return ago.format(0, "second");
  if (age >= 7 * 86400) return day.format(at);
  const [unit, size] = UNITS.findLast(([, length]) => age >= length * 0.75);
  return ago.format(Math.round(seconds / size), unit);
}

function refresh(within = document) {
  for (const time of within.querySelectorAll("time[data-relative]")) {
    const at = new Date(time.dateTime);
    time.textContent = relative(at);
    time.title = exact.format(at);
  }
}

refresh();
setInterval(() => refresh(), 30_000);
document.addEventListener("htmx:load", (event) => refresh(event.detail.elt));
