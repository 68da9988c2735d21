import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "@weir/core";
import { failure } from "@weir/objects";

/** Text of an answer that is written without a handler, as Go's server writes it. */
type Raw = string;

const HEADERS = "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n";
/** What net/http takes for a host, before it is looked at more closely. */
const HOST = /^[\w!$%&'()*+,\-.:;=[\]~]*$/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const VERSION = / HTTP\/\d\.\d\r?\n/;
/** A name with something in it that names do not have. */
const BAD_NAME = /^[^:\r\n]*:/;
const REQUEST_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ \S+ HTTP\/1\.[01]\r?\n/;

/** The error of a parser that gave up on what a client sends. */
export interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
  /** Where in the packet the parser gave up. */
  readonly bytesParsed?: number;
}

/** Why Go's server does not even hand a request on; `undefined` for what is in order. */
export function refusalOf(request: IncomingMessage): Raw | undefined {
  const { httpVersionMajor, httpVersionMinor, headers, url = "" } = request;
  if (httpVersionMajor === 0) return plain(400, "Bad Request");
  if (httpVersionMajor !== 1) return unsupportedVersion();
  const { host } = headers;
  if (host === undefined) {
    return httpVersionMinor === 0 ? undefined : plain(400, "Bad Request", "missing required Host header");
  }
  if (!HOST.test(host)) return plain(400, "Bad Request", "malformed Host header");
  return url.includes("%") && BAD_ESCAPE.test(pathOf(url)) ? plain(400, "Bad Request") : undefined;
}

/** What a client is told whose bytes are no request; nothing, where Go tells nothing. */
export function protocolRefusal(error: ParserError): Raw | undefined {
  const { code = "", message } = error;
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return plain(431, "Request Header Fields Too Large");
    case "HPE_INVALID_TRANSFER_ENCODING":
      // Both at once is how requests are smuggled past a proxy.
      return message.includes("Content-Length")
        ? plain(400, "Bad Request")
        : `HTTP/1.1 501 Not Implemented\r\n${HEADERS}Unsupported transfer encoding`;
    case "HPE_INVALID_METHOD":
      return REQUEST_LINE.test(lineOf(error)) ? methodNotAllowed() : plain(400, "Bad Request");
    case "HPE_INVALID_VERSION":
      return VERSION.test(lineOf(error)) ? unsupportedVersion() : plain(400, "Bad Request");
    case "HPE_INVALID_HEADER_TOKEN":
      return isInName(error) ? plain(400, "Bad Request", "invalid header name") : plain(400, "Bad Request");
    default:
      return code.startsWith("HPE_") ? plain(400, "Bad Request") : undefined;
  }
}

/** Whether the parser gave up in the name of a header, before the colon that follows it. */
function isInName(error: ParserError): boolean {
  const { rawPacket, bytesParsed = 0 } = error;
  const start = rawPacket?.lastIndexOf("\n", bytesParsed - 1) ?? -1;
  const colon = rawPacket?.indexOf(":", start + 1) ?? -1;
  return colon >= bytesParsed && BAD_NAME.test(lineOf(error));
}

/** The line in which the parser gave up, as far as it was sent. */
function lineOf({ rawPacket, bytesParsed = 0 }: ParserError): string {
  if (rawPacket === undefined) return "";
  const start = bytesParsed === 0 ? 0 : rawPacket.lastIndexOf("\n", bytesParsed - 1) + 1;
  const end = rawPacket.indexOf("\n", bytesParsed);
  return rawPacket.toString("latin1", start, end < 0 ? rawPacket.length : end + 1);
}

/** The answer to a client that speaks HTTP where TLS is spoken. */
export const HTTP_ON_HTTPS: Raw =
  "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

/** How long what a client still sends is thrown away, so that it reads its answer before the connection breaks. */
export const LINGER_MS = 500;

/** Writes an answer over a connection, if there is one, and closes it. */
export function refuse(socket: Duplex, answer: Raw | undefined, clock: Clock): void {
  // What follows bytes that are no request is none either.
  if (socket.writableEnded) return;
  if (answer === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(answer);
  const timer = clock.setTimer(LINGER_MS, () => socket.destroy());
  socket.once("close", () => timer.cancel());
}

function unsupportedVersion(): Raw {
  return plain(505, "HTTP Version Not Supported", "unsupported protocol version");
}

/** 405 in the words of the API, for methods of which the parser knows nothing. */
export function methodNotAllowed(): Raw {
  const message = "the server does not allow this method on the requested resource";
  const { status } = failure({ reason: "MethodNotAllowed", code: 405, message, details: {} });
  const body = JSON.stringify(status);
  const headers = [
    "Cache-Control: no-cache, private",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `HTTP/1.1 405 Method Not Allowed\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
}

function plain(code: number, status: string, why?: string): Raw {
  const line = why === undefined ? status : `${status}: ${why}`;
  return `HTTP/1.1 ${code} ${line}\r\n${HEADERS}${code} ${line}`;
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
