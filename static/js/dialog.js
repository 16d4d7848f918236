// [data-confirm]: asks in the page's one dialog before something is lost. On a link, the dialog posts to the link's
// address (whose GET is the same question as a page); on a submit button, it lets the button's own form go.
// [data-dialog-open="id"], [data-dialog-close]: any other dialog.
let asked = null;

function ask(trigger) {
  const dialog = document.getElementById("confirm-dialog");
  const button = dialog.querySelector("[data-confirm-button]");
  dialog.querySelector("#confirm-title").textContent = trigger.dataset.confirm;
  dialog.querySelector("#confirm-text").textContent = trigger.dataset.confirmText ?? "";
  button.textContent = trigger.dataset.confirmAction ?? button.dataset.textDefault;
  asked = trigger;
  dialog.showModal();
}

function confirmed(event) {
  if (asked instanceof HTMLAnchorElement) {
    event.target.action = asked.href; // the dialog's own form, with its CSRF token, goes there
    return;
  }
  event.preventDefault();
  event.target.closest("dialog").close();
  asked.form.requestSubmit(asked); // sends no click, so nothing is asked twice
}

document.addEventListener("click", (event) => {
  const trigger = event.target.closest("[data-confirm]");
  if (trigger && document.getElementById("confirm-dialog")) {
    event.preventDefault();
    ask(trigger);
    return;
  }
  const opener = event.target.closest("[data-dialog-open]");
  const dialog = opener && document.getElementById(opener.dataset.dialogOpen);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  event.target.closest("[data-dialog-close]")?.closest("dialog").close();
  // a click on the backdrop lands on the dialog itself, outside its box
  if (event.target instanceof HTMLDialogElement && isOutside(event, event.target)) event.target.close();
});

function isOutside({ clientX, clientY }, dialog) {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

document.addEventListener("submit", (event) => {
  if (event.target.closest("#confirm-dialog")) confirmed(event);
});
