const BLOCK = 512;

/** The content of one file of an unpacked tar archive; `undefined` where it has none of that name. */
export function readTarEntry(archive: Uint8Array, name: string): Uint8Array | undefined {
  let offset = 0;
  while (offset + BLOCK <= archive.length) {
    const header = archive.subarray(offset, offset + BLOCK);
    const entry = text(header.subarray(0, 100));
    if (entry === "") return undefined;
    const size = Number.parseInt(text(header.subarray(124, 136)), 8);
    if (!Number.isSafeInteger(size)) throw new RangeError(`tar entry ${entry} has no size`);
    const start = offset + BLOCK;
    if (entry === name) return archive.subarray(start, start + size);
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString("latin1");
}
