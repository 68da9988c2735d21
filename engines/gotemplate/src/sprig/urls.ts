import { GoCallError, goKindOf, type GoValue } from "@weir/text";

import { defineFunction, type GoDict } from "../define-function.ts";
import { entriesOf } from "./dicts.ts";
import { formatGoUrl, type GoUrl, GoUrlError, hostnameOf, parseGoUrl } from "./go-url.ts";
import { nilDereference } from "./go-panic.ts";

const DICT = "map[string]interface {}";

/** Functions that take URLs apart and put them together. */
export const urlFunctions = [
  defineFunction("urlParse", ["string"], DICT, ([text]) => {
    const url = parsed(text, "unable to parse url");
    const { scheme, host, path, query, opaque, fragment, userinfo = "" } = url;
    const hostname = hostnameOf(host);
    return new Map(Object.entries({ scheme, host, hostname, path, query, opaque, fragment, userinfo }));
  }),
  defineFunction("urlJoin", [DICT], "string", ([dict]) => {
    const [scheme, host, path, query, opaque, fragment] = PARTS.map((key) => textUnder(dict, key));
    const url = { scheme, host, path, query, opaque, fragment } as GoUrl;
    const userinfo = textUnder(dict, "userinfo");
    if (userinfo === "") return formatGoUrl(url);
    const read = parsed(`proto://${userinfo}@host`, "unable to parse userinfo in dict").userinfo;
    return formatGoUrl(read === undefined ? url : { ...url, userinfo: read });
  }),
];

/** The parts in the order in which Sprig looks at them. */
const PARTS = ["scheme", "host", "path", "query", "opaque", "fragment"];

function parsed(text: string, problem: string): GoUrl {
  try {
    return parseGoUrl(text);
  } catch (error) {
    if (error instanceof GoUrlError) throw new GoCallError(`${problem}: ${error.message}`, { cause: error });
    throw error;
  }
}

function textUnder(dict: GoDict, key: string): string {
  const value: GoValue | undefined = entriesOf(dict).get(key);
  if (value === undefined) return "";
  if (value === null) throw nilDereference();
  if (typeof value === "string") return value;
  throw new GoCallError(`unable to parse ${key} key, must be of type string, but ${goKindOf(value)} found`);
}
