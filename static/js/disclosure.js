// <button data-disclose="id" aria-expanded="false">: shows and hides the element of that id. Without script the element
// is simply there: it is hidden here, once the button can bring it back.
function start(within) {
  for (const button of within.querySelectorAll("[data-disclose][hidden]")) {
    button.hidden = false;
    const part = document.getElementById(button.dataset.disclose);
    if (part) part.hidden = button.getAttribute("aria-expanded") !== "true";
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-disclose]");
  const part = button && document.getElementById(button.dataset.disclose);
  if (!part) return;
  part.hidden = !part.hidden;
  button.setAttribute("aria-expanded", String(!part.hidden));
  if (!part.hidden) part.querySelector("input, textarea, select, a, button")?.focus();
});

start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
// [data-submit]: a filter sends its form as soon as it is changed
document.addEventListener("change", (event) => {
  event.target.closest("[data-submit]")?.form?.requestSubmit();
});
