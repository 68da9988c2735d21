import { accessCases } from "./access-cases.ts";
import type { BadCase } from "./bad-case.ts";
import { jsonCases } from "./json-cases.ts";
import { mediaCases } from "./media-cases.ts";
import { objectCases } from "./object-cases.ts";
import { oddCases } from "./odd-cases.ts";
import { pathCases } from "./path-cases.ts";
import { protobufCases } from "./protobuf-cases.ts";
import { queryCases } from "./query-cases.ts";
import { yamlCases } from "./yaml-cases.ts";

/** kube-apiserver walks a map here, and stops at the first entry that it does not like: any of them. */
const decidedByChance = new Set([
  ...["Strict", "Warn", "Ignore"].map((mode) => `fields: unknown fields of containers, apply ${mode}`),
  "impersonate: a user and extras with rights to alice and g",
]);

function certain(cases: readonly BadCase[]): readonly BadCase[] {
  return cases.filter(({ name }) => !decidedByChance.has(name));
}

/** The cases by the file that keeps their answers. */
export const badCases: Readonly<Record<string, readonly BadCase[]>> = {
  json: jsonCases,
  yaml: yamlCases,
  protobuf: protobufCases,
  media: mediaCases,
  path: pathCases,
  query: queryCases,
  object: certain(objectCases),
  access: certain(accessCases),
  odd: oddCases,
};
