// The tools that are called before an answer, a line for each as it begins and ends. The server renders them again with
// the whole answer.
export function showStep(article, step) {
  const list = article.querySelector("[data-tool-steps]");
  const known = [...list.children].find((row) => row.dataset.step === step.id);
  const row = known ?? list.appendChild(document.createElement("li"));
  const name = document.createElement("strong");
  name.textContent = step.label;
  row.className = "tool-step";
  row.dataset.step = step.id;
  row.dataset.status = step.status;
  row.replaceChildren(name, ` ${step.summary || Object.values(step.arguments).join(", ")}`);
}
