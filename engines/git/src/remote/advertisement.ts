import type { AdvertisedRef } from "../git-ref.ts";

/** What a server offers: its references by name. */
export interface Advertisement {
  readonly refs: ReadonlyMap<string, AdvertisedRef>;
}

const PEELED = "^{}";

/**
 * Parses the answer to `info/refs?service=git-upload-pack` (protocol version 0 or 1, in pkt-lines). Annotated tags point to
 * their commit. `undefined` where the bytes are no advertisement, such as a login page.
 */
export function parseAdvertisement(bytes: Uint8Array): Advertisement | undefined {
  const lines = parsePacketLines(bytes);
  if (lines === undefined) return undefined;
  const refs = new Map<string, AdvertisedRef>();
  let sawService = false;
  for (const line of lines) {
    if (line.startsWith("# service=")) {
      sawService = true;
      continue;
    }
    const match = /^([0-9a-f]{40}|[0-9a-f]{64}) ([^\0]+)/.exec(line);
    if (match === null) continue;
    const [, commit = "", name = ""] = match;
    if (name === `capabilities${PEELED}`) continue;
    const bare = name.endsWith(PEELED) ? name.slice(0, -PEELED.length) : name;
    refs.set(bare, { name: bare, commit });
  }
  return sawService ? { refs } : undefined;
}

/** Parses what `git ls-remote` prints. */
export function parseLsRemote(output: string): Advertisement {
  const refs = new Map<string, AdvertisedRef>();
  for (const line of output.split("\n")) {
    const match = /^([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)$/.exec(line);
    if (match === null) continue;
    const [, commit = "", name = ""] = match;
    const bare = name.endsWith(PEELED) ? name.slice(0, -PEELED.length) : name;
    refs.set(bare, { name: bare, commit });
  }
  return { refs };
}

/** The payloads of pkt-lines without their line ends; flush packets are dropped. */
function parsePacketLines(bytes: Uint8Array): readonly string[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: string[] = [];
  let offset = 0;
  while (offset < buffer.length) {
    const prefix = buffer.toString("latin1", offset, offset + 4);
    if (!/^[0-9a-f]{4}$/.test(prefix)) return undefined;
    const length = Number.parseInt(prefix, 16);
    if (length < 4) {
      offset += 4;
      continue;
    }
    if (offset + length > buffer.length) return undefined;
    lines.push(buffer.toString("utf8", offset + 4, offset + length).replace(/\n$/, ""));
    offset += length;
  }
  return lines;
}
