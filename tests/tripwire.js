// Put into a page before its own scripts (test_xss.py): tells whatever happens there that must not, also in elements
// that stay for a moment only.
window.told = [];
window.hit = () => told.push("a script ran");
for (const name of ["alert", "confirm", "prompt", "open"]) window[name] = () => told.push(name);
addEventListener(
  "securitypolicyviolation",
  (event) => told.push(`only the policy stopped ${event.violatedDirective} ${event.blockedURI}`),
  true,
);

const TAGS = new Set(
  "p br hr strong em s span code pre blockquote ul ol li h3 h4 h5 h6 table thead tbody tr th td a div".split(" "),
);
const ATTRIBUTES = /^(?:class|href|title|target|rel|start|role|tabindex|aria-.*|data-(?:citation|quote|name|language))$/;
const LINK = /^(?:https?:|mailto:|\/documents\/)/i;
const RUNS = /^[\s\0-\x20]*(?:javascript|vbscript|data:text)/i;

window.judge = (element) => {
  const tag = element.localName;
  const isOurs = element.closest(".code-copy") || element.matches("[data-prose]"); // of our own templates
  const isAnswer = element.closest("[data-prose]") && !isOurs;
  if (isAnswer && !TAGS.has(tag)) told.push(`<${tag}> in an answer`);
  for (const { name, value } of element.attributes) {
    if (name.startsWith("on")) told.push(`${name} of <${tag}>`);
    if (/^(?:href|src|action|formaction|xlink:href)$/.test(name) && RUNS.test(value)) told.push(`${name}=${value}`);
    if (isAnswer && !ATTRIBUTES.test(name)) told.push(`${name} of <${tag}> in an answer`);
    if (isAnswer && name === "href" && !LINK.test(value)) told.push(`a link to ${value}`);
  }
};

new MutationObserver((changes) => {
  for (const { target, addedNodes, type } of changes) {
    if (type === "attributes") judge(target);
    for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) [node, ...node.querySelectorAll("*")].forEach(judge);
  }
}).observe(document, { subtree: true, childList: true, attributes: true });

// Everything is looked at once more and touched; then what has been told.
window.settled = async () => {
  document.querySelectorAll("*").forEach(judge);
  for (const element of document.querySelectorAll("[data-prose] *, .message-person, .cited *")) {
    for (const type of ["mouseover", "mouseenter", "focus", "toggle"]) element.dispatchEvent(new Event(type));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  return [...new Set(told)];
};

window.piecewise = (text) => [1, 7, text.length].map((size) => text.match(new RegExp(`[^]{1,${size}}`, "g")));
window.cutEverywhere = (text) => Array.from({ length: text.length }, (_, at) => [text.slice(0, at), text.slice(at)]);

// Streams each text in each of its ways to be cut, by the page's own renderer into the page's own thread.
window.streamed = async (texts, waysOf) => {
  const { streamInto } = await import("/static/js/chat/markdown.js");
  const thread = document.querySelector("[data-thread]");
  for (const text of texts) {
    const roots = waysOf(text).map((pieces) => {
      const root = thread.appendChild(document.createElement("div"));
      root.dataset.prose = "";
      const write = streamInto(root, (textContent) => Object.assign(document.createElement("a"), { className: "cite", textContent }));
      for (const piece of [...pieces, "\n\nend\n"]) write(piece);
      root.querySelectorAll("*").forEach(judge);
      return root;
    });
    await new Promise((resolve) => setTimeout(resolve)); // what was set off happens
    for (const root of roots) root.remove();
  }
};
