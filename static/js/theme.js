// [data-theme-switch]: the choice is kept in a cookie, which the server reads, so a page never flashes the other theme.
const YEAR = 365 * 24 * 3600;
const root = document.documentElement;

function show() {
  const chosen = root.dataset.theme ?? "";
  for (const group of document.querySelectorAll("[data-theme-switch]")) {
    group.hidden = false;
    for (const button of group.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
    }
  }
}

function choose(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax${secure}`;
  show();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (button) choose(button.dataset.themeChoice);
});
show();
