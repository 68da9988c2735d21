import type { Kind, KubeClient } from "@weir/client";
import { writeJson, type JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { emitYaml } from "@weir/yaml";
import { CommandError } from "../cli-error.ts";
import { renderTable } from "../terminal/table.ts";
import { findKind, namedKinds } from "./flux-kinds.ts";
import { objectRow } from "./object-row.ts";

/** What `weir get` was asked for. */
export interface GetOptions {
  /** All Flux kinds where none is named. */
  readonly kind: string | undefined;
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly output: "table" | "json" | "yaml" | "name";
}

/** Lists Flux objects. An empty list is an error, as in flux. */
export async function runGet(options: GetOptions, client: KubeClient): Promise<string> {
  const kinds = options.kind === undefined ? namedKinds().map(({ kind }) => kind) : [findKind(options.kind)];
  const scope = options.allNamespaces ? {} : { namespace: options.namespace };
  const objects = (await Promise.all(kinds.map((kind) => listKind(client, kind, scope)))).flat();
  if (objects.length === 0) {
    const where = options.allNamespaces ? "" : ` in the namespace ${options.namespace}`;
    throw new CommandError("NotFound", `no ${options.kind ?? "Flux"} objects found${where}`);
  }
  return printObjects(objects, options);
}

async function listKind(
  client: KubeClient,
  kind: Kind<KubeObject>,
  scope: { readonly namespace?: string },
): Promise<readonly KubeObject[]> {
  const apiVersion = `${kind.group}/${kind.version}`;
  const list = await client.list(kind, scope);
  return list.items.map((item) => ({ ...item, apiVersion, kind: kind.kind }));
}

function printObjects(objects: readonly KubeObject[], options: GetOptions): string {
  switch (options.output) {
    case "name":
      return objects.map((object) => `${object.kind.toLowerCase()}/${object.metadata.name ?? ""}\n`).join("");
    case "json":
      return `${writeJson(asList(objects), { indent: 2 })}\n`;
    case "yaml":
      return emitYaml(asList(objects));
    case "table":
      return printTables(objects, options);
  }
}

function asList(objects: readonly KubeObject[]): JsonValue {
  const [only] = objects;
  const list = { apiVersion: "v1", kind: "List", metadata: {}, items: objects };
  return (objects.length === 1 && only !== undefined ? only : list) as unknown as JsonValue;
}

function printTables(objects: readonly KubeObject[], options: GetOptions): string {
  const groups = [...Map.groupBy(objects, (object) => object.kind)];
  const isMixed = groups.length > 1;
  const tables = groups.map(([kind, members]) => {
    const rows = members.map((object) => {
      const row = objectRow(object);
      const name = isMixed ? `${kind.toLowerCase()}/${row.name}` : row.name;
      return [row.namespace, name, row.revision, row.suspended, row.ready, row.message];
    });
    const header = ["NAMESPACE", "NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"];
    const drop = options.allNamespaces ? 0 : 1;
    return renderTable([header, ...rows].map((cells) => cells.slice(drop)));
  });
  return tables.join("\n");
}
