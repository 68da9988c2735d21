import { describe, expect, test } from "vitest";
import { parseCommit, parseTag } from "./commit.ts";

const header = [
  "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  "author A U Thor <a@example.com> 1700000000 +0100",
  "committer C O Mitter <c@example.com> 1700000001 +0000",
];
const signature = ["-----BEGIN PGP SIGNATURE-----", "", "AAAA", "-----END PGP SIGNATURE-----"];
const inHeader = (name: string): string[] => [
  `${name} ${signature[0]}`,
  ...signature.slice(1).map((line) => ` ${line}`),
];

function text(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join("\n"));
}

describe("parseCommit", () => {
  test("tells the signature from what was signed", () => {
    const signed = [...header, ...inHeader("gpgsig"), "encoding UTF-8", "", "subject", "", "gpgsig body", ""];
    expect(parseCommit("1".repeat(40), text(signed))).toEqual({
      hash: "1".repeat(40),
      author: "A U Thor <a@example.com>",
      committedAt: 1_700_000_001,
      subject: "subject",
      message: "subject\n\ngpgsig body\n",
      signature: signature.join("\n"),
      payload: text([...header, "encoding UTF-8", "", "subject", "", "gpgsig body", ""]),
    });
  });

  test("takes the signature of its own hash, and no other out of the header", () => {
    const tag = ["mergetag object 1", " tag x", ` ${signature[0]}`, " gpgsig y"];
    const lines = [...header, ...tag, ...inHeader("gpgsig-sha256"), "", "m"];
    const commit = parseCommit("1".repeat(40), text(lines));
    expect(commit.signature).toBe("");
    expect(commit.payload).toEqual(text([...header, ...tag, "", "m"]));
    expect(parseCommit("1".repeat(64), text(lines)).signature).toBe(signature.join("\n"));
  });

  test("keeps bytes that are no UTF-8 as they were signed", () => {
    const latin = Buffer.concat([text([...header, "", "caf"]), Buffer.from([0xe9, 0x0a])]);
    expect(parseCommit("1".repeat(40), latin).payload).toEqual(latin);
  });

  test("reads a commit without a message", () => {
    const bare = text([...header, ""]);
    expect(parseCommit("1".repeat(40), bare)).toMatchObject({ subject: "", message: "", payload: bare });
  });
});

describe("parseTag", () => {
  const about = ["object 1", "type commit", "tag v1", "tagger A <a@b> 1 +0000", ""];

  test("takes the last signature at the beginning of a line", () => {
    const body = [...about, "see", ` ${signature[0]}`, signature[0] ?? "", "quoted"];
    expect(parseTag("2", text([...body, ...signature, ""]))).toEqual({
      name: "v1",
      hash: "2",
      signature: [...signature, ""].join("\n"),
      payload: Buffer.from(`${body.join("\n")}\n`),
    });
  });

  test("knows a tag without signature", () => {
    const unsigned = text([...about, "message", ""]);
    expect(parseTag("2", unsigned)).toEqual({ name: "v1", hash: "2", signature: "", payload: unsigned });
  });

  test("finds a signature that is the whole message", () => {
    expect(parseTag("2", text([...about, ...signature])).signature).toBe(signature.join("\n"));
  });
});
