import { CommandError } from "../cli-error.ts";

/** How many bytes at the beginning of a file tell what it is. */
const LOOKED_AT = 512;

/** What files that are no gzip begin with; a space stands for any byte. */
const SIGNATURES: readonly (readonly [start: string, type: string])[] = [
  ["%PDF-", "application/pdf"],
  ["%!PS-Adobe-", "application/postscript"],
  ["\u00fe\u00ff", "text/plain; charset=utf-16be"],
  ["\u00ff\u00fe", "text/plain; charset=utf-16le"],
  ["\u00ef\u00bb\u00bf", "text/plain; charset=utf-8"],
  ["\u0000\u0000\u0001\u0000", "image/x-icon"],
  ["BM", "image/bmp"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["\u0089PNG\r\n\u001a\n", "image/png"],
  ["\u00ff\u00d8\u00ff", "image/jpeg"],
  ["wOFF", "font/woff"],
  ["wOF2", "font/woff2"],
  ["PK\u0003\u0004", "application/zip"],
  ["Rar!\u001a\u0007\u0000", "application/x-rar-compressed"],
  ["Rar!\u001a\u0007\u0001\u0000", "application/x-rar-compressed"],
  ["\u0000asm", "application/wasm"],
];

const HTML =
  /^[\t\n\f\r ]*<(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P|!--)[ >]/i;

/** Throws a `CommandError` in helm's words where a file does not even begin as a gzip. */
export function checkArchive(path: string, content: Uint8Array): void {
  if (content[0] === 0x1f && content[1] === 0x8b && content[2] === 0x08) return;
  if (/\.ya?ml$/.test(path)) {
    throw new CommandError(
      "NoArchive",
      `file '${path}' seems to be a YAML file, but expected a gzipped archive`,
    );
  }
  throw new CommandError(
    "NoArchive",
    `file '${path}' does not appear to be a gzipped archive; got '${typeOf(content)}'`,
  );
}

/** What Go's http.DetectContentType says of the beginning, which helm fills up with zeros. */
function typeOf(content: Uint8Array): string {
  const start = Buffer.from(content.subarray(0, LOOKED_AT)).toString("latin1").padEnd(LOOKED_AT, "\0");
  if (HTML.test(start)) return "text/html; charset=utf-8";
  if (/^[\t\n\f\r ]*<\?xml/.test(start)) return "text/xml; charset=utf-8";
  const found = SIGNATURES.find(([signature]) => start.startsWith(signature));
  if (found !== undefined) return found[1];
  // oxlint-disable-next-line no-control-regex -- they are what no text has
  const isBinary = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/.test(start);
  return isBinary ? "application/octet-stream" : "text/plain; charset=utf-8";
}
