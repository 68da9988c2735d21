import type { JsonObject } from "@weir/core";
import { once, readTable, readTableText } from "./read-table.ts";

const index = once(() => readTable<{ readonly paths: readonly string[] }>("openapi-index.json").paths);
const others = once(() => readTable<Readonly<Record<string, JsonObject>>>("openapi-other.json"));

/** The paths under `/openapi/v3/` that built-in documents have, such as `apis/apps/v1`. */
export function openApiPaths(): readonly string[] {
  return index();
}

/** The text of a built-in OpenAPI v3 document; `undefined` where there is none. */
export function openApiDocument(path: string): string | undefined {
  if (!index().includes(path)) return undefined;
  const groupVersion = /^(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path);
  if (groupVersion !== null)
    return readTableText(`openapi/${groupVersion[1] ?? "core"}__${groupVersion[2]}.json`);
  const document = others()[`/${path}`];
  return document === undefined ? undefined : JSON.stringify(document);
}
