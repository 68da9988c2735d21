import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Random } from "@weir/core";

/** Where hostile clients go. */
export interface Victim {
  readonly port: number;
  readonly token: string;
}

const MAPS = "/api/v1/namespaces/default/configmaps";
/** A client that is not cut off gives up by itself. */
const LONGEST_MS = 15_000;
const LARGE_BODY = " ".repeat(3_000_000);

type Attack = (socket: Socket, head: string, random: Random) => Promise<void> | void;

/** What clients do that mean no good, or that have lost their network. */
const attacks: Readonly<Record<string, Attack>> = {
  "says nothing": () => undefined,
  "sends a head byte by byte": async (socket, head) => {
    for (const byte of `GET ${MAPS} HTTP/1.1\r\n${head}`) {
      socket.write(byte);
      await sleep(200);
      if (socket.destroyed) return;
    }
  },
  "sends a body byte by byte": async (socket, head) => {
    socket.write(
      `POST ${MAPS} HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n`,
    );
    while (!socket.destroyed) {
      socket.write(" ");
      await sleep(200);
    }
  },
  "reads no list": (socket, head) => {
    socket.pause();
    socket.write(`GET ${MAPS} HTTP/1.1\r\n${head}\r\n`);
  },
  "reads no compressed list": (socket, head) => {
    socket.pause();
    socket.write(`GET ${MAPS} HTTP/1.1\r\n${head}Accept-Encoding: gzip\r\n\r\n`);
  },
  "reads no watch": (socket, head) => {
    socket.pause();
    socket.write(`GET ${MAPS}?watch=1 HTTP/1.1\r\n${head}\r\n`);
  },
  "sends a large body": (socket, head) => {
    const length = `Content-Length: ${LARGE_BODY.length}\r\n`;
    socket.write(
      `POST ${MAPS} HTTP/1.1\r\n${head}Content-Type: application/json\r\n${length}\r\n${LARGE_BODY}`,
    );
    socket.resume();
  },
  "sends bytes": (socket, _, random) => {
    socket.write(Buffer.from(Array.from({ length: 2_000 }, () => Math.floor(random.next() * 256))));
  },
  "sends ten thousand headers": (socket, head) => {
    const headers = Array.from({ length: 10_000 }, (_, index) => `X-${index}: ${index}\r\n`);
    socket.write(`GET ${MAPS}/none HTTP/1.1\r\n${head}${headers.join("")}\r\n`);
    socket.resume();
  },
  "sends a thousand requests at once": (socket, head) => {
    socket.pause();
    socket.write(`GET ${MAPS}?limit=50 HTTP/1.1\r\n${head}\r\n`.repeat(1_000));
  },
  "goes while it is answered": async (socket, head, random) => {
    socket.write(`GET ${MAPS} HTTP/1.1\r\n${head}\r\n`);
    await sleep(random.next() * 50);
    socket.destroy();
  },
};

export const attackNames: readonly string[] = Object.keys(attacks);

/** Opens a connection and does what its name says; resolves when the connection has ended. */
export async function attack(name: string, { port, token }: Victim, random: Random): Promise<void> {
  const isHandshake = name === "says nothing" && random.next() < 0.5;
  const socket = isHandshake ? connectTcp(port, "127.0.0.1") : trusting(port);
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const timer = setTimeout(() => socket.destroy(), LONGEST_MS);
  await Promise.race([
    closed,
    once(socket, isHandshake ? "connect" : "secureConnect").catch(() => undefined),
  ]);
  await attacks[name]?.(socket, `Host: soak\r\nAuthorization: Bearer ${token}\r\n`, random);
  await closed;
  clearTimeout(timer);
}

function trusting(port: number): TLSSocket {
  return connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
}
