// <details data-menu>: one open at a time, closed by Esc, by a click elsewhere and by leaving with Tab; arrows walk.
const openMenus = () => document.querySelectorAll("details[data-menu][open]");

function close(menu, returnFocus = false) {
  menu.open = false;
  if (returnFocus) menu.querySelector("summary").focus();
}

function walk(menu, step) {
  const items = [...menu.querySelectorAll(".menu-list :is(a, button, input):not([disabled])")];
  const at = items.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : -1) : (at + step + items.length) % items.length;
  items.at(next)?.focus();
}

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu?.open) return;
  if (event.key === "Escape") {
    event.stopPropagation();
    event.preventDefault(); // the drawer around the menu stays open
    close(menu, true);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    walk(menu, event.key === "ArrowDown" ? 1 : -1);
  }
});
