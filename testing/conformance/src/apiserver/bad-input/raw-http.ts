import { systemClock } from "@weir/core";
import { connect, type TLSSocket } from "node:tls";

/** A request as bytes on the wire: nothing in it is checked or normalized. */
export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
  /** Sends the body in chunks and does not tell its length. */
  readonly isChunked?: boolean;
}

/** An answer as it came; status 0 where the server closed the connection without one. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Who is asked. */
export interface RawServer {
  readonly url: string;
  readonly certificateAuthority: string;
  /** A client certificate and its key, as PEM. */
  readonly identity?: { readonly certificate: string; readonly key: string };
}

const LIMIT_MS = 20_000;
const CHUNK_BYTES = 65_536;

/** Sends one request on a connection of its own and reads all that comes back. */
export async function askRaw(server: RawServer, request: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(server.url);
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const socket = connect({
    host: hostname,
    port: Number(port),
    ca: server.certificateAuthority,
    ...(server.identity === undefined ? {} : { cert: server.identity.certificate, key: server.identity.key }),
  });
  const chunks: Buffer[] = [];
  const end = (): void => resolve(Buffer.concat(chunks));
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    if (isWhole(Buffer.concat(chunks), request.method)) end();
  });
  socket.on("error", end);
  socket.on("close", end);
  // A server that has read enough of a body answers, and closes soon after: the rest is kept back.
  const isAnswered = (): boolean => chunks.length > 0;
  socket.once("secureConnect", () => void send(socket, request, { host: hostname, isAnswered }));
  const timer = setTimeout(end, LIMIT_MS);
  const bytes = await promise;
  clearTimeout(timer);
  socket.destroy();
  return parseAnswer(bytes);
}

async function send(
  socket: TLSSocket,
  request: RawRequest,
  { host, isAnswered }: { readonly host: string; readonly isAnswered: () => boolean },
): Promise<void> {
  const { body, isChunked = false } = request;
  socket.write(headOf(request, host));
  if (body === undefined) return;
  for (let at = 0; at < body.length && !isAnswered(); at += CHUNK_BYTES) {
    // What is refused for its length is answered here; whoever goes on writing gets a reset in place of the answer.
    if (at === PAUSE_BYTES) await systemClock.sleep(PAUSE_MS);
    if (isAnswered()) return;
    const part = body.subarray(at, at + CHUNK_BYTES);
    const framed = isChunked
      ? Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, CRLF])
      : part;
    await new Promise((resolve) => {
      socket.write(framed, resolve);
    });
  }
  if (isChunked && !isAnswered()) socket.write("0\r\n\r\n");
}

function headOf({ method, target, headers, body, isChunked = false }: RawRequest, host: string): Uint8Array {
  const lines = [`${method} ${target} HTTP/1.1`];
  if (!headers.some(([name]) => name.toLowerCase() === "host")) lines.push(`Host: ${host}`);
  lines.push(...headers.map(([name, value]) => `${name}: ${value}`));
  if (isChunked) lines.push("Transfer-Encoding: chunked");
  else if (body !== undefined) lines.push(`Content-Length: ${body.length}`);
  lines.push("Connection: close", "", "");
  return Buffer.from(lines.join("\r\n"), "utf8");
}

const PAUSE_BYTES = 3 * 1024 * 1024 + CHUNK_BYTES;
const PAUSE_MS = 1_500;
const CRLF = Buffer.from("\r\n");
const HEAD_END = "\r\n\r\n";

/** True once the length that the head tells has come; other answers end with the connection. */
function isWhole(bytes: Buffer, method: string): boolean {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return false;
  const head = bytes.toString("latin1", 0, end);
  if (method === "HEAD") return true;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= end + HEAD_END.length + Number(length);
  return /\r\ntransfer-encoding: *chunked/i.test(head) && bytes.toString("latin1").endsWith("0\r\n\r\n");
}

function parseAnswer(bytes: Uint8Array): RawAnswer {
  const all = Buffer.from(bytes);
  const end = all.indexOf(HEAD_END);
  if (end < 0) return { status: 0, headers: [], body: bytes };
  const [statusLine = "", ...lines] = all.toString("utf8", 0, end).split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(":");
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  });
  const rest = all.subarray(end + HEAD_END.length);
  const isChunked = headers.some(([name, value]) => name === "transfer-encoding" && value === "chunked");
  const status = Number(statusLine.split(" ")[1]);
  return { status, headers, body: isChunked ? unchunk(rest) : rest };
}

function unchunk(bytes: Buffer): Uint8Array {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const length = lineEnd < 0 ? 0 : Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (!(length > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
}
