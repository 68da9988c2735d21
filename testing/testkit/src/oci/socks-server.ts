import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";

/** A SOCKS 5 proxy for tests, and where it was asked to connect to. */
export interface SocksServer extends AsyncDisposable {
  /** `socks5://127.0.0.1:<port>`. */
  readonly url: string;
  readonly targets: readonly string[];
}

/** How a test's SOCKS proxy behaves. */
export interface SocksServerOptions {
  readonly login?: { readonly username: string; readonly password: string };
  /** The number that every request is refused with. */
  readonly refuses?: number;
  /** What it answers to the greeting in place of what the protocol says. */
  readonly greeting?: Buffer;
  /** Sends its answers byte by byte. */
  readonly isSlow?: boolean;
}

/** Starts a proxy that knows names and IPv4 addresses; names are all this machine. */
export async function startSocksServer(options: SocksServerOptions = {}): Promise<SocksServer> {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket, options, targets).catch(() => socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function serve(socket: Socket, options: SocksServerOptions, targets: string[]): Promise<void> {
  const answer = (bytes: readonly number[]): void => {
    socket.setNoDelay(true);
    const pieces = options.isSlow ? bytes.map((byte) => [byte]) : [bytes];
    for (const piece of pieces) socket.write(Buffer.from(piece));
  };
  if (!(await greet(socket, options, answer))) return void socket.end();
  const target = await readTarget(socket);
  targets.push(`${target.host}:${target.port}`);
  if (options.refuses !== undefined) return void socket.end(Buffer.from([5, options.refuses, 0, 1]));
  const onward = connect(target.port, "127.0.0.1");
  await once(onward, "connect");
  answer([5, 0, 0, 3, 1, 0x61, 0, 0]);
  socket.pipe(onward).pipe(socket);
}

/** Whether whoever is there may go on. */
async function greet(
  socket: Socket,
  { login, greeting }: SocksServerOptions,
  answer: (bytes: readonly number[]) => void,
): Promise<boolean> {
  const [, count = 0] = await take(socket, 2);
  const methods = [...(await take(socket, count))];
  const method = login === undefined ? 0 : 2;
  const isAccepted = greeting === undefined && methods.includes(method);
  answer([...(greeting ?? [5, isAccepted ? method : 0xff])]);
  if (!isAccepted || login === undefined) return isAccepted;
  await take(socket, 1);
  const username = await takeText(socket);
  const isRight = username === login.username && (await takeText(socket)) === login.password;
  answer([1, isRight ? 0 : 1]);
  return isRight;
}

async function readTarget(socket: Socket): Promise<{ readonly host: string; readonly port: number }> {
  const [, , , kind] = await take(socket, 4);
  const host = kind === 1 ? [...(await take(socket, 4))].join(".") : await takeText(socket);
  return { host, port: (await take(socket, 2)).readUInt16BE() };
}

async function takeText(socket: Socket): Promise<string> {
  const [length = 0] = await take(socket, 1);
  return (await take(socket, length)).toString();
}

async function take(socket: Socket, size: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let missing = size;
  while (missing > 0) {
    const piece = socket.read(Math.min(missing, Math.max(1, socket.readableLength))) as Buffer | null;
    if (piece === null) await once(socket, "readable");
    else {
      pieces.push(piece);
      missing -= piece.byteLength;
    }
  }
  return Buffer.concat(pieces);
}
