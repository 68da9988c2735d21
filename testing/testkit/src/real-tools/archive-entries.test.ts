import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readTarEntry } from "./tar-entry.ts";
import { readZipEntry } from "./zip-entry.ts";

const LIMIT = 1024;

function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).map(([name, content]) => {
    const block = Buffer.alloc(512 + Math.ceil(content.length / 512) * 512);
    block.write(name, 0);
    block.write(content.length.toString(8).padStart(11, "0"), 124);
    block.write(content, 512);
    return block;
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function zipOf(files: Readonly<Record<string, string>>, damage = 0): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE((crc32(content) ^ damage) >>> 0, 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end, Buffer.from("a comment")]);
}

describe("readTarEntry", () => {
  const archive = tarOf({ "a.txt": "first", "dir/b.txt": "x".repeat(600), "c.txt": "" });

  test.each([
    { name: "a.txt", want: "first" },
    { name: "dir/b.txt", want: "x".repeat(600) },
    { name: "c.txt", want: "" },
    { name: "d.txt", want: undefined },
  ])("finds $name or says that it is not there", ({ name, want }) => {
    const found = readTarEntry(archive, name);
    expect(found === undefined ? undefined : Buffer.from(found).toString()).toBe(want);
  });
});

describe("readZipEntry", () => {
  const files = { "kubectl/kubectl": "program", "helm/helm": "other ".repeat(50) };

  test.each(Object.entries(files))("unpacks %s", (name, want) => {
    expect(Buffer.from(readZipEntry(zipOf(files), name, LIMIT) ?? []).toString()).toBe(want);
  });

  test("says that a file is not there", () => {
    expect(readZipEntry(zipOf(files), "kubectl", LIMIT)).toBeUndefined();
  });

  test("refuses a file with the wrong checksum", () => {
    expect(() => readZipEntry(zipOf(files, 1), "helm/helm", LIMIT)).toThrow("damaged");
  });

  test("refuses a file over the limit", () => {
    expect(() => readZipEntry(zipOf(files), "helm/helm", 10)).toThrow();
  });

  test("refuses what is no zip", () => {
    expect(() => readZipEntry(Buffer.alloc(100), "helm/helm", LIMIT)).toThrow("no zip archive");
  });
});
