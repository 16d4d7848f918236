// Ticked rows can be acted on together: [data-selection] counts them and shows its buttons.
const form = document.querySelector("[data-selection]");
const ticks = () => [...document.querySelectorAll('input[type="checkbox"][name="id"]')];

function count() {
  const ticked = ticks().filter((tick) => tick.checked).length;
  const told = form.querySelector("[data-selection-count]");
  const acts = form.querySelector("[data-selection-acts]") ?? form;
  acts.hidden = !ticked;
  told.textContent = ticked ? `${ticked.toLocaleString(document.documentElement.lang)} ${told.dataset.text}` : "";
}

if (form) {
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-select-all]")) for (const tick of ticks()) tick.checked = target.checked;
    if (target.matches('[data-select-all], [name="id"]')) count();
  });
  count();
}
