import type { KubeClient } from "@weir/client";
import { writeJson, type JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { emitYaml } from "@weir/yaml";
import { CommandError } from "../cli-error.ts";
import { renderTable } from "../terminal/table.ts";
import { type NamedKind, type NamedKinds, readKinds } from "./flux-kinds.ts";
import { type ObjectRow, objectRow } from "./object-row.ts";

/** What `weir get` was asked for. */
export interface GetOptions {
  /** A kind and perhaps a name: `hr`, `hr podinfo`, `sources all`; all Flux kinds where there is none. */
  readonly words: readonly string[];
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly output: "table" | "json" | "yaml" | "name";
  readonly showSource: boolean;
  readonly isWithoutHeader: boolean;
  readonly labelSelector: string | undefined;
  /** `TYPE=STATUS`: only objects with such a condition. */
  readonly statusSelector: string | undefined;
}

/** Lists Flux objects. An empty list is an error, as in flux, unless all kinds were asked for. */
export async function runGet(options: GetOptions, client: KubeClient): Promise<string> {
  const named = readKinds(options.words);
  const [name] = named.rest;
  const lists = await Promise.all(named.kinds.map((kind) => listKind(client, kind, options)));
  const isWanted = statusFilter(options.statusSelector);
  const objects = lists
    .flat()
    .filter((object) => (name === undefined || object.metadata.name === name) && isWanted(object));
  if (objects.length === 0) throw nothingFound(named, options);
  return printObjects(objects, named.isMixed, options);
}

function nothingFound({ kinds, isMixed, rest: [name] }: NamedKinds, options: GetOptions): CommandError {
  const kind = isMixed ? "Flux" : (kinds[0]?.kind.kind ?? "");
  const where = options.allNamespaces ? "" : ` in ${JSON.stringify(options.namespace)} namespace`;
  const what = name === undefined ? `no ${kind} objects found` : `${kind} object '${name}' not found`;
  return new CommandError("NotFound", `${what}${where}`);
}

async function listKind(
  client: KubeClient,
  { kind }: NamedKind,
  { allNamespaces, namespace, labelSelector }: GetOptions,
): Promise<readonly KubeObject[]> {
  const apiVersion = `${kind.group}/${kind.version}`;
  const list = await client.list(kind, {
    ...(allNamespaces ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  });
  return list.items.map((item) => ({ ...item, apiVersion, kind: kind.kind }));
}

function statusFilter(selector: string | undefined): (object: KubeObject) => boolean {
  if (selector === undefined) return () => true;
  const [type = "", status, ...rest] = selector.split("=");
  if (status === undefined || rest.length > 0) {
    throw new CommandError(
      "InvalidFlag",
      `expected status selector in type=status format, but found: ${selector}`,
    );
  }
  return (object) => {
    const { conditions = [] } = (object["status"] ?? {}) as {
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
    return conditions.some((condition) => isSame(condition.type, type) && isSame(condition.status, status));
  };
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function printObjects(objects: readonly KubeObject[], isMixed: boolean, options: GetOptions): string {
  switch (options.output) {
    case "name":
      return objects.map((object) => `${object.kind.toLowerCase()}/${object.metadata.name ?? ""}\n`).join("");
    case "json":
      return `${writeJson(asList(objects), { indent: 2 })}\n`;
    case "yaml":
      return emitYaml(asList(objects));
    case "table":
      return printTables(objects, isMixed, options);
  }
}

function asList(objects: readonly KubeObject[]): JsonValue {
  const [only] = objects;
  const list = { apiVersion: "v1", kind: "List", metadata: {}, items: objects };
  return (objects.length === 1 && only !== undefined ? only : list) as unknown as JsonValue;
}

function printTables(objects: readonly KubeObject[], isMixed: boolean, options: GetOptions): string {
  const columns = columnsOf(options);
  const tables = [...Map.groupBy(objects, (object) => object.kind)].map(([kind, members]) => {
    const rows = members.map((object) => {
      const row = objectRow(object);
      const name = isMixed ? `${kind.toLowerCase()}/${row.name}` : row.name;
      return columns.map((column) => (column === "name" ? name : row[column]));
    });
    const header = options.isWithoutHeader ? undefined : columns.map((column) => column.toUpperCase());
    return renderTable(header, rows);
  });
  return isMixed ? tables.map((table) => `${table}\n`).join("") : tables.join("");
}

function columnsOf({ allNamespaces, showSource }: GetOptions): readonly (keyof ObjectRow)[] {
  return [
    ...(allNamespaces ? (["namespace"] as const) : []),
    "name",
    ...(showSource ? (["source"] as const) : []),
    "revision",
    "suspended",
    "ready",
    "message",
  ];
}
