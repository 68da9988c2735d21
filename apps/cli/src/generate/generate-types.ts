import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Kind } from "@weir/client";
import type { JsonObject, JsonValue } from "@weir/core";
import { loadYamlDocuments } from "@weir/yaml";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { openCluster } from "../objects/open-cluster.ts";
import { typesOfDefinition } from "./definition-types.ts";
import { type OutputFlags, writeOutputs } from "./write-outputs.ts";

/** Where CRDs come from and types go to. */
export interface TypesFlags extends OutputFlags {
  readonly cluster: boolean;
  readonly kubeconfig?: string;
}

const CRD: Kind<JsonObject> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};

/** `weir generate types`: gives the exit code. */
export async function generateTypes(
  sources: readonly string[],
  flags: TypesFlags,
  environment: Environment,
): Promise<number> {
  const definitions = flags.cluster
    ? await fromCluster(sources, flags, environment)
    : await fromFiles(sources, environment);
  if (definitions.length === 0)
    throw new CommandError("NoDefinition", `no CustomResourceDefinition is in ${sources.join(", ")}`);
  return writeOutputs(definitions.map(typesOfDefinition), flags, environment);
}

async function fromCluster(
  names: readonly string[],
  { kubeconfig }: TypesFlags,
  environment: Environment,
): Promise<readonly JsonObject[]> {
  await using cluster = await openCluster(environment, kubeconfig);
  const found: JsonObject[] = [];
  for (const name of names) {
    const definition = await cluster.client.get(CRD, { name });
    if (definition === undefined) throw new CommandError("NotFound", `the cluster has no CRD ${name}`);
    found.push(definition);
  }
  return found;
}

async function fromFiles(paths: readonly string[], environment: Environment): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  for (const path of paths) {
    const text = await read(resolve(environment.workingDirectory, path));
    for (const document of loadYamlDocuments(text)) found.push(...definitionsIn(document));
  }
  return found;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CommandError("FileNotRead", `cannot read ${path}`, { cause });
  }
}

/** A document may be a CRD or a list of objects. */
function definitionsIn(document: JsonValue): readonly JsonObject[] {
  if (document === null || typeof document !== "object" || Array.isArray(document)) return [];
  const object = document as JsonObject;
  if (object["kind"] === "CustomResourceDefinition") return [object];
  const { items } = object;
  return Array.isArray(items) ? (items as readonly JsonValue[]).flatMap(definitionsIn) : [];
}
