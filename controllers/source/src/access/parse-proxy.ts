import { type GitProxy, userInfoOf, withoutCredentials } from "@weir/git";
import { urlProblem } from "./url-problem.ts";

/** A proxy, or what is wrong with the Secret, in Flux's words and without the password that the address may hold. */
export type ParsedProxy =
  | { readonly kind: "proxy"; readonly proxy: GitProxy }
  | { readonly kind: "invalid"; readonly problem: string };

const MAX_LENGTH = 2048;
const SCHEMES = ["http", "https", "socks5"];

/** Reads the data of a Secret that `proxySecretRef` names: `address`, and `username` and `password` before the address's own. */
export function parseProxy(data: ReadonlyMap<string, string>): ParsedProxy {
  const address = data.get("address");
  if (address === undefined) return invalid("key 'address' not found");
  if (address === "") return invalid("proxy address is empty");
  if (address.length > MAX_LENGTH) {
    return invalid(`proxy URL exceeds maximum length of ${MAX_LENGTH} characters`);
  }
  const problem = addressProblem(address);
  if (problem !== undefined) return invalid(problem);
  const url = new URL(address);
  const username = data.get("username");
  const user =
    username === undefined ? userInfoOf(address) : { username, password: data.get("password") ?? "" };
  url.username = "";
  url.password = "";
  const bare = url.href.replace(/\/$/, "");
  return { kind: "proxy", proxy: { address: bare, ...(user.username === "" ? {} : user) } };
}

function addressProblem(address: string): string | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(address)?.[1]?.toLowerCase() ?? "";
  if (!SCHEMES.includes(scheme)) {
    return `proxy URL must use one of the supported schemes (${SCHEMES.join(", ")}), got '${scheme}'`;
  }
  const problem = urlProblem(address) ?? (URL.canParse(address) ? undefined : "no host");
  const bare = withoutCredentials(address);
  return problem === undefined
    ? undefined
    : `failed to parse proxy address '${bare}': parse ${JSON.stringify(bare)}: ${problem}`;
}

function invalid(problem: string): ParsedProxy {
  return { kind: "invalid", problem };
}
