import type { GitCommit } from "./git-ref.ts";

/** Reads a commit object as `git cat-file commit` prints it. */
export function parseCommit(hash: string, object: Uint8Array): GitCommit {
  const text = Buffer.from(object).toString("utf8");
  const end = text.indexOf("\n\n");
  const header = end < 0 ? text : text.slice(0, end);
  const message = end < 0 ? "" : text.slice(end + 2);
  const author = /^author (.*?) \d+ [+-]\d{4}$/m.exec(header)?.[1] ?? "";
  const committedAt = Number(/^committer .* (\d+) [+-]\d{4}$/m.exec(header)?.[1] ?? 0);
  const isSigned = /^gpgsig(-sha256)? /m.test(header);
  return { hash, message, subject: message.split("\n")[0] ?? "", author, committedAt, isSigned };
}
