import { createHash } from "node:crypto";
import type { Clock } from "@weir/core";
import {
  createNodeSender,
  credentialsFromDockerConfig,
  type DockerAuth,
  type NodeSender,
  type NodeSenderOptions,
  RegistryClient,
} from "@weir/oci";

/** How registries are reached, and as whom. */
export interface RegistryAccess extends NodeSenderOptions {
  /** Registries without HTTPS are asked in the clear. */
  readonly isInsecure: boolean;
  readonly auths: readonly DockerAuth[];
}

/** A client that is in use until it is disposed. */
export interface RegistryLease extends Disposable {
  readonly client: RegistryClient;
}

interface Entry {
  readonly client: RegistryClient;
  readonly sender: NodeSender;
  users: number;
  isForgotten: boolean;
}

/** Clients that are kept although nothing uses them just now. */
const MOST_KEPT = 64;

/**
 * The clients of registries, one for each way to reach them, kept from one run to the next with their connections and
 * tokens: looking at what did not change costs one request. One that failed is forgotten, and what it learnt of the
 * registry with it.
 */
export class RegistryClients {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The client for an access, which differs by its least detail. */
  open(access: RegistryAccess): RegistryLease {
    const key = keyOf(access);
    const entry = this.#entries.get(key) ?? this.#make(access);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users += 1;
    this.#shrink();
    return {
      client: entry.client,
      [Symbol.dispose]: () => {
        entry.users -= 1;
        endUnused(entry);
      },
    };
  }

  /** Begins anew with an access; whoever uses its client now goes on with it. */
  forget(access: RegistryAccess): void {
    this.#drop(keyOf(access));
  }

  #make(access: RegistryAccess): Entry {
    const { isInsecure, auths, ...connecting } = access;
    const sender = createNodeSender(connecting);
    const client = new RegistryClient({
      sender,
      clock: this.#clock,
      credentials: credentialsFromDockerConfig(auths),
      access: isInsecure ? "insecure" : "secure",
    });
    return { client, sender, users: 0, isForgotten: false };
  }

  #shrink(): void {
    for (const [key, { users }] of this.#entries) {
      if (this.#entries.size <= MOST_KEPT) return;
      if (users === 0) this.#drop(key);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    entry.isForgotten = true;
    endUnused(entry);
  }
}

function endUnused({ users, isForgotten, sender }: Entry): void {
  if (isForgotten && users === 0) sender[Symbol.dispose]();
}

/** A digest, so that no password is held for longer than its client. */
function keyOf(access: RegistryAccess): string {
  return createHash("sha256").update(JSON.stringify(access)).digest("hex");
}
