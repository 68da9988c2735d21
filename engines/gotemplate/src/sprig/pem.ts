/** PEM blocks as Go's encoding/pem reads and writes them. */
import { decodeBase64 } from "./base-encoding.ts";

/** A block of PEM: what it says it is, and its bytes. */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Writes a block in lines of 64 characters. */
export function writePem({ type, bytes }: PemBlock): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ""].join("\n");
}

const BEGIN = "-----BEGIN ";
const END = "\n-----END ";

/** The first block in a text. Text around it, and blocks that are damaged, are passed over. */
export function readPem(text: string): PemBlock | undefined {
  let start = 0;
  for (let end = text.indexOf(END); end !== -1; end = text.indexOf(END, start)) {
    const begin = text.lastIndexOf(BEGIN, end);
    if (begin >= start && (begin === 0 || text[begin - 1] === "\n")) {
      const block = blockBetween(text, begin, end);
      if (block !== undefined) return block;
    }
    start = end + END.length;
  }
  return undefined;
}

function blockBetween(text: string, begin: number, end: number): PemBlock | undefined {
  const endLine = lineAt(text, end + 1);
  const [typeLine = "", ...lines] = text.slice(begin, end).split("\n").map(trimLine);
  if (!typeLine.endsWith("-----") || typeLine.length < BEGIN.length + 5) return undefined;
  const type = typeLine.slice(BEGIN.length, -5);
  if (endLine !== `-----END ${type}-----`) return undefined;
  const firstData = lines.findIndex((line) => !line.includes(":"));
  const data = firstData === -1 ? "" : lines.slice(firstData).join("\n");
  const bytes = decodeBase64(data.replaceAll(/[ \t]/g, ""));
  return typeof bytes === "string" ? undefined : { type, bytes };
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return trimLine(text.slice(start, end === -1 ? undefined : end));
}

function trimLine(line: string): string {
  return line.replace(/\r$/, "").replace(/[ \t]+$/, "");
}
