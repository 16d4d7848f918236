// <textarea data-lines>: one field a line, to add, remove and put in order. The textarea stays what is sent, and without script what is
// written in.
const area = document.querySelector("textarea[data-lines]");
const row = document.querySelector("template[data-line]");
const list = Object.assign(document.createElement("ol"), { className: "lines" });
const add = document.querySelector("template[data-line-add]").content.firstElementChild.cloneNode(true);
const most = Number(area.dataset.lines) || Infinity;
const fields = () => [...list.querySelectorAll("input")];

function write() {
  area.value = fields().map((field) => field.value.trim()).filter(Boolean).join("\n");
  add.hidden = list.children.length >= most;
}

function append(text = "") {
  const line = row.content.firstElementChild.cloneNode(true);
  const field = line.querySelector("input");
  field.value = text;
  field.disabled = area.disabled;
  list.append(line);
  return field;
}

list.addEventListener("input", write);
list.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
  event.preventDefault();
  add.click();
});
list.addEventListener("click", (event) => {
  const line = event.target.closest("li");
  if (event.target.closest("[data-line-remove]")) {
    (line.nextElementSibling ?? line.previousElementSibling)?.querySelector("input").focus();
    line.remove();
  } else if (event.target.closest("[data-line-up]")) {
    line.previousElementSibling?.before(line);
    event.target.closest("button").focus();
  }
  write();
});
add.addEventListener("click", () => {
  const field = add.hidden ? fields().at(-1) : append();
  field.focus();
  write();
});

if (!area.disabled) {
  area.value.split("\n").filter(Boolean).forEach((text) => append(text));
  area.hidden = true;
  area.after(list, add);
  write();
}
