// Colours in code blocks, by the browser's own highlights: nothing is put into the page, so nothing can come of what the
// code says. One plain reading serves all languages; the fence's name only tells how comments begin.
const KINDS = ["comment", "string", "number", "keyword"];
const LONGEST = 20_000; // characters of a block
const HASH = "(?<![$\\w&])#[^\\n]*";
const SLASHES = "\\/\\/[^\\n]*|\\/\\*[^]*?(?:\\*\\/|$)";
const DASHES = "--[^\\n]*";
const MARKUP = "<!--[^]*?(?:-->|$)";
const COMMENTS = new Map();
for (const [names, comment] of [
  ["py python rb ruby sh bash zsh shell console yaml yml toml r perl pl make makefile dockerfile elixir ini conf nginx powershell ps1 graphql", HASH],
  ["sql postgresql mysql lua haskell hs ada elm", DASHES],
  ["html xml svg vue markdown md", MARKUP],
  ["php terraform tf hcl", `${SLASHES}|${HASH}`],
  ["json text txt csv plain", "(?!)"],
]) for (const name of names.split(" ")) COMMENTS.set(name, comment);
const STRINGS = "\"\"\"[^]*?\"\"\"|'''[^]*?'''|\"(?:[^\"\\\\\\n]|\\\\.)*\"|(?<!\\w)'(?:[^'\\\\\\n]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`";
const NUMBERS = "(?<![\\w.])(?:0[xob][\\da-f_]+|\\d[\\d_]*(?:\\.\\d+)?(?:e[+-]?\\d+)?)(?!\\w)";
const WORDS = `abstract and as assert async await break case catch class const continue crate def default defer del do done elif else
  elsif end enum esac except export extends extern false fi final finally fn for foreach from func function go goto if impl implements
  import in include instanceof interface is lambda let loop match mod module move mut namespace new nil none not null of or package pass
  private protected pub public raise require return select self static struct super switch template then this throw trait true try type
  typedef typeof union unless unsafe until use using val var virtual void when where while with yield
  create table insert into update set delete join left right inner on group by order having limit values primary key`;
const KEYWORDS = `(?<![\\w.$-])(?:${WORDS.trim().split(/\s+/).join("|")})(?![\\w-])`;

const patterns = new Map();

function patternOf(language) {
  const comment = COMMENTS.get(language) ?? (language ? SLASHES : `${SLASHES}|(?<=^|\\n)${HASH}`);
  if (!patterns.has(comment)) {
    const groups = [comment, STRINGS, NUMBERS, KEYWORDS].map((part) => `(${part})`);
    patterns.set(comment, new RegExp(groups.join("|"), "gi"));
  }
  return patterns.get(comment);
}

function* ranges(block) {
  const node = block.firstChild;
  if (block.childNodes.length !== 1 || node.nodeType !== Node.TEXT_NODE || node.length > LONGEST) return;
  for (const found of node.data.matchAll(patternOf(block.dataset.language))) {
    const range = new StaticRange({
      startContainer: node, startOffset: found.index, endContainer: node, endOffset: found.index + found[0].length,
    });
    yield [KINDS[found.slice(1).findIndex((part) => part !== undefined)], range];
  }
}

// Colours every code block below root, afresh.
export function highlight(root) {
  if (!globalThis.Highlight) return;
  const kept = new Map(KINDS.map((kind) => [kind, new Highlight()]));
  for (const block of root.querySelectorAll("pre > code")) for (const [kind, range] of ranges(block)) kept.get(kind).add(range);
  for (const [kind, found] of kept) CSS.highlights.set(`code-${kind}`, found);
}
