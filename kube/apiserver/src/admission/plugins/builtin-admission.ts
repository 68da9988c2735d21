import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { Draft } from "../../resources/resource.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** What a usual cluster checks and fills in by itself, in kube-apiserver's order. */
export class BuiltinAdmission {
  readonly #mutating: ReadonlyMap<string, readonly AdmissionPlugin[]>;
  readonly #validating: ReadonlyMap<string, readonly AdmissionPlugin[]>;

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#mutating = byPrefix(plugins.filter(({ mutate }) => mutate !== undefined));
    this.#validating = byPrefix(plugins.filter(({ validate }) => validate !== undefined));
  }

  /** Changes the object in place; `undefined` where there is nothing to do for the kind. */
  mutate(request: AdmissionRequest, object: Draft, old: KubeObject | undefined): Promise<void> | undefined {
    const plugins = this.#mutating.get(request.resource.storagePrefix);
    if (plugins === undefined || request.operation === "delete") return undefined;
    return this.#mutateBy(plugins, { request, object, old });
  }

  /** Throws a refusal; `undefined` where there is nothing to do for the kind. */
  validate(
    request: AdmissionRequest,
    object: JsonObject | undefined,
    old: KubeObject | undefined,
  ): Promise<void> | undefined {
    const plugins = this.#validating.get(request.resource.storagePrefix);
    if (plugins === undefined || object === undefined) return undefined;
    return this.#validateBy(plugins, { request, object: object as Draft, old });
  }

  async #mutateBy(
    plugins: readonly AdmissionPlugin[],
    write: Parameters<NonNullable<AdmissionPlugin["mutate"]>>[0],
  ): Promise<void> {
    for (const { mutate } of plugins) await mutate?.(write);
  }

  async #validateBy(
    plugins: readonly AdmissionPlugin[],
    write: Parameters<NonNullable<AdmissionPlugin["validate"]>>[0],
  ): Promise<void> {
    for (const { validate } of plugins) await validate?.(write);
  }
}

function byPrefix(plugins: readonly AdmissionPlugin[]): ReadonlyMap<string, readonly AdmissionPlugin[]> {
  const prefixes = new Map<string, AdmissionPlugin[]>();
  for (const plugin of plugins) {
    for (const prefix of plugin.prefixes) prefixes.set(prefix, [...(prefixes.get(prefix) ?? []), plugin]);
  }
  return prefixes;
}
