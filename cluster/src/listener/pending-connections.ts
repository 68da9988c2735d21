import type { Socket } from "node:net";

/**
 * Connections on which nothing was asked yet: those that still shake hands and those that are silent. There are never
 * more than so many, so that clients who only connect cannot use up the process's files and memory.
 */
export class PendingConnections {
  readonly #most: number;
  /** The oldest first; what a socket is encrypted over and what is read from it have the same peer. */
  readonly #byPeer = new Map<string, Socket>();
  readonly #known = new WeakSet<Socket>();

  constructor(most: number) {
    this.#most = most;
  }

  /** A connection that was just accepted. */
  add(socket: Socket): void {
    const peer = peerOf(socket);
    this.#byPeer.set(peer, socket);
    socket.once("close", () => this.#byPeer.delete(peer));
    const [oldest] = this.#byPeer.values();
    if (this.#byPeer.size > this.#most) oldest?.destroy();
  }

  /** A request has come over a connection. */
  asked(socket: Socket): void {
    if (this.#known.has(socket)) return;
    this.#known.add(socket);
    this.#byPeer.delete(peerOf(socket));
  }

  /** The connection below a TLS connection that failed. */
  below(socket: Socket): Socket | undefined {
    return this.#byPeer.get(peerOf(socket));
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
