import {
  createWebhooks,
  type CustomResourceDefinition,
  jsonSchemaOf,
  referenceDocument,
  type Resource,
  webhookManifests,
} from "@weir/sdk";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { addressOf } from "./generate-webhooks.ts";
import { loadExports, requireSome } from "./load-exports.ts";
import { manifestText } from "./manifest-text.ts";
import { type Output, type OutputFlags, writeOutputs } from "./write-outputs.ts";

/** What is made, and where conversion webhooks are. */
export interface CodeFlags extends OutputFlags {
  readonly service?: string;
  readonly url?: string;
}

/** `weir generate crds|docs|schemas`: gives the exit code. */
export async function generateFromCode(
  what: "crds" | "docs" | "schemas",
  modules: readonly string[],
  flags: CodeFlags,
  environment: Environment,
): Promise<number> {
  const exported = await loadExports(modules, environment.workingDirectory);
  const resources = requireSome(exported.resources, "resource", modules);
  const outputs = resources.flatMap((resource) => outputsOf(what, resource, flags));
  return writeOutputs(outputs, flags, environment);
}

function outputsOf(
  what: "crds" | "docs" | "schemas",
  resource: Resource<unknown>,
  flags: CodeFlags,
): readonly Output[] {
  const { group, kind } = resource;
  switch (what) {
    case "crds":
      return [crdOutput(resource, flags)];
    case "docs":
      return [{ name: `${kind.toLowerCase()}.${group}.md`, text: referenceDocument(resource.crd()) }];
    case "schemas":
      return resource.versions.map(({ name }) => ({
        name: `${kind.toLowerCase()}-${group}-${name}.json`,
        text: `${JSON.stringify(jsonSchemaOf(resource, name), undefined, 2)}\n`,
      }));
  }
}

/** The file of a resource's CRD. */
export function crdOutput(resource: Resource<unknown>, address: Pick<CodeFlags, "service" | "url">): Output {
  const { group, plural } = resource;
  return { name: `${group}_${plural}.yaml`, text: manifestText(crdOf(resource, address)) };
}

/** A resource whose versions differ cannot do without its conversion webhook: objects would lose fields unseen. */
function crdOf(
  resource: Resource<unknown>,
  flags: Pick<CodeFlags, "service" | "url">,
): CustomResourceDefinition {
  if (!resource.hasConversion) return resource.crd();
  if (flags.service === undefined && flags.url === undefined) {
    const why = `${resource.kind} has several versions: say where they are converted, with --service or --url`;
    throw new CommandError("NoConversion", why);
  }
  const address = addressOf(flags);
  const [crd] = webhookManifests(createWebhooks().convert(resource), { name: "conversion", address }).crds;
  return crd ?? resource.crd();
}
