import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compareUtf8 } from "@weir/core";
import type { Controller, Resource, Webhooks } from "@weir/sdk";
import { CommandError } from "../cli-error.ts";

/** What modules export that something can be made from. */
export interface Exported {
  readonly resources: readonly Resource<unknown>[];
  readonly controllers: readonly Controller[];
  readonly webhooks: readonly Webhooks[];
}

/**
 * Imports a user's modules, TypeScript by stripping its types, and finds what they export: resources, controllers and
 * webhooks, by themselves or in lists. Each is found once, and in an order that does not depend on the modules'.
 */
export async function loadExports(modules: readonly string[], workingDirectory: string): Promise<Exported> {
  const found = new Set<unknown>();
  for (const module of modules) {
    const path = resolve(workingDirectory, module);
    for (const value of Object.values(await importModule(path)))
      for (const each of Array.isArray(value) ? (value as readonly unknown[]) : [value]) found.add(each);
  }
  const values = [...found];
  return {
    resources: values.filter(isResource).sort((a, b) => compareUtf8(resourceName(a), resourceName(b))),
    controllers: values.filter(isController).sort((a, b) => compareUtf8(a.name, b.name)),
    webhooks: values.filter(isWebhooks),
  };
}

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new CommandError("ModuleNotLoaded", `cannot load the module ${path}`, { cause });
  }
}

/** `myapps.example.com`. */
export function resourceName({ plural, group }: Resource<unknown>): string {
  return `${plural}.${group}`;
}

function isResource(value: unknown): value is Resource<unknown> {
  return isObject(value) && typeof value["crd"] === "function" && typeof value["plural"] === "string";
}

function isController(value: unknown): value is Controller {
  return isObject(value) && typeof value["reconcile"] === "function" && Array.isArray(value["watches"]);
}

function isWebhooks(value: unknown): value is Webhooks {
  return isObject(value) && Array.isArray(value["hooks"]) && Array.isArray(value["conversions"]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object";
}

/** Refuses modules that export nothing of what is asked for. */
export function requireSome<Value>(
  values: readonly Value[],
  what: string,
  modules: readonly string[],
): readonly Value[] {
  if (values.length > 0) return values;
  throw new CommandError("NothingExported", `no ${what} is exported by ${modules.join(", ")}`);
}
