/** What a Git server does wrong, or asks for, below a path. */
export type GitFault =
  /** Lets in who knows the password. */
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  /** Lets in who has the token. */
  | { readonly kind: "bearer"; readonly token: string }
  /** Answers late. */
  | { readonly kind: "slow"; readonly afterMs: number }
  /** Answers every request with a status. */
  | { readonly kind: "status"; readonly status: number };

/** The first segment of a path and what happens below it; the repository follows (`/auth/app.git`). */
export type GitFaults = Readonly<Record<string, GitFault>>;

/** The faults of the server that Flux's behaviour was recorded against. */
export const usualGitFaults: GitFaults = {
  auth: { kind: "basic", username: "user", password: "pass" },
  bearer: { kind: "bearer", token: "token-1" },
  slow: { kind: "slow", afterMs: 40_000 },
  err500: { kind: "status", status: 500 },
};

/** Answers a request in place of the repository's server; `undefined` lets it through. */
export function answerOfFault(fault: GitFault, authorization: string | null): Response | undefined {
  switch (fault.kind) {
    case "basic": {
      const wanted = Buffer.from(`${fault.username}:${fault.password}`).toString("base64");
      return authorization === `Basic ${wanted}` ? undefined : unauthorized('Basic realm="git"');
    }
    case "bearer":
      return authorization === `Bearer ${fault.token}` ? undefined : unauthorized("Bearer");
    case "status":
      return new Response("the server is at fault\n", { status: fault.status });
    case "slow":
      return undefined;
  }
}

function unauthorized(challenge: string): Response {
  return new Response("unauthorized\n", { status: 401, headers: { "www-authenticate": challenge } });
}
