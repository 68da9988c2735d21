const BLOCK = 512;

/** A file of an archive that is to be written. */
export interface TarFile {
  /** With `/`, relative. */
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * Writes files as a tar archive whose bytes depend on names, contents and the one time alone. Names that a plain header
 * does not hold get a PAX header, as Go writes them.
 */
export function writeTar(files: readonly TarFile[], modifiedAt: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { name, data } of files) {
    const split = splitName(name);
    if (split === undefined) {
      const record = paxRecord("path", name);
      const folder = name.slice(0, name.lastIndexOf("/") + 1);
      const base = `${folder}PaxHeaders.0/${name.slice(folder.length)}`;
      parts.push(...entryOf({ name: asciiTail(base), prefix: "" }, record, { type: "x", modifiedAt: 0 }));
    }
    const stored = split ?? { name: asciiTail(name), prefix: "" };
    parts.push(...entryOf(stored, data, { type: "0", modifiedAt }));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return Buffer.concat(parts);
}

interface StoredName {
  readonly name: string;
  readonly prefix: string;
}

const MAX_NAME = 100;
const MAX_PREFIX = 155;

/** A name as a ustar header holds it; undefined where it does not. */
function splitName(name: string): StoredName | undefined {
  if (!/^[ -~]*$/.test(name)) return undefined;
  if (name.length <= MAX_NAME) return { name, prefix: "" };
  const slash = name.lastIndexOf("/", MAX_PREFIX);
  const rest = name.length - slash - 1;
  return slash <= 0 || rest > MAX_NAME || rest === 0
    ? undefined
    : { name: name.slice(slash + 1), prefix: name.slice(0, slash) };
}

function asciiTail(name: string): string {
  return name.replaceAll(/[^ -~]/gu, "").slice(-MAX_NAME);
}

/** The length stands before the record and counts itself. */
function paxRecord(key: string, value: string): Uint8Array {
  const rest = ` ${key}=${value}\n`;
  const size = Buffer.byteLength(rest);
  let total = size + String(size).length;
  while (String(total).length + size !== total) total = size + String(total).length;
  return Buffer.from(`${total}${rest}`);
}

function entryOf(
  { name, prefix }: StoredName,
  data: Uint8Array,
  { type, modifiedAt }: { readonly type: string; readonly modifiedAt: number },
): readonly Uint8Array[] {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, MAX_NAME, "latin1");
  header.write("0000644\0", 100, "latin1");
  header.write("0000000\0", 108, "latin1");
  header.write("0000000\0", 116, "latin1");
  header.write(octal(data.length), 124, "latin1");
  header.write(octal(modifiedAt), 136, "latin1");
  header.write("        ", 148, "latin1");
  header.write(type, 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, MAX_PREFIX, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  const padding = (BLOCK - (data.length % BLOCK)) % BLOCK;
  return [header, data, new Uint8Array(padding)];
}

function octal(value: number): string {
  return `${value.toString(8).padStart(11, "0")}\0`;
}
