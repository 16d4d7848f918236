// [data-busy="Testing…"] on a submit button: says so while the next page is waited for, and takes no second press.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.dataset.busy) return;
  if (button.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    return;
  }
  button.dataset.said = button.textContent;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-disabled", "true");
});

// Back to a page that was kept as it was left
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("[data-busy][data-said]")) {
    button.textContent = button.dataset.said;
    button.removeAttribute("aria-disabled");
  }
});
