// A question that is edited: its bubble becomes a field; Esc or Cancel puts it back.
const opened = (target) => target.closest?.("[data-edit][open]");

function close(details) {
  details.querySelector("form").reset();
  details.open = false;
  details.querySelector("summary").focus();
}

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.matches("[data-edit][open]")) return;
    const field = target.querySelector("textarea");
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  },
  true,
);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-edit-cancel]")) close(opened(event.target));
});

// Arrow up in the empty question field opens the last question.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowUp" || !event.target.matches("[data-composer-text]") || event.target.value) return;
  const last = [...document.querySelectorAll("[data-edit]")].at(-1);
  if (!last) return;
  event.preventDefault();
  last.open = true;
});

document.addEventListener("keydown", (event) => {
  const details = opened(event.target);
  if (!details || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    close(details);
  } else if (event.key === "Enter" && !event.shiftKey && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
