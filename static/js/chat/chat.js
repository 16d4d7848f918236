// The chat page: goes on with an answer that is being written, and its keys.
import { running, watch } from "./answer.js";
import { closeSources } from "./citations.js";
import { stop } from "./composer.js";
import "./attach.js";
import "./code.js";
import "./edit.js";
import "./scroll.js";

const search = document.querySelector("[data-history-search]");
const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && !(running() ? stop() : closeSources())) return;
  if (search && event.key === "/" && !isTyping(event.target) && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    const drawer = search.closest("[popover]");
    if (!search.checkVisibility()) drawer.showPopover();
    search.focus();
  }
});

addEventListener("popstate", () => location.reload());

const unfinished = [...document.querySelectorAll("[data-events]")].at(-1);
if (unfinished) watch(unfinished);
