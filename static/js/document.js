// One document's pages: spans of time that run on, ticked passages, the passage that a link leads to.
import "./elapsed.js";
import "./selection.js";

const pdf = document.querySelector("[data-pdf]");
const passage = document.getElementById("passage");
if (pdf) {
  import("./pdf/viewer.js").then(({ showPdf }) => showPdf(pdf));
} else if (passage) {
  passage.scrollIntoView({ block: "center" });
  passage.focus({ preventScroll: true });
}
