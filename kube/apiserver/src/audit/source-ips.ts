import { isIP } from "node:net";

/**
 * Where a request came from: what proxies say first, then the address of the connection. All but the last can be claimed by the
 * client.
 */
export function sourceIPs({ header, remoteAddress }: RequestOrigin): readonly string[] {
  const found: string[] = [];
  for (const part of (header("x-forwarded-for") ?? "").split(",")) {
    const ip = part.trim();
    if (isIP(ip) !== 0) found.push(ip);
  }
  const real = header("x-real-ip")?.trim() ?? "";
  if (isIP(real) !== 0 && !found.includes(real)) found.push(real);
  const remote = remoteAddress?.replace(/^::ffff:(?=\d+\.)/, "") ?? "";
  if (remote !== "" && found.at(-1) !== remote) found.push(remote);
  return found;
}

interface RequestOrigin {
  readonly header: (name: string) => string | undefined;
  readonly remoteAddress: string | undefined;
}
