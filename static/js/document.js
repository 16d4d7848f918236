// One document's pages: spans of time that run on, ticked passages, the passage that a link leads to.
import "./elapsed.js";
import "./selection.js";

const passage = document.getElementById("passage");
if (passage) {
  passage.scrollIntoView({ block: "center" });
  passage.focus({ preventScroll: true });
}
