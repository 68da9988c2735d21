import { promisify } from "node:util";
import { gzip } from "node:zlib";

const BLOCK = 512;

/** A `.tar.gz` of regular files, and of symbolic links where their names say so; enough of ustar for tests. */
export async function aTarball(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const bytes = Buffer.from(content);
    const padding = Buffer.alloc((BLOCK - (bytes.byteLength % BLOCK)) % BLOCK);
    return [header(name, bytes.byteLength), bytes, padding];
  });
  return promisify(gzip)(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100);
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136);
  block.write("        ", 148);
  block.write(name.endsWith(".symlink") ? "2" : "0", 156);
  if (name.endsWith(".symlink")) block.write("/etc/passwd", 157);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
