// Notices in the corner. Good news leaves by itself, unless someone is reading it; trouble stays until dismissed.
const STAY = 6000;
const area = document.querySelector("[data-toasts]");

export function toast(text, tone = "info") {
  const shown = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  shown.classList.add(`tone-${tone}`);
  shown.querySelector("p").textContent = text;
  area.append(shown);
  settle(shown);
}

function settle(shown) {
  if (shown.matches(".tone-danger, .tone-warning")) return;
  setTimeout(() => {
    if (shown.matches(":hover, :focus-within")) settle(shown);
    else leave(shown);
  }, STAY);
}

function leave(shown) {
  shown.classList.add("toast-leaving");
  setTimeout(() => shown.remove(), 200);
}

area.querySelectorAll("[data-toast]").forEach(settle);
document.addEventListener("click", (event) => {
  const shown = event.target.closest("[data-toast-close]")?.closest("[data-toast]");
  if (shown) leave(shown);
});

// A response may send one along: HX-Trigger: {"toast": {"text": "Saved", "tone": "success"}}
document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail.tone));
document.addEventListener("htmx:sendError", () => toast(area.dataset.textOffline, "danger"));
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { xhr } = detail;
  const plain = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  if (xhr.status === 401 || xhr.status === 403) toast(area.dataset.textSignedOut, "danger");
  else toast((plain && xhr.responseText) || area.dataset.textFailed, "danger");
});
