import { gzipSync } from "node:zlib";

/** An entry of an archive, which may say what no honest one says. */
export interface TarEntry {
  readonly path: string;
  readonly text?: string;
  /** Makes it a symbolic link. */
  readonly target?: string;
}

const BLOCK = 512;

/** Packs entries as they are said, whatever they say: a tar of the ustar format in gzip. */
export function tarGz(entries: readonly TarEntry[]): Uint8Array {
  const blocks = entries.flatMap((entry) => [header(entry), padded(Buffer.from(entry.text ?? ""))]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
}

function header({ path, text = "", target = "" }: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100, "utf8");
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${Buffer.byteLength(text).toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136);
  block.fill(" ", 148, 156);
  block.write(target === "" ? "0" : "2", 156);
  block.write(target, 157, 100, "utf8");
  block.write("ustar\0" + "00", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}
