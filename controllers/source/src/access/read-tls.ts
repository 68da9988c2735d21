import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";
import { parseTls, type TlsAccess } from "./parse-tls.ts";
import { ACCESS_FAILED, readSecret, secretTexts } from "./read-secret.ts";

/**
 * Reads the Secret that `certSecretRef` names. Throws a `SourceStepError` where it is missing or not usable; `configure`
 * is what Flux calls that.
 */
export async function readTls(
  namespace: string,
  name: string,
  ctx: Pick<SourceContext, "live">,
  configure: string,
): Promise<TlsAccess> {
  const secret = await readSecret(namespace, name, ctx);
  const named = `secret '${namespace}/${name}'`;
  if (secret === undefined) throw new SourceStepError(ACCESS_FAILED, `${configure}: ${named} not found`);
  const parsed = parseTls(secretTexts(secret));
  switch (parsed.kind) {
    case "tls":
      return parsed.tls;
    case "incomplete":
      throw new SourceStepError(ACCESS_FAILED, `${configure}: ${named} ${parsed.problem}`);
    case "invalid":
      throw new SourceStepError(ACCESS_FAILED, `${configure}: ${parsed.problem}`);
  }
}
