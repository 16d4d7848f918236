// [data-seconds]: a span of time that runs on from what the server counted, or down to nothing with [data-down].
const begun = new WeakMap();

function spoken(seconds) {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function tick() {
  const now = performance.now();
  for (const span of document.querySelectorAll("[data-seconds]")) {
    if (!begun.has(span)) begun.set(span, now);
    const passed = (now - begun.get(span)) / 1000;
    const seconds = Number(span.dataset.seconds) + ("down" in span.dataset ? -passed : passed);
    span.textContent = spoken(Math.max(0, seconds));
  }
}

tick();
setInterval(tick, 500);
document.addEventListener("htmx:load", tick);
