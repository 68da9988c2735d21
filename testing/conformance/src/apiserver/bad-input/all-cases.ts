import { accessCases } from "./access-cases.ts";
import type { BadCase } from "./bad-case.ts";
import { jsonCases } from "./json-cases.ts";
import { mediaCases } from "./media-cases.ts";
import { objectCases } from "./object-cases.ts";
import { pathCases } from "./path-cases.ts";
import { protobufCases } from "./protobuf-cases.ts";
import { queryCases } from "./query-cases.ts";
import { yamlCases } from "./yaml-cases.ts";

/** The cases by the file that keeps their answers. */
export const badCases: Readonly<Record<string, readonly BadCase[]>> = {
  json: jsonCases,
  yaml: yamlCases,
  protobuf: protobufCases,
  media: mediaCases,
  path: pathCases,
  query: queryCases,
  object: objectCases,
  access: accessCases,
};
