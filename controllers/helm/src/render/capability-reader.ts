import type { KubeClient } from "@weir/client";
import { type Clock, parseJson } from "@weir/core";
import { type Capabilities, parseKubeVersion } from "@weir/helm";

/** How long what a cluster can do is believed, where nothing tells of a change. */
const BELIEVED_MS = 60_000;

interface Known {
  readonly capabilities: Promise<Capabilities>;
  readonly readAtMs: number;
}

/** What clusters can do, as charts see it: read when a chart asks, and again once definitions changed. */
export class CapabilityReader {
  readonly #clock: Clock;
  #home: Known | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Forgets what the controller's own cluster can do. */
  forget(): void {
    this.#home = undefined;
  }

  /** What a cluster can do; remembered for the controller's own. */
  read(client: KubeClient, isHome: boolean): Promise<Capabilities> {
    if (!isHome) return readCapabilities(client);
    const now = this.#clock.monotonic();
    if (this.#home !== undefined && now - this.#home.readAtMs < BELIEVED_MS) return this.#home.capabilities;
    const known = { capabilities: readCapabilities(client), readAtMs: now };
    known.capabilities.catch(() => {
      if (this.#home === known) this.#home = undefined;
    });
    this.#home = known;
    return known.capabilities;
  }
}

async function readCapabilities(client: KubeClient): Promise<Capabilities> {
  const [answer, kinds] = await Promise.all([client.raw("/version"), client.discover({ refresh: true })]);
  const { gitVersion } = parseJson(await answer.text()) as { readonly gitVersion: string };
  const versions = new Set<string>();
  for (const { group, version, kind } of kinds) {
    const groupVersion = group === "" ? version : `${group}/${version}`;
    versions.add(groupVersion);
    versions.add(`${groupVersion}/${kind}`);
  }
  return { kubeVersion: parseKubeVersion(gitVersion), apiVersions: [...versions] };
}
