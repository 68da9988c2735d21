import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Kustomization } from "@weir/api";
import { describeError, type JsonObject, type JsonValue } from "@weir/core";
import { loadYamlDocuments } from "@weir/yaml";
import { CommandError } from "../../cli-error.ts";

const GROUP = "kustomize.toolkit.fluxcd.io";

/** Which Flux Kustomization is meant. */
export interface KustomizationKey {
  readonly name: string;
  readonly namespace: string;
}

/** A Flux Kustomization of a file, and all objects that the file holds. */
export interface FoundKustomization {
  readonly kustomization: Kustomization;
  readonly objects: readonly JsonObject[];
}

/** Whether an object is a Flux Kustomization. */
export function isFluxKustomization(object: JsonObject): boolean {
  const { apiVersion, kind } = object as { readonly apiVersion?: JsonValue; readonly kind?: JsonValue };
  return typeof apiVersion === "string" && apiVersion.startsWith(`${GROUP}/`) && kind === "Kustomization";
}

/** Finds a Flux Kustomization in a file; one without a namespace counts as of any. */
export async function readKustomizationFile(
  file: string,
  key: KustomizationKey,
  workingDirectory: string,
): Promise<FoundKustomization> {
  const objects = await readObjects(file, workingDirectory);
  const found = objects.find((object) => isFluxKustomization(object) && isNamed(object, key));
  if (found === undefined) {
    throw new CommandError(
      "KustomizationNotFound",
      `failed to get kustomization object: failed find kustomization with name '${key.name}' and namespace '${key.namespace}' in file '${file}'`,
    );
  }
  return { kustomization: parseKustomization(found), objects };
}

async function readObjects(file: string, workingDirectory: string): Promise<readonly JsonObject[]> {
  let content: Uint8Array;
  try {
    content = await readFile(resolve(workingDirectory, file));
  } catch {
    throw new CommandError("InvalidArguments", `invalid kustomization file "${file}"`);
  }
  let documents: readonly JsonValue[];
  try {
    documents = loadYamlDocuments(content);
  } catch (cause) {
    throw new CommandError("InvalidKustomization", `failed to unmarshall kustomization file ${file}`, {
      cause,
    });
  }
  return documents.flatMap((document) =>
    document !== null && typeof document === "object" && !Array.isArray(document)
      ? [document as JsonObject]
      : [],
  );
}

function isNamed(object: JsonObject, key: KustomizationKey): boolean {
  const { metadata } = object as { readonly metadata?: Partial<KustomizationKey> | null };
  const namespace = metadata?.namespace ?? "";
  return metadata?.name === key.name && (namespace === "" || namespace === key.namespace);
}

/** What only applying asks for: a build does without. */
const NOT_BUILT = { interval: "10m", prune: true, sourceRef: { kind: "GitRepository", name: "local" } };

/** Reads an object as a Flux Kustomization; the fields that only the controller needs may be missing. */
export function parseKustomization(object: JsonObject): Kustomization {
  const { spec, ...rest } = object;
  const given = spec !== null && typeof spec === "object" && !Array.isArray(spec) ? spec : {};
  try {
    return Kustomization.parse({
      ...rest,
      apiVersion: `${GROUP}/v1`,
      spec: { ...NOT_BUILT, ...(given as JsonObject) },
    });
  } catch (error) {
    throw new CommandError(
      "InvalidKustomization",
      `the Flux Kustomization is not valid: ${describeError(error)}`,
    );
  }
}
