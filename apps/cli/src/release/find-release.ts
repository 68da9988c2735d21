import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Artifact, HelmRelease } from "@weir/api";
import type { Kind, KubeClient } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { chartReferenceOf, type ReadObject } from "@weir/helm-controller";
import type { KubeObject, ObjectKey } from "@weir/objects";
import { loadYamlDocuments } from "@weir/yaml";
import { CommandError } from "../cli-error.ts";
import { findKind } from "../objects/flux-kinds.ts";

/** A HelmRelease and what there is to read around it. */
export interface FoundRelease {
  readonly release: HelmRelease;
  /** Reads what it refers to. */
  readonly read: ReadObject;
  readonly source: ReleaseSource;
}

/** Where the chart of a release is. */
export type ReleaseSource =
  /** The cluster has it as an artifact. */
  | { readonly kind: "artifact"; readonly artifact: Artifact; readonly sourceKind: ArtifactKind }
  /** It is in a place that an object names. */
  | { readonly kind: "object"; readonly object: KubeObject }
  | { readonly kind: "none"; readonly message: string };

/** The kinds that a chart can come in on a cluster. */
export type ArtifactKind = ReturnType<typeof chartReferenceOf>["kind"];

/** Finds a HelmRelease on a cluster, with the artifact of its chart. */
export async function findOnCluster(client: KubeClient, key: Required<ObjectKey>): Promise<FoundRelease> {
  const release = await client.get(HelmRelease, key);
  if (release === undefined) {
    throw new CommandError("NotFound", `there is no HelmRelease ${key.namespace}/${key.name}`);
  }
  const read: ReadObject = (kind, of) => client.get(kind, of);
  const reference = chartReferenceOf(release);
  const source = await client.get(findKind(reference.kind).kind as Kind<KubeObject>, reference.key);
  const { artifact } = (source?.["status"] ?? {}) as { readonly artifact?: Artifact };
  const { namespace, name } = reference.key;
  const found: ReleaseSource =
    artifact === undefined
      ? { kind: "none", message: `${reference.kind} ${namespace}/${name} has no chart yet` }
      : { kind: "artifact", artifact, sourceKind: reference.kind };
  return { release, read, source: found };
}

/** Finds a HelmRelease in files, with the object that says where its chart is; objects without a namespace are of any. */
export async function findInFiles(
  files: readonly string[],
  key: Required<ObjectKey>,
  workingDirectory: string,
): Promise<FoundRelease> {
  const objects = await readObjects(files, workingDirectory);
  const find = (kind: string, of: ObjectKey): KubeObject | undefined =>
    objects.find((object) => object.kind === kind && isNamed(object, of));
  const found = find(HelmRelease.kind, key);
  if (found === undefined) {
    throw new CommandError("NotFound", `there is no HelmRelease ${key.name} in ${files.join(", ")}`);
  }
  const metadata = { ...found.metadata, namespace: found.metadata.namespace ?? key.namespace };
  const release = { ...found, metadata } as unknown as HelmRelease;
  const read: ReadObject = async ({ kind }, of) => withPlainData(find(kind, of));
  return { release, read, source: sourceInFiles(release, find) };
}

async function readObjects(
  files: readonly string[],
  workingDirectory: string,
): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  for (const file of files) {
    const text = await readFile(resolve(workingDirectory, file), "utf8").catch((cause: unknown) => {
      throw new CommandError("FileUnreadable", `cannot read ${file}`, { cause });
    });
    for (const document of loadYamlDocuments(text)) {
      const object = document as unknown as Partial<KubeObject> | null;
      if (object?.kind !== undefined && object.metadata !== undefined) objects.push(object as KubeObject);
    }
  }
  return objects;
}

function isNamed({ metadata }: KubeObject, { namespace, name }: ObjectKey): boolean {
  return metadata.name === name && (metadata.namespace === undefined || metadata.namespace === namespace);
}

/** What the API server would have made of a Secret. */
function withPlainData(object: KubeObject | undefined): KubeObject | undefined {
  const { data = {}, stringData } = (object ?? {}) as {
    readonly data?: JsonObject;
    readonly stringData?: Readonly<Record<string, string>>;
  };
  if (object === undefined || stringData === undefined) return object;
  const encoded = Object.entries(stringData).map(([name, text]) => [
    name,
    Buffer.from(text).toString("base64"),
  ]);
  return { ...object, data: { ...data, ...Object.fromEntries(encoded) } } as KubeObject;
}

function sourceInFiles(
  { metadata, spec }: HelmRelease,
  find: (kind: string, key: ObjectKey) => KubeObject | undefined,
): ReleaseSource {
  const {
    kind,
    name,
    namespace = metadata.namespace ?? "",
  } = spec.chartRef ?? spec.chart?.spec.sourceRef ?? { kind: "", name: "" };
  const object = find(kind, { namespace, name });
  if (object !== undefined) return { kind: "object", object };
  return { kind: "none", message: `there is no ${kind} ${namespace}/${name} in the files` };
}
