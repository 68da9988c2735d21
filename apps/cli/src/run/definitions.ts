import { fluxResources } from "@weir/api";
import type { Kind, KubeClient } from "@weir/client";
import type { Clock } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { Controller } from "@weir/sdk";
import { CommandError } from "../cli-error.ts";

const DEFINITION: Kind<KubeObject> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};
const FIELD_MANAGER = "weir";
const SERVED_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 100;

/** The kinds that controllers watch. */
export function watchedKinds(controllers: readonly Controller[]): readonly Kind<unknown, unknown>[] {
  const kinds = new Map<string, Kind<unknown, unknown>>();
  for (const { primary, watches } of controllers) {
    for (const kind of [
      ...(primary === undefined ? [] : [primary.kind]),
      ...watches.map((watch) => watch.kind),
    ]) {
      kinds.set(`${kind.group}/${kind.kind}`, kind);
    }
  }
  return [...kinds.values()];
}

/** Installs the definitions of all Flux kinds, or brings those that are there up to date; waits until they are served. */
export async function installDefinitions(client: KubeClient, clock: Clock): Promise<void> {
  for (const resource of fluxResources) {
    const definition = resource.crd() as unknown as KubeObject;
    try {
      await client.apply(DEFINITION, definition, { fieldManager: FIELD_MANAGER, force: true });
    } catch (cause) {
      const name = definition.metadata.name ?? "";
      throw new CommandError("InstallFailed", `cannot install the definition ${name}`, { cause });
    }
  }
  const end = clock.monotonic() + SERVED_WITHIN_MS;
  const kinds = fluxResources as readonly Kind<unknown, unknown>[];
  while ((await missingOf(client, kinds)).length > 0 && clock.monotonic() < end) {
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

/** Throws where the cluster does not serve a kind; the message names all of them, and the way out. */
export async function requireKinds(
  client: KubeClient,
  kinds: readonly Kind<unknown, unknown>[],
): Promise<void> {
  const missing = await missingOf(client, kinds);
  if (missing.length === 0) return;
  const names = missing.map(({ group, version, plural, kind }) =>
    plural === undefined ? `${kind} of ${group}` : `${plural}.${group} (${version})`,
  );
  throw new CommandError(
    "DefinitionsMissing",
    `the cluster does not serve ${names.join(", ")}: install the definitions with \`weir run --install-crds\``,
  );
}

async function missingOf(
  client: KubeClient,
  kinds: readonly Kind<unknown, unknown>[],
): Promise<readonly Kind<unknown, unknown>[]> {
  const served = new Set(
    (await client.discover({ refresh: true })).map(
      ({ group, version, kind }) => `${group}/${version}/${kind}`,
    ),
  );
  return kinds.filter(({ group, version, kind }) => !served.has(`${group}/${version}/${kind}`));
}
