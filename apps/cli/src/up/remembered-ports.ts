import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The servers whose ports stay the same from one start to the next, so that URLs that were handed out stay true. */
export type ServerName = "api" | "artifacts" | "git" | "charts";

/** Starts servers on the ports that they had before. */
export interface RememberedPorts {
  /** Serves on the port of last time; on a free one where that is taken by now, or where there is none. */
  serve<S>(
    name: ServerName,
    serveAt: (port: number) => Promise<S>,
    portOf: (server: S) => number,
  ): Promise<S>;
  /** The port of last time. */
  port(name: ServerName): number | undefined;
  remember(name: ServerName, port: number): Promise<void>;
}

/** Reads the ports of the last start from a folder; what is damaged counts as absent. */
export async function rememberPorts(folder: string): Promise<RememberedPorts> {
  const path = join(folder, "ports.json");
  const ports = await readPorts(path);
  const remember = async (name: ServerName, port: number): Promise<void> => {
    if (port === ports.get(name)) return;
    ports.set(name, port);
    await writeFile(`${path}.tmp`, JSON.stringify(Object.fromEntries(ports)), { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  };
  return {
    serve: async (name, serveAt, portOf) => {
      const before = ports.get(name);
      const server = before === undefined ? await serveAt(0) : await serveAt(before).catch(() => serveAt(0));
      await remember(name, portOf(server));
      return server;
    },
    port: (name) => ports.get(name),
    remember,
  };
}

async function readPorts(path: string): Promise<Map<ServerName, number>> {
  try {
    const read = JSON.parse(await readFile(path, "utf8")) as Readonly<Record<string, unknown>>;
    const names: readonly ServerName[] = ["api", "artifacts", "git", "charts"];
    const isPort = (value: unknown): value is number =>
      Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
    return new Map(names.flatMap((name) => (isPort(read[name]) ? [[name, read[name]] as const] : [])));
  } catch {
    return new Map();
  }
}

/** The port of a URL such as `http://127.0.0.1:4000`. */
export function portOfUrl(url: string): number {
  return Number(new URL(url).port);
}
