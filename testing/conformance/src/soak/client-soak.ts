import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, connect, createClient, type Kind, type KubeClient } from "@weir/client";
import { seededRandom } from "@weir/core";
import { isStatusReason } from "@weir/objects";
import { attack, attackNames } from "./hostile-client.ts";

/** What one soak of clients is made of. */
export interface ClientSoakOptions {
  readonly seed: number;
  /** Objects of 1 KB that there are to list. */
  readonly objects: number;
  readonly seconds: number;
}

/** What came of it. */
export interface ClientSoakResult {
  readonly attacks: number;
  /** Requests of clients that mean well: how many were answered, and how many refused for want of room. */
  readonly answered: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly most: Held;
  readonly atRest: Held;
  readonly problems: readonly string[];
}

/** What the server holds. */
export interface Held {
  readonly rssMb: number;
  readonly heapMb: number;
  readonly bytes: number;
  readonly connections: number;
}

const CONFIG_MAPS: Kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};
const ATTACKERS = 150;
const REST_MS = 10_000;
/** A list is a few pieces per client beyond what was taken before: each of them is there already. */
const UNCOUNTED_BYTES = ATTACKERS * 512 * 1024;

/** Lets clients that mean no good loose on an API, and looks whether one that means well is served meanwhile. */
export async function runClientSoak(options: ClientSoakOptions): Promise<ClientSoakResult> {
  await using server = await startGuarded();
  const { client } = server;
  for (let index = 0; index < options.objects; index++) {
    const metadata = { namespace: "default", name: `object-${index}` };
    await client.create(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { text } });
  }
  const random = seededRandom(options.seed);
  const end = performance.now() + options.seconds * 1000;
  const seen = { attacks: 0, answered: 0, refused: 0, slowestMs: 0 };
  const problems = new Set<string>();
  let most = await server.held("now");
  const attackers = Array.from({ length: ATTACKERS }, async () => {
    while (performance.now() < end) {
      const name = attackNames[Math.floor(random.next() * attackNames.length)] as string;
      await attack(name, server.victim, random);
      seen.attacks++;
    }
  });
  const guest = async (): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn++) {
      const started = performance.now();
      try {
        await client.get(CONFIG_MAPS, { namespace: "default", name: `object-${turn % options.objects}` });
        seen.answered++;
      } catch (error) {
        if (isStatusReason(error, "TooManyRequests")) seen.refused++;
        else problems.add(`a request failed: ${String(error)}`);
      }
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - started);
      await sleep(20);
    }
  };
  const watchman = async (): Promise<void> => {
    while (performance.now() < end) {
      most = largest(most, await server.held("now"));
      await sleep(200);
    }
  };
  await Promise.all([...attackers, guest(), watchman()]);
  await sleep(REST_MS);
  const atRest = await server.held("rest");
  if (most.bytes > most.limit + UNCOUNTED_BYTES) problems.add(`${most.bytes} bytes were in flight`);
  if (atRest.bytes !== 0) problems.add(`${atRest.bytes} bytes are in flight at rest`);
  if (atRest.connections > 1) problems.add(`${atRest.connections} connections are open at rest`);
  return { ...seen, most, atRest, problems: [...problems] };
}

const text = "x".repeat(1_000);

type HeldNow = Held & { readonly limit: number };

function largest(one: HeldNow, other: HeldNow): HeldNow {
  return {
    limit: other.limit,
    rssMb: Math.max(one.rssMb, other.rssMb),
    heapMb: Math.max(one.heapMb, other.heapMb),
    bytes: Math.max(one.bytes, other.bytes),
    connections: Math.max(one.connections, other.connections),
  };
}

interface Guarded extends AsyncDisposable {
  readonly client: KubeClient;
  readonly victim: { readonly port: number; readonly token: string };
  held(when: "now" | "rest"): Promise<HeldNow>;
}

interface Access {
  readonly url: string;
  readonly token: string;
  readonly certificateAuthority: string;
}

async function startGuarded(): Promise<Guarded> {
  const program = new URL("guarded-process.ts", import.meta.url).pathname;
  const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, program], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const { url, token, certificateAuthority } = await nextLine<Access>(lines);
  const connection: Connection = connect({
    server: url,
    auth: { kind: "token", token },
    ca: { kind: "inline", bytes: Buffer.from(certificateAuthority) },
    clientCertificate: undefined,
    tlsServerName: undefined,
    insecureSkipTlsVerify: false,
    proxyUrl: undefined,
    namespace: undefined,
    impersonate: undefined,
  });
  return {
    client: createClient(connection),
    victim: { port: Number(new URL(url).port), token },
    held: (when) => {
      child.stdin.write(`${when}\n`);
      return nextLine<HeldNow>(lines);
    },
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]();
      const exited = once(child, "exit");
      child.stdin.end();
      await exited;
      lines.close();
    },
  };
}

async function nextLine<Value>(lines: Interface): Promise<Value> {
  const [line] = (await once(lines, "line")) as [string];
  return JSON.parse(line) as Value;
}
