import { connect, isIPv4, isIPv6, type Socket } from "node:net";
import { ConnectionError } from "../oci-error.ts";

/** A SOCKS proxy, and who we are to it. */
export interface SocksProxy {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

const VERSION = 5;
const NO_LOGIN = 0;
const BY_PASSWORD = 2;
const NONE_ACCEPTED = 0xff;
const CONNECT = 1;
const [BY_IPV4, BY_NAME, BY_IPV6] = [1, 3, 4];
const MAX_TEXT = 255;

/** What a proxy's answer means, by its number. */
const PROBLEMS: readonly string[] = [
  "",
  "general SOCKS server failure",
  "connection not allowed by ruleset",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "TTL expired",
  "command not supported",
  "address type not supported",
];

/**
 * Connects to a host through a SOCKS 5 proxy (RFC 1928, passwords by RFC 1929). The proxy looks the name up. Rejects with
 * `ConnectionError`.
 */
export async function openSocksTunnel(
  proxy: SocksProxy,
  target: { readonly host: string; readonly port: number },
  signal?: AbortSignal,
): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = connect(proxy.port, proxy.host);
  const giveUp = (): void => void socket.destroy();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    await established(socket);
    await greet(socket, proxy);
    await askFor(socket, target);
    return socket;
  } catch (error) {
    socket.destroy();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

function established(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
}

async function greet(socket: Socket, { username, password }: SocksProxy): Promise<void> {
  const methods = username === "" ? [NO_LOGIN] : [NO_LOGIN, BY_PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await readExactly(socket, 2);
  if (version !== VERSION) throw refused("the proxy speaks another version of SOCKS");
  if (method === NO_LOGIN) return;
  if (method !== BY_PASSWORD || username === "") {
    throw refused(
      method === NONE_ACCEPTED ? "no acceptable authentication methods" : "unsupported authentication method",
    );
  }
  const [user, secret] = [Buffer.from(username), Buffer.from(password)];
  if (user.byteLength > MAX_TEXT || secret.byteLength > MAX_TEXT) {
    throw refused("invalid username/password");
  }
  const parts = [Buffer.from([1, user.byteLength]), user, Buffer.from([secret.byteLength]), secret];
  socket.write(Buffer.concat(parts));
  const [, status] = await readExactly(socket, 2);
  if (status !== 0) throw refused("username/password authentication failed");
}

async function askFor(
  socket: Socket,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const ask = Buffer.from([VERSION, CONNECT, 0]);
  const portBytes = Buffer.from([port >> 8, port & 0xff]);
  socket.write(Buffer.concat([ask, addressOf(host), portBytes]));
  const [version, status = 0, , kind] = await readExactly(socket, 4);
  if (version !== VERSION) throw refused("the proxy speaks another version of SOCKS");
  if (status !== 0) throw refused(PROBLEMS[status] ?? `unknown code: ${status}`);
  await readExactly(socket, (await boundLength(socket, kind)) + 2);
}

function addressOf(host: string): Buffer {
  const bare = host.replace(/^\[|\]$/g, "");
  if (isIPv4(bare)) return Buffer.from([BY_IPV4, ...bare.split(".").map(Number)]);
  if (isIPv6(bare)) return Buffer.concat([Buffer.from([BY_IPV6]), ipv6Bytes(bare)]);
  const name = Buffer.from(bare);
  if (name.byteLength > MAX_TEXT) throw refused("FQDN too long");
  return Buffer.concat([Buffer.from([BY_NAME, name.byteLength]), name]);
}

/** The URL parser writes addresses in their shortest form; a part that is left out is zeros. */
function ipv6Bytes(address: string): Buffer {
  const [head = "", tail = ""] = address.split("::");
  const words = (text: string): readonly number[] =>
    text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16));
  const [before, after] = [words(head), words(tail)];
  const gap = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0);
  return Buffer.from([...before, ...gap, ...after].flatMap((word) => [word >> 8, word & 0xff]));
}

/** Bytes of the address that the proxy says it connected from. */
async function boundLength(socket: Socket, kind: number | undefined): Promise<number> {
  switch (kind) {
    case BY_IPV4:
      return 4;
    case BY_IPV6:
      return 16;
    case BY_NAME:
      return (await readExactly(socket, 1))[0] ?? 0;
    default:
      throw refused("unknown address type");
  }
}

/** Takes what is there piece by piece: a listener for more, while some is left, is called at once and for ever. */
async function readExactly(socket: Socket, size: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let missing = size;
  while (missing > 0) {
    const piece = socket.read(Math.min(missing, Math.max(1, socket.readableLength))) as Buffer | null;
    if (piece === null) {
      if (socket.readableEnded || socket.destroyed) throw refused("the proxy closed the connection");
      await readableAgain(socket);
      continue;
    }
    pieces.push(piece);
    missing -= piece.byteLength;
  }
  return Buffer.concat(pieces);
}

function readableAgain(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      socket.off("readable", onReadable).off("end", onEnd).off("error", settle).off("close", onEnd);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onReadable = (): void => settle();
    const onEnd = (): void => settle(refused("the proxy closed the connection"));
    socket.once("readable", onReadable).once("end", onEnd).once("error", settle).once("close", onEnd);
  });
}

function refused(message: string): ConnectionError {
  return new ConnectionError("EPROXY", message);
}
