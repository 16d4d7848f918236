// The thread stays at its end while the reader is there, and leaves them alone once they have scrolled up.
const thread = document.querySelector("[data-thread]");
const toEnd = document.querySelector("[data-thread-end]");
const NEAR = 48; // pixels that still count as the end

const atEnd = () => thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR;

export function scrollToEnd() {
  thread.scrollTop = thread.scrollHeight;
}

export function follow(change) {
  const stay = atEnd();
  change();
  if (stay) scrollToEnd();
}

function showButton() {
  if (toEnd) toEnd.hidden = atEnd();
}

thread.addEventListener("scroll", showButton, { passive: true });
new ResizeObserver(showButton).observe(thread);
toEnd?.addEventListener("click", scrollToEnd);
// a form that opens below an answer is not left under the edge
thread.addEventListener("htmx:load", (event) => event.target.querySelector("fieldset")?.form.scrollIntoView({ block: "nearest" }));
const target = location.hash && document.getElementById(location.hash.slice(1));
if (target && thread.contains(target) && target !== thread.lastElementChild) target.scrollIntoView();
else scrollToEnd();
