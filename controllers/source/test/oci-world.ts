import { createHash, type KeyObject, sign } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { PassThrough } from "node:stream";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { OCIRepository } from "@weir/api";
import { packDirectory } from "@weir/artifact";
import type { Condition } from "@weir/objects";
import {
  createNodeSender,
  type OciDescriptor,
  parseArtifactReference,
  pushArtifact,
  pushParts,
  RegistryClient,
} from "@weir/oci";
import { ociRepositoryController } from "@weir/source-controller";
import { eventually, startToolkit, type Toolkit } from "@weir/testkit";
import { expect } from "vitest";

/** An embedded cluster with the controller of OCIRepositories. */
export function startOciWorld(): Promise<Toolkit> {
  return startToolkit({
    searchPath: process.env["PATH"] ?? "/usr/bin:/bin",
    controllers: ({ artifacts, clock, random }) => [
      ociRepositoryController({ storage: artifacts, clock, random, concurrency: 8 }),
    ],
  });
}

/** A `.tar.gz` of files. */
export async function archiveOf(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "weir-layer-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const sink = new PassThrough();
    const [bytes] = await Promise.all([buffer(sink), packDirectory(folder, sink, { patterns: [] })]);
    return bytes;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Pushes an artifact of files, or of a layer as it is. */
export async function push(
  reference: string,
  content: Readonly<Record<string, string>> | Uint8Array,
  more: { readonly mediaType?: string; readonly source?: string; readonly revision?: string } = {},
): Promise<OciDescriptor> {
  using sender = createNodeSender();
  return pushArtifact(new RegistryClient({ sender, access: "plain" }), {
    ...more,
    reference: parseArtifactReference(reference),
    content: content instanceof Uint8Array ? content : await archiveOf(content),
    created: "2026-01-02T03:04:05Z",
  });
}

/** Signs a manifest as cosign does, with the signature under the tag of its digest. */
export async function signWith(key: KeyObject, repository: string, digest: string): Promise<void> {
  const critical = {
    identity: { "docker-reference": repository },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  const annotation = {
    "dev.cosignproject.cosign/signature": sign("sha256", payload, key).toString("base64"),
  };
  using sender = createNodeSender();
  await pushParts(new RegistryClient({ sender, access: "plain" }), {
    reference: parseArtifactReference(`${repository}:${digest.replace(":", "-")}.sig`),
    config: { mediaType: "application/vnd.oci.image.config.v1+json", bytes: Buffer.from("{}") },
    layers: [
      {
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
        bytes: payload,
        annotations: annotation,
      },
    ],
  });
}

/** Applies an OCIRepository in the default namespace. */
export async function applyOci(
  world: Toolkit,
  name: string,
  spec: Partial<OCIRepository["spec"]> & { readonly url: string },
): Promise<void> {
  const object = {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "OCIRepository",
    metadata: { name, namespace: "default" },
    spec: { interval: "10m", ...spec },
  } as const;
  await world.client.apply(OCIRepository, object, { fieldManager: "test", force: true });
}

/** Asks for a reconcile. */
export async function requestReconcile(world: Toolkit, name: string, value: string): Promise<void> {
  const patch = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": value } } };
  await world.client.patch(OCIRepository, { namespace: "default", name }, { type: "merge", patch });
}

/** Waits until the newest generation has a Ready condition of that status and reason; gives the object. */
export function untilReady(
  world: Toolkit,
  name: string,
  status: "True" | "False",
  { reason, handled }: { readonly reason?: string; readonly handled?: string } = {},
): Promise<OCIRepository> {
  return eventually(async () => {
    const repository = await world.client.get(OCIRepository, { namespace: "default", name });
    if (repository === undefined) throw new TypeError("there is none");
    const ready = conditionOf(repository, "Ready");
    const { generation } = repository.metadata;
    expect(ready).toMatchObject({ status, observedGeneration: generation, ...(reason && { reason }) });
    if (handled !== undefined) expect(repository.status?.lastHandledReconcileAt).toBe(handled);
    return repository;
  });
}

/** The condition of that type. */
export function conditionOf(repository: OCIRepository, type: string): Condition | undefined {
  const conditions = (repository.status?.conditions ?? []) as readonly Condition[];
  return conditions.find((condition) => condition.type === type);
}

/** `sha256:<hex>` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
