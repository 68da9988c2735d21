import { GitRepository, Kustomization } from "@weir/api";
import type { WriteOf } from "@weir/client";
import { findCondition } from "@weir/objects";
import { kind } from "@weir/sdk";
import {
  aGitRepository,
  aKustomization,
  eventually,
  startToolkit,
  type Toolkit,
  type ToolkitOptions,
} from "../src/index.ts";

type GitRepositorySpec = Partial<WriteOf<typeof GitRepository>["spec"]>;
type KustomizationSpec = Partial<WriteOf<typeof Kustomization>["spec"]>;

/** What a Ready condition says. */
export interface Ready {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });
const OPTIONS = { fieldManager: "test", force: true } as const;
const NAMESPACE = "default";

/** A ConfigMap of the namespace `default`, as a file of a repository. */
export function configMapFile(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\ndata:\n  key: ${value}\n`;
}

/** Two applications that are synced from a repository each: a test spoils `app` and looks how `other` goes on. */
export class SyncedApps implements AsyncDisposable {
  readonly toolkit: Toolkit;
  #round = 0;

  private constructor(toolkit: Toolkit) {
    this.toolkit = toolkit;
  }

  static async start(options: Omit<ToolkitOptions, "searchPath"> = {}): Promise<SyncedApps> {
    const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";
    const toolkit = await startToolkit({ ...options, searchPath });
    const apps = new SyncedApps(toolkit);
    await apps.push("other", { "other.yaml": configMapFile("other", "0") });
    await apps.createSource("other");
    await apps.createKustomization("other");
    return apps;
  }

  get url(): string {
    return this.toolkit.git.url;
  }

  /** Creates or replaces a GitRepository, of its own repository unless another URL is given. */
  async createSource(name: string, spec: GitRepositorySpec = {}): Promise<void> {
    const intent = aGitRepository(`${this.url}/${name}.git`, { name, namespace: NAMESPACE, spec });
    await this.toolkit.client.apply(GitRepository, intent, OPTIONS);
  }

  async createKustomization(name: string, spec: KustomizationSpec = {}): Promise<void> {
    const sourceRef = { kind: "GitRepository", name } as const;
    const intent = aKustomization({ name, namespace: NAMESPACE, spec: { sourceRef, ...spec } });
    await this.toolkit.client.apply(Kustomization, intent, OPTIONS);
  }

  /** Creates a source and a Kustomization of one ConfigMap, and waits until it is applied. */
  async createGoodApp(name: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.push(name, { "good.yaml": configMapFile(name, "good"), ...files });
    await this.createSource(name);
    await this.createKustomization(name);
    await this.untilReady(name);
  }

  async push(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const repository = await this.toolkit.git.repository(name);
    return repository.commit({ files });
  }

  /** Asks for a reconciliation of a source, as `flux reconcile source git` does. */
  async request(name: string): Promise<void> {
    this.#round += 1;
    const annotations = { "reconcile.fluxcd.io/requestedAt": String(this.#round) };
    const patch = { metadata: { annotations } };
    const key = { namespace: NAMESPACE, name };
    await this.toolkit.client.patch(GitRepository, key, { type: "merge", patch });
  }

  async source(name: string) {
    return this.toolkit.client.get(GitRepository, { namespace: NAMESPACE, name });
  }

  async kustomization(name: string) {
    return this.toolkit.client.get(Kustomization, { namespace: NAMESPACE, name });
  }

  /** The value that is applied of an application. */
  async value(name: string): Promise<unknown> {
    const found = await this.toolkit.client.get(ConfigMap, { namespace: NAMESPACE, name });
    return (found?.["data"] as { readonly key?: unknown } | undefined)?.key;
  }

  async untilReady(name: string): Promise<void> {
    await eventually(async () => {
      const ready = readyOf(await this.kustomization(name));
      if (ready?.status !== "True") throw new Error(`${name} is not Ready: ${JSON.stringify(ready)}`);
    });
  }

  async untilSourceReady(name: string): Promise<void> {
    await eventually(async () => {
      const found = await this.source(name);
      const ready = readyOf(found);
      const isCurrent = found?.status?.observedGeneration === found?.metadata.generation;
      if (ready?.status !== "True" || !isCurrent) {
        throw new Error(`${name} is not Ready: ${JSON.stringify(ready)}`);
      }
    });
  }

  /** Waits until a source fails for its present generation. */
  async sourceFailure(name: string): Promise<Ready> {
    return eventually(async () => failureOf(await this.source(name)));
  }

  /** Waits until a Kustomization fails for its present generation, at a commit if one is named. */
  async failure(name: string, commit = ""): Promise<Ready> {
    return eventually(async () => {
      const found = await this.kustomization(name);
      const { lastAttemptedRevision = "" } = found?.status ?? {};
      if (!lastAttemptedRevision.endsWith(commit)) throw new Error(`it is at ${lastAttemptedRevision}`);
      return failureOf(found);
    });
  }

  /** Commits a change of the application `other` and waits until it is applied. */
  async untilOtherGoesOn(): Promise<void> {
    this.#round += 1;
    const value = `round-${this.#round}`;
    await this.push("other", { "other.yaml": configMapFile("other", value) });
    await this.request("other");
    await eventually(async () => {
      const applied = await this.value("other");
      if (applied !== value) throw new Error(`other has ${String(applied)} in place of ${value}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.toolkit[Symbol.asyncDispose]();
  }
}

interface Reported {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly conditions?: readonly (Ready & { readonly type: string })[] } | undefined;
}

function readyOf(object: Reported | undefined): Ready | undefined {
  return findCondition((object?.status?.conditions ?? []) as never, "Ready") as Ready | undefined;
}

function failureOf(object: Reported | undefined): Ready {
  const ready = readyOf(object);
  const generation = (ready as { readonly observedGeneration?: number } | undefined)?.observedGeneration;
  if (ready?.status !== "False" || generation !== object?.metadata.generation) {
    throw new Error(`it does not fail: ${JSON.stringify(ready)}`);
  }
  const { status, reason, message } = ready;
  return { status, reason, message };
}
