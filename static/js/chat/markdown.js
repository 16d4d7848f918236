// Markdown as it streams in, by the rules of conversations/rendering.py: DOM nodes only, no image, no link but http,
// https and mailto, citation marks in place of [n]. What is shown here is replaced by the server's rendering at the end.
import * as smd from "../../vendor/streaming-markdown-0.2.15.min.js";

const TAGS = new Map([
  [smd.PARAGRAPH, "p"], [smd.BLOCKQUOTE, "blockquote"], [smd.LINE_BREAK, "br"], [smd.RULE, "hr"],
  [smd.ITALIC_AST, "em"], [smd.ITALIC_UND, "em"], [smd.STRONG_AST, "strong"],
  [smd.STRONG_UND, "strong"], [smd.STRIKE, "s"], [smd.CODE_INLINE, "code"], [smd.LIST_UNORDERED, "ul"],
  [smd.LIST_ORDERED, "ol"], [smd.LIST_ITEM, "li"], [smd.TABLE, "table"], [smd.TABLE_ROW, "tr"],
]);
const MATHS = new Map([[smd.EQUATION_BLOCK, "$$"], [smd.EQUATION_INLINE, "$"]]);
// \( x \) and \[ x \] are given to the parser as equations it knows, with a sign of how they were written.
const TEX = new Map([["\\(", "\ue000"], ["\\[", "\ue001"]]);
const CLOSED = new Map([["\\(", "\\)"], ["\\[", "\\]"]]);
const SIGNS = /\$?[\ue000\ue001]/g;
const UNDERSCORES = new Map([[smd.ITALIC_UND, "_"], [smd.STRONG_UND, "__"]]);
const HEADINGS = [smd.HEADING_1, smd.HEADING_2, smd.HEADING_3, smd.HEADING_4, smd.HEADING_5, smd.HEADING_6];
const CODE = new Set([smd.CODE_BLOCK, smd.CODE_FENCE]);
const SAFE = /^(https?:|mailto:)/i;
const NUMBER = /^\d{1,2}$/;
const PARTS = /(\\\\|\\[()[\]])|(?<=\n)/;
const AT_MARGIN = /^[^\s\d*+-]/;
const LISTS = new Set([smd.LIST_UNORDERED, smd.LIST_ORDERED]);
const RULE = /^\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?\s*$/;
const LANGUAGE = /^[\w+#-]{1,20}$/;

const make = (tag) => document.createElement(tag);

function rowParent(table) {
  if (!table.tHead) return table.createTHead();
  return table.tBodies[0] ?? table.createTBody();
}

// A finished [text](href) or [n], written so far into a <span>.
function settleLink(span, href, mark) {
  const text = span.textContent;
  if (href === null && NUMBER.test(text)) {
    const before = span.previousSibling;
    if (before?.nodeType === Node.TEXT_NODE) before.data = before.data.replace(/\s$/, "");
    span.replaceWith(mark(Number(text)));
  } else if (href !== null && SAFE.test(href)) {
    const link = Object.assign(make("a"), { href, target: "_blank", rel: "noopener nofollow" });
    link.append(...span.childNodes);
    span.replaceWith(link);
  } else {
    span.prepend("[");
    span.append(href === null ? "]" : `](${href})`);
  }
}

// `mark(n)` makes the node of a citation. Returns write(text), which may be called with any piece of the text.
export function streamInto(root, mark) {
  const open = [{ node: root }];
  const top = () => open.at(-1);
  let held = "";
  let last = "";
  let line = "";
  let isAfterBlank = false;
  let columns = []; // of the newest table: whether it holds numbers

  // the first heading comes right below the page's own, the others keep their distance
  let first = null;
  const headingTag = (level) => {
    first ??= level;
    return `h${Math.min(6, Math.max(3, level - first + 3))}`;
  };

  const add = (type) => {
    let parent = top().node;
    const entry = { type };
    if (CODE.has(type)) {
      parent = parent.appendChild(make("pre"));
      entry.node = make("code");
    } else if (type === smd.TABLE_ROW) {
      parent = rowParent(parent);
      entry.node = make("tr");
    } else if (type === smd.TABLE_CELL) {
      entry.node = make(parent.parentElement.tagName === "THEAD" ? "th" : "td");
      if (columns[parent.cells.length]) entry.node.className = "number";
    } else {
      entry.node = make(HEADINGS.includes(type) ? headingTag(HEADINGS.indexOf(type)) : (TAGS.get(type) ?? "span"));
    }
    if (type === smd.TABLE) columns = [];
    if (type === smd.LINK) entry.href = null;
    if (MATHS.has(type)) entry.node.className = "maths";
    if (UNDERSCORES.has(type) && /[\p{L}\p{N}]$/u.test(last)) {
      entry.literal = UNDERSCORES.get(type); // snake_case is no emphasis
      entry.node = make("span");
      entry.node.append(entry.literal);
    }
    if (type === smd.CHECKBOX) entry.node.append("☐ ");
    parent.append(entry.node);
    open.push(entry);
  };

  const end = () => {
    const { type, node, href, closing, literal } = open.pop();
    if (type === smd.LINK) settleLink(node, href, mark);
    if (closing ?? literal) node.append(closing ?? literal);
  };

  const say = (text) => {
    const entry = top();
    let said = text.replace(SIGNS, (sign) => (sign.endsWith("\ue000") ? "\\(" : "\\["));
    if (MATHS.has(entry.type) && !entry.closing) {
      entry.closing = CLOSED.get(said.slice(0, 2)) ?? MATHS.get(entry.type);
      if (!CLOSED.has(said.slice(0, 2))) said = MATHS.get(entry.type) + said;
    }
    entry.node.append(said);
    last = said;
  };

  const set = (attribute, value) => {
    const entry = top();
    if (attribute === smd.HREF && entry.type === smd.LINK) entry.href = value;
    if (attribute === smd.START && entry.type === smd.LIST_ORDERED) entry.node.start = Number(value);
    if (attribute === smd.LANG && LANGUAGE.test(value)) entry.node.dataset.language = value.toLowerCase();
    if (attribute === smd.CHECKED) entry.node.textContent = "☑ ";
  };

  const parser = smd.parser({
    data: null,
    add_token: (_data, type) => add(type),
    end_token: end,
    add_text: (_data, text) => say(text),
    set_attr: (_data, attribute, value) => set(attribute, value),
  });
  // Of a table's rule, which columns are aligned to the right.
  const align = (rule) => {
    columns = rule.trim().replace(/^\||\|$/g, "").split("|").map((cell) => /^[^:]*:$/.test(cell.trim()));
    const heads = [...root.querySelectorAll("table")].at(-1)?.tHead?.rows[0].cells ?? [];
    for (const [place, cell] of [...heads].entries()) if (columns[place]) cell.className = "number";
  };

  const read = (part) => {
    const lines = (line + part).split("\n");
    line = lines.pop();
    if (!CODE.has(top().type)) lines.filter((whole) => RULE.test(whole)).forEach(align);
    isAfterBlank = !line && lines.at(-1)?.trim() === "";
  };

  // Text at the margin after a blank line ends all lists at once; for the parser a blank line ends but one.
  const leaveLists = () => {
    const depth = open.filter(({ type }) => LISTS.has(type)).length;
    if (depth > 1) smd.parser_write(parser, "\n".repeat(depth - 1));
  };

  const feed = (part) => {
    if (isAfterBlank && AT_MARGIN.test(part)) leaveLists();
    const { type, closing } = top();
    const isPlain = !CODE.has(type) && type !== smd.CODE_INLINE && !MATHS.has(type);
    if (TEX.has(part) && isPlain) smd.parser_write(parser, `$${TEX.get(part)}`);
    else smd.parser_write(parser, closing === part ? "$" : part);
    read(part);
  };

  return (text) => {
    held += text;
    const ready = held.replace(/\\+$/, ""); // what follows tells what a backslash is
    held = held.slice(ready.length);
    for (const part of ready.split(PARTS)) if (part) feed(part);
  };
}
