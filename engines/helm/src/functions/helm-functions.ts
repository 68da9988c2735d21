import { sprigFunctions } from "@weir/gotemplate";
import type { GoFunction } from "@weir/text";

import { jsonFunctions } from "./json-functions.ts";
import { templateFunctions } from "./template-functions.ts";
import { tomlFunctions } from "./toml-functions.ts";
import { yamlFunctions } from "./yaml-functions.ts";
import { yamlPrettyFunction } from "./yaml-pretty.ts";

const OWN: readonly GoFunction[] = [
  ...templateFunctions,
  ...jsonFunctions,
  ...yamlFunctions,
  yamlPrettyFunction,
  ...tomlFunctions,
];

/** Every function that a chart's templates may call besides Go's own: Sprig's without the environment, and Helm's. */
export const helmFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ...sprigFunctions,
  ...OWN.map((declared): [string, GoFunction] => [declared.name, declared]),
]);
