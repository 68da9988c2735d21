import type { GoFunction } from "@weir/text";

import { functionTable } from "../define-function.ts";
import { dateFunctions } from "./dates.ts";
import { decimalFunctions } from "./decimals.ts";
import { defaultFunctions } from "./defaults.ts";
import { dictFunctions } from "./dicts.ts";
import { listFunctions } from "./lists.ts";
import { mergeFunctions } from "./merge.ts";
import { numberFunctions } from "./numbers.ts";
import { pathFunctions } from "./paths.ts";
import { reflectionFunctions } from "./reflection.ts";
import { regexFunctions } from "./regex.ts";
import { stringFunctions } from "./strings.ts";
import { textCaseFunctions } from "./text-case.ts";
import { wrappingFunctions } from "./wrapping.ts";
import { encodingFunctions } from "./encoding.ts";
import { jsonFunctions } from "./json.ts";
import { randomFunctions } from "./random.ts";
import { semverFunctions } from "./semver.ts";
import { urlFunctions } from "./urls.ts";
import { certificateFunctions } from "./certificates.ts";
import { cryptoFunctions } from "./crypto.ts";
import { rsaKeyMaker } from "./private-key.ts";

/** Every function of Sprig 3.3 but `env` and `expandenv`, which would let templates read the process's environment. */
export const sprigFunctions: ReadonlyMap<string, GoFunction> = functionTable(
  certificateFunctions(rsaKeyMaker),
  cryptoFunctions,
  dateFunctions,
  decimalFunctions,
  defaultFunctions,
  dictFunctions,
  listFunctions,
  mergeFunctions,
  numberFunctions,
  pathFunctions,
  reflectionFunctions,
  regexFunctions,
  stringFunctions,
  textCaseFunctions,
  encodingFunctions,
  jsonFunctions,
  randomFunctions,
  semverFunctions,
  urlFunctions,
  wrappingFunctions,
);
