import type { GitProxy } from "@weir/git";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";
import { parseProxy } from "./parse-proxy.ts";
import { ACCESS_FAILED, readSecret, secretTexts } from "./read-secret.ts";

/**
 * Reads the Secret that `proxySecretRef` names. Throws a `SourceStepError` where it is missing or not usable; `configure`
 * is what Flux calls that.
 */
export async function readProxy(
  namespace: string,
  name: string,
  ctx: Pick<SourceContext, "live">,
  configure = "failed to configure proxy options",
): Promise<GitProxy> {
  const secret = await readSecret(namespace, name, ctx);
  if (secret === undefined) {
    throw new SourceStepError(ACCESS_FAILED, `${configure}: secret '${namespace}/${name}' not found`);
  }
  const parsed = parseProxy(secretTexts(secret));
  if (parsed.kind === "proxy") return parsed.proxy;
  throw new SourceStepError(ACCESS_FAILED, `${configure}: secret '${namespace}/${name}': ${parsed.problem}`);
}
