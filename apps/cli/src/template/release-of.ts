import { readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { type Clock, type JsonValue, systemRandom } from "@weir/core";
import { nameRelease } from "@weir/helm";
import { loadYaml } from "@weir/yaml";

import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { HelmFlagValues } from "./helm-flags.ts";

/** What a release is called, and the chart that it is of. */
export interface NamedChart {
  readonly name: string;
  readonly chart: string;
}

/** Reads `[NAME] CHART` as helm does. Throws a `CommandError` in its words. */
export function nameAndChart(flags: HelmFlagValues, clock: Clock): NamedChart {
  const [first = "", second, ...others] = flags.operands;
  if (others.length > 0) {
    throw wrong(`expected at most two arguments, unexpected arguments: ${others.join(", ")}`);
  }
  const template = flags.text("name-template");
  if (second !== undefined) {
    if (flags.bool("generate-name")) throw wrong("cannot set --generate-name and also specify a name");
    if (template !== "") throw wrong("cannot set --name-template and also specify a name");
    return { name: first, chart: second };
  }
  if (template !== "") return { name: nameRelease(template, { clock, random: systemRandom }), chart: first };
  // `helm template` never makes up a name, not even where it is told to.
  return { name: "release-name", chart: first };
}

function wrong(message: string): CommandError {
  return new CommandError("InvalidArguments", message);
}

/** The namespace that a person works in: of the kubeconfig's current context, where there is one. */
export function currentNamespace({ kubeconfig, homeKubeconfig }: Environment): string {
  const paths =
    kubeconfig === undefined || kubeconfig === "" ? [homeKubeconfig] : kubeconfig.split(delimiter);
  for (const path of paths) {
    const namespace = namespaceIn(path);
    if (namespace !== undefined) return namespace;
  }
  return "default";
}

function namespaceIn(path: string): string | undefined {
  try {
    const config = loadYaml(readFileSync(path)) as Kubeconfig | null;
    const found = config?.contexts?.find(({ name }) => name === config["current-context"]);
    const namespace = found?.context?.namespace;
    return typeof namespace === "string" && namespace !== "" ? namespace : undefined;
  } catch {
    // Where there is no kubeconfig, or a broken one, helm goes on without.
    return undefined;
  }
}

interface Kubeconfig {
  readonly "current-context"?: JsonValue;
  readonly contexts?: readonly {
    readonly name?: JsonValue;
    readonly context?: { readonly namespace?: JsonValue };
  }[];
}
