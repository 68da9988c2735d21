import { memoryTree } from "@weir/core";
import { type BuildOptions, buildKustomization, emitResources } from "../src/index.ts";

/** A tree of text files. */
export function treeOf(files: Readonly<Record<string, string>>): ReturnType<typeof memoryTree> {
  return memoryTree(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text, "utf8")])));
}

/** The output of a build of the root, or of the given path. */
export function built(
  files: Readonly<Record<string, string>>,
  options: BuildOptions = {},
  path = ".",
): string {
  return emitResources(buildKustomization(treeOf(files), path, options).objects);
}

/** A ConfigMap as text. */
export function aConfigMap(name: string, rest = "data: {k: v}"): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${rest}\n`;
}

/** A Deployment with one container as text. */
export function aDeployment(name: string, container = "{name: main, image: nginx}"): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [${container}]}}}\n`;
}
