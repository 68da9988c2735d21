import { SourceReason } from "@weir/api";
import { isApiError } from "@weir/client";
import type { SourceContext } from "../run/source-context.ts";
import { SourceStepError } from "../source-error.ts";
import { Secret } from "./secret-kind.ts";

/** A Secret that a source names. */
export interface SourceSecret {
  /** Its type, such as `kubernetes.io/dockerconfigjson`. */
  readonly type: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
}

/** What a failure to log in is reported under. */
export const ACCESS_FAILED = { condition: "FetchFailed", reason: SourceReason.AuthenticationFailed } as const;

/**
 * Reads a Secret; `undefined` where there is none. Throws a `SourceStepError` where it may not be read: `what`, such as
 * `secret`, is what Flux calls it then.
 */
export async function readSecret(
  namespace: string,
  name: string,
  ctx: Pick<SourceContext, "live">,
  what = "secret",
): Promise<SourceSecret | undefined> {
  try {
    const secret = await ctx.live.get(Secret, { namespace, name });
    if (secret === undefined) return undefined;
    const data = (secret["data"] ?? {}) as Readonly<Record<string, string>>;
    const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")] as const);
    return { type: String(secret["type"] ?? "Opaque"), data: new Map(decoded) };
  } catch (error) {
    if (!isApiError(error, "Forbidden")) throw error;
    throw new SourceStepError(ACCESS_FAILED, `failed to get ${what} '${namespace}/${name}'`, {
      cause: error,
    });
  }
}

/** The data of a Secret as text. */
export function secretTexts(secret: SourceSecret): ReadonlyMap<string, string> {
  return new Map([...secret.data].map(([key, bytes]) => [key, Buffer.from(bytes).toString("utf8")]));
}
