import { userInfoOf, withoutCredentials } from "@weir/git";
import { SourceReason } from "@weir/api";
import { urlProblem } from "../access/url-problem.ts";
import { SourceStepError } from "../source-error.ts";

/** Where a repository of charts is, and who its URL says we are. */
export interface RepositoryUrl {
  /** Without user-info; it ends with `/`, but for a registry. */
  readonly url: string;
  readonly user?: { readonly username: string; readonly password: string };
}

/** Reads the URL of a repository as Flux does. Throws a `SourceStepError` that only a change of the object helps. */
export function parseRepositoryUrl(url: string): RepositoryUrl {
  const problem = urlProblem(url) ?? (URL.canParse(url) ? undefined : "no host");
  if (problem !== undefined) {
    const bare = withoutCredentials(url);
    throw urlInvalid(`invalid Helm repository URL: parse ${JSON.stringify(bare)}: ${problem}`);
  }
  const parsed = new URL(url);
  const isRegistry = parsed.protocol === "oci:";
  const user = isRegistry ? undefined : userInfoOf(url);
  const bare = withPath(
    url.replace(/^([a-z]+:\/\/)[^/@]*@/i, "$1"),
    (path) => `${path.replace(/\/+$/, "")}${isRegistry ? "" : "/"}`,
  );
  return { url: bare, ...(user === undefined || user.username === "" ? {} : { user }) };
}

/** A failure of the URL, which is not tried again. */
export function urlInvalid(message: string): SourceStepError {
  const failure = { condition: "FetchFailed", reason: SourceReason.URLInvalid, retry: "never" } as const;
  return new SourceStepError(failure, message);
}

/** Where the index of a repository is. */
export function indexUrlOf(repository: string): string {
  return withPath(repository, (path) => `${path.replace(/\/+$/, "")}/index.yaml`);
}

/** Everything but the path stays as it is written. */
function withPath(url: string, change: (path: string) => string): string {
  const [, origin = "", path = "", rest = ""] = /^([^:]+:\/\/[^/?#]*)([^?#]*)(.*)$/s.exec(url) ?? [];
  return `${origin}${change(path)}${rest}`;
}
