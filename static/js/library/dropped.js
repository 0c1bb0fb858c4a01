// The files of a drop, also those in folders, however deep.

/** Whether files are being dragged, as against text or a link. @param {DragEvent} event */
export function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** @param {DataTransfer} data @returns {Promise<File[]>} */
export async function filesOf(data) {
  // All at once: after the first wait the browser has forgotten them.
  const items = [...data.items].filter(({ kind }) => kind === "file");
  const found = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files = [];
  for (const one of found) {
    if (one instanceof File) files.push(one);
    else if (one) files.push(...(await within(one)));
  }
  return files;
}

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function within(entry) {
  if (entry.isFile) {
    const file = /** @type {FileSystemFileEntry} */ (entry);
    return [await new Promise((resolve, reject) => file.file(resolve, reject))];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const files = [];
  for (;;) {
    // Browsers answer a hundred at a time, and none at the end.
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return files;
    for (const inner of some) files.push(...(await within(inner)));
  }
}
