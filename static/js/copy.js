// [data-copy="selector"]: copies the text or the value of what the selector finds.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // plain http on another machine has no clipboard API
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const source = button && document.querySelector(button.dataset.copy);
  if (!source) return;
  await copy(source.value ?? source.textContent.trim());
  const use = button.querySelector("use");
  const before = { icon: use?.getAttribute("href"), label: button.dataset.tooltip };
  use?.setAttribute("href", "#icon-check");
  if (button.dataset.textDone) button.dataset.tooltip = button.dataset.textDone;
  setTimeout(() => {
    use?.setAttribute("href", before.icon);
    if (before.label) button.dataset.tooltip = before.label;
  }, 1500);
});
