// Swagger UI's dark side, where the person's choice or else their system says so; before anything is drawn.
const page = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function show() {
  page.classList.toggle("dark-mode", page.dataset.theme ? page.dataset.theme === "dark" : dark.matches);
}

dark.addEventListener("change", show);
show();
