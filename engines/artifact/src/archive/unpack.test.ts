import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { type UnsafeArchiveCause, UnsafeArchiveError } from "../artifact-error.ts";
import { unpackArchive, type UnpackBudget } from "./unpack.ts";

interface Entry {
  readonly name: string;
  readonly type?: "file" | "directory" | "symlink" | "link" | "fifo" | "character-device";
  readonly linkname?: string;
  readonly content?: string;
}

async function archiveOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, type = "file", linkname, content = "" } of entries) {
    const header = { name, type, ...(linkname === undefined ? {} : { linkname }) };
    if (type === "file") tar.entry(header, content);
    else tar.entry(header);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

async function refusal(archive: Uint8Array, budget?: UnpackBudget): Promise<UnsafeArchiveCause | "accepted"> {
  try {
    await unpackArchive(archive, budget);
    return "accepted";
  } catch (error) {
    if (error instanceof UnsafeArchiveError) return error.problem;
    throw error;
  }
}

describe("unpackArchive", () => {
  test("gives files and directories as a tree", async () => {
    const tree = await unpackArchive(
      await archiveOf([
        { name: "./a/", type: "directory" },
        { name: "a/b.yaml", content: "x: 1\n" },
        { name: "e/", type: "directory" },
      ]),
    );
    expect(Buffer.from(tree.read("a/b.yaml") ?? []).toString()).toBe("x: 1\n");
    expect(tree.list("e")).toEqual([]);
  });

  const hostile: readonly {
    readonly name: string;
    readonly entries: readonly Entry[];
    readonly want: UnsafeArchiveCause;
  }[] = [
    { name: "a path with ..", entries: [{ name: "a/../../b" }], want: "escaping-path" },
    { name: "a path with .. and backslashes", entries: [{ name: "a\\..\\..\\b" }], want: "escaping-path" },
    { name: "an absolute path", entries: [{ name: "/etc/passwd" }], want: "absolute-path" },
    { name: "a drive letter", entries: [{ name: "C:\\x" }], want: "absolute-path" },
    { name: "a control character", entries: [{ name: "a\u0001b" }], want: "control-character" },
    {
      name: "a symbolic link",
      entries: [{ name: "a", type: "symlink", linkname: "/etc" }],
      want: "unsupported-type",
    },
    {
      name: "a hard link",
      entries: [{ name: "a", type: "link", linkname: "../x" }],
      want: "unsupported-type",
    },
    { name: "a FIFO", entries: [{ name: "a", type: "fifo" }], want: "unsupported-type" },
    { name: "a device", entries: [{ name: "a", type: "character-device" }], want: "unsupported-type" },
    { name: "a file twice", entries: [{ name: "a" }, { name: "./a" }], want: "duplicate-entry" },
    {
      name: "a file that is a directory",
      entries: [{ name: "a/", type: "directory" }, { name: "a" }],
      want: "duplicate-entry",
    },
    { name: "names that differ by case", entries: [{ name: "a" }, { name: "A" }], want: "colliding-entry" },
    {
      name: "names that differ by Unicode form",
      entries: [{ name: "\u00e9" }, { name: "e\u0301" }],
      want: "colliding-entry",
    },
    { name: "a path of 129 levels", entries: [{ name: `${"d/".repeat(128)}f` }], want: "too-deep" },
  ];
  test.each(hostile)("refuses $name", async ({ entries, want }) => {
    expect(await refusal(await archiveOf(entries))).toBe(want);
  });

  test("refuses more entries than its budget", async () => {
    const archive = await archiveOf([{ name: "a" }, { name: "b" }, { name: "c" }]);
    expect(await refusal(archive, { maxEntries: 2 })).toBe("too-many-entries");
  });

  test("refuses more bytes than its budget", async () => {
    const archive = await archiveOf([{ name: "a", content: "x".repeat(2000) }]);
    expect(await refusal(archive, { maxBytes: 1000 })).toBe("too-large");
  });

  test("refuses a bomb by its ratio before unpacking all of it", async () => {
    expect(await refusal(gzipSync(Buffer.alloc(64 * 1024 * 1024)))).toBe("too-large");
  });

  test("refuses what is no gzip, and a gzip that is cut short", async () => {
    expect(await refusal(Buffer.from("not an archive"))).toBe("corrupt");
    const whole = await archiveOf([{ name: "a", content: "x".repeat(5000) }]);
    expect(await refusal(whole.subarray(0, whole.length - 12))).toBe("corrupt");
  });

  test("refuses a size that is negative in base-256", async () => {
    const chunks: Buffer[] = [];
    const tar = pack();
    tar.entry({ name: "a" }, "hello");
    tar.finalize();
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    bytes.fill(0xff, 124, 136);
    let sum = 0;
    bytes.fill(0x20, 148, 156);
    for (let index = 0; index < 512; index += 1) sum += bytes[index] ?? 0;
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    expect(await refusal(gzipSync(bytes))).toBe("corrupt");
  });
});
