import type { GitCommit, GitTag } from "./git-ref.ts";
import { signatureStart } from "./signature/signature-type.ts";

const SIGNATURES = ["gpgsig", "gpgsig-sha256"];

/** Reads a commit object as `git cat-file commit` prints it. */
export function parseCommit(hash: string, object: Uint8Array): GitCommit {
  const bytes = Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  const { header, message: rest, signatures, unsigned } = splitCommit(bytes);
  const message = rest.toString("utf8");
  const author = /^author (.*?) \d+ [+-]\d{4}$/m.exec(header)?.[1] ?? "";
  const committedAt = Number(/^committer .* (\d+) [+-]\d{4}$/m.exec(header)?.[1] ?? 0);
  const signature = signatures.get(hash.length === 64 ? "gpgsig-sha256" : "gpgsig") ?? "";
  return {
    hash,
    message,
    subject: message.split("\n")[0] ?? "",
    author,
    committedAt,
    signature,
    payload: Buffer.concat([unsigned, rest]),
  };
}

interface SplitCommit {
  /** Without signatures. */
  readonly header: string;
  readonly message: Buffer;
  /** The first signature of each header. */
  readonly signatures: ReadonlyMap<string, string>;
  /** The bytes of the header that were signed, with the line that ends it. */
  readonly unsigned: Buffer;
}

/** Git signs a commit without the headers that carry signatures; a header goes on in lines that begin with a space. */
function splitCommit(bytes: Buffer): SplitCommit {
  const end = bytes.indexOf("\n\n");
  const headerEnd = end < 0 ? bytes.length : end + 1;
  const signatures = new Map<string, string>();
  const kept: Buffer[] = [];
  let signing: string | undefined;
  let lines: string[] = [];
  const close = (): void => {
    if (signing !== undefined && !signatures.has(signing)) signatures.set(signing, lines.join("\n"));
    signing = undefined;
  };
  for (let start = 0; start < headerEnd; ) {
    const lineEnd = bytes.indexOf(0x0a, start);
    const next = lineEnd < 0 ? headerEnd : lineEnd + 1;
    const line = bytes.toString("latin1", start, lineEnd < 0 ? headerEnd : lineEnd);
    if (signing !== undefined && line.startsWith(" ")) lines.push(line.slice(1));
    else {
      close();
      signing = SIGNATURES.find((name) => line.startsWith(`${name} `));
      if (signing === undefined) kept.push(bytes.subarray(start, next));
      else lines = [line.slice(signing.length + 1)];
    }
    start = next;
  }
  close();
  const header = Buffer.concat(kept);
  const blank = end < 0 ? Buffer.alloc(0) : bytes.subarray(end + 1, end + 2);
  return {
    header: header.toString("utf8"),
    message: end < 0 ? Buffer.alloc(0) : bytes.subarray(end + 2),
    signatures,
    unsigned: Buffer.concat([header, blank]),
  };
}

/** Reads a tag object as `git cat-file tag` prints it: its signature is the end of its message. */
export function parseTag(hash: string, object: Uint8Array): GitTag {
  const bytes = Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  const end = bytes.indexOf("\n\n");
  const header = bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
  const body = end < 0 ? bytes.length : end + 2;
  const start = signatureStart(bytes.subarray(body));
  const split = start < 0 ? bytes.length : body + start;
  return {
    name: /^tag (.*)$/m.exec(header)?.[1] ?? "",
    hash,
    signature: bytes.toString("latin1", split),
    payload: bytes.subarray(0, split),
  };
}
