// Every code block of an answer gets its colours and a button that copies it; a wide table can be scrolled by keys.
const template = document.querySelector("[data-code-copy]");
const thread = document.querySelector("[data-thread]");

function equip() {
  for (const block of thread.querySelectorAll("[data-message]:not([data-events]) pre:not(.code pre)")) {
    const frame = Object.assign(document.createElement("div"), { className: "code" });
    block.replaceWith(frame);
    frame.append(block, template.content.cloneNode(true));
  }
  for (const table of thread.querySelectorAll("[data-message] table")) table.tabIndex = 0;
  if (thread.querySelector("pre")) import("./highlight.js").then(({ highlight }) => highlight(thread));
}

thread.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-code]");
  if (!button) return;
  await navigator.clipboard?.writeText(button.closest(".code").querySelector("pre").textContent);
  const use = button.querySelector("use");
  use.setAttribute("href", "#icon-check");
  setTimeout(() => use.setAttribute("href", "#icon-copy"), 1500);
});

document.addEventListener("answer:ended", equip);
equip();
