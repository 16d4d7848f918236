// Ctrl/⌘ K: a list of pages, narrowed by typing. The links are the server's own; here they are only found and walked.
// What the page itself offers, links with data-palette-offer, stands first.
const palette = document.querySelector("[data-palette]");
const mac = /Mac|iPhone|iPad/.test(navigator.platform);

if (palette) {
  const input = palette.querySelector("input");
  const list = palette.querySelector("[data-palette-list]");
  const links = () => [...list.querySelectorAll("a")];
  const visible = () => links().filter((link) => !link.hidden);

  const mark = (active) => {
    for (const link of links()) link.toggleAttribute("data-active", link === active);
    active?.scrollIntoView({ block: "nearest" });
  };

  const narrow = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const link of links()) {
      const text = link.textContent.toLowerCase();
      link.hidden = !words.every((word) => text.includes(word));
    }
    palette.querySelector("[data-palette-none]").hidden = visible().length > 0;
    mark(visible()[0]);
  };

  const step = (by) => {
    const shown = visible();
    const at = shown.findIndex((link) => link.hasAttribute("data-active"));
    mark(shown[(at + by + shown.length) % shown.length]);
  };

  const offer = () => {
    for (const link of list.querySelectorAll("[data-offered]")) link.remove();
    const offered = [...document.querySelectorAll("a[data-palette-offer]")].map((link) => link.cloneNode(true));
    for (const link of offered) {
      link.className = "nav-link";
      link.removeAttribute("data-palette-offer");
      link.dataset.offered = "";
    }
    list.prepend(...offered);
  };

  const open = () => {
    document.querySelector("#sidebar:popover-open")?.hidePopover();
    input.value = "";
    offer();
    palette.showModal();
    narrow();
  };

  for (const button of document.querySelectorAll("[data-palette-open]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
  if (mac) for (const key of document.querySelectorAll("[data-palette-key]")) key.textContent = "⌘ K";

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (mac ? event.metaKey : event.ctrlKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (palette.open) palette.close();
      else open();
    }
  });
  list.addEventListener("pointermove", (event) => mark(event.target.closest("a") ?? list.querySelector("[data-active]")));
  input.addEventListener("input", narrow);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.isComposing) {
      palette.querySelector("a[data-active]:not([hidden])")?.click();
    }
  });
}
