// What was dropped or chosen, as [{ file, path }]: folders are walked to their ends, with `/` between the parts.
const CONTROL = /[\u0000-\u001f\u007f]/g; // allowed in names by some systems, in paths by no server
const tidy = (path) => path.replace(/^\/+/, "").replace(CONTROL, "_").normalize("NFC");

// Only while the drop event is handled can its items be read, so this part takes no pause.
export function entriesOf(transfer) {
  return [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
}

export async function walked(entries) {
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push({ file, path: tidy(entry.fullPath) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([]))); // a hundred at a time
    if (!some.length) return;
    for (const inner of some) await walk(inner, found);
  }
}

export const chosen = (files) => [...files].map((file) => ({ file, path: tidy(file.webkitRelativePath || file.name) }));
