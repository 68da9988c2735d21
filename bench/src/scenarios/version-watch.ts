import type { KubeClient } from "@weir/client";
import { kind } from "@weir/sdk";

const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });

/** A ConfigMap whose content tells from which commit it comes. */
export function versionManifest(version: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: default\ndata:\n  version: ${version}\n`;
}

/** The files of a folder with that ConfigMap. */
export function versionFiles(version: string): Readonly<Record<string, string>> {
  return {
    "app/kustomization.yaml": "resources:\n- settings.yaml\n",
    "app/settings.yaml": versionManifest(version),
  };
}

/** What takes so long does not come any more. */
const TIMEOUT_MS = 10_000;

/** Follows the ConfigMap on a cluster. */
export class VersionWatch implements Disposable {
  readonly #ended = new AbortController();
  #latest = "";
  #tell: () => void = () => {};

  constructor(client: KubeClient, namespace: string) {
    void this.#follow(client, namespace);
  }

  /** Resolves to whether the cluster has this version in time. */
  async reached(version: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timeout = setTimeout(() => resolve(false), TIMEOUT_MS);
    this.#tell = () => {
      if (this.#latest === version) resolve(true);
    };
    this.#tell();
    try {
      return await promise;
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Stops listening; what is left of the stream ends with its connection. */
  [Symbol.dispose](): void {
    this.#ended.abort();
  }

  async #follow(client: KubeClient, namespace: string): Promise<void> {
    const { signal } = this.#ended;
    const fieldSelector = "metadata.name=settings";
    const options = { namespace, fieldSelector, sendInitialEvents: true, signal };
    try {
      for await (const event of client.watch(ConfigMap, options)) {
        if (event.type === "BOOKMARK" || event.type === "ERROR") continue;
        const { version = "" } = (event.object["data"] ?? {}) as { readonly version?: string };
        this.#latest = version;
        this.#tell();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
