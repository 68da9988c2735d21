import { GitRepository } from "@weir/api";
import type { Condition } from "@weir/objects";
import {
  aGitRepository,
  eventually,
  fluxControllers,
  startToolkit,
  type Toolkit,
  type ToolkitOptions,
} from "@weir/testkit";
import { expect } from "vitest";

/** An embedded cluster with a Git server and the controller of GitRepositories. */
export function startSourceWorld(options: Partial<ToolkitOptions> = {}): Promise<Toolkit> {
  return startToolkit({
    searchPath: process.env["PATH"] ?? "/usr/bin:/bin",
    controllers: (parts) => fluxControllers(parts).slice(0, 1),
    ...options,
  });
}

/** Applies a GitRepository in the default namespace, at a path of the world's Git server or at a full URL. */
export async function applyRepository(
  world: Toolkit,
  path: string,
  spec: Partial<GitRepository["spec"]> = {},
  name = "app",
): Promise<void> {
  const url = path.includes("://") ? path : `${world.git.url}/${path}`;
  const options = { fieldManager: "test", force: true };
  await world.client.apply(GitRepository, aGitRepository(url, { name, spec }), options);
}

/** Writes a Secret of the default namespace. */
export async function applySecret(
  world: Toolkit,
  name: string,
  data: Readonly<Record<string, string>>,
  type = "Opaque",
): Promise<void> {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "default" },
    type,
    data: Object.fromEntries(encoded),
  };
  const Secret = { group: "", version: "v1", kind: "Secret" };
  await world.client.apply(Secret, secret as never, { fieldManager: "test", force: true });
}

/** Asks for a reconcile. */
export async function requestReconcile(world: Toolkit, value: string, name = "app"): Promise<void> {
  const patch = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": value } } };
  await world.client.patch(GitRepository, { namespace: "default", name }, { type: "merge", patch });
}

/** The repository as it is now. */
export async function read(world: Toolkit, name = "app"): Promise<GitRepository> {
  const repository = await world.client.get(GitRepository, { namespace: "default", name });
  expect(repository).toBeDefined();
  return repository as GitRepository;
}

/** Waits until the newest generation has a Ready condition of that status and reason; gives the object. */
export function untilReady(
  world: Toolkit,
  status: "True" | "False",
  {
    name = "app",
    reason,
    handled,
  }: { readonly name?: string; readonly reason?: string; readonly handled?: string } = {},
): Promise<GitRepository> {
  return eventually(async () => {
    const repository = await read(world, name);
    const ready = conditionOf(repository, "Ready");
    const { generation } = repository.metadata;
    expect(ready).toMatchObject({ status, observedGeneration: generation, ...(reason && { reason }) });
    if (handled !== undefined) expect(repository.status?.lastHandledReconcileAt).toBe(handled);
    return repository;
  });
}

/** The condition of that type. */
export function conditionOf(repository: GitRepository, type: string): Condition | undefined {
  const conditions = (repository.status?.conditions ?? []) as readonly Condition[];
  return conditions.find((condition) => condition.type === type);
}
