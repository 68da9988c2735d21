/** How a server asks who we are. */
export interface AuthChallenge {
  /** Lower case, such as `bearer`. */
  readonly scheme: string;
  /** Names are lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A header that is longer holds no challenge of a registry. */
const MAX_HEADER = 16 * 1024;

const SCHEME = /[\s,]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:[ \t]+|(?=,|$))/y;
const PARAMETER =
  /[\s,]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))[ \t]*(?=,|$)/y;

/** Reads the challenges of a `www-authenticate` header; what is no challenge ends the reading. */
export function parseChallenges(header: string): readonly AuthChallenge[] {
  const text = header.slice(0, MAX_HEADER);
  const challenges: AuthChallenge[] = [];
  let at = 0;
  for (;;) {
    const scheme = matchAt(SCHEME, text, at);
    if (scheme === null) return challenges;
    const parameters = new Map<string, string>();
    at = readParameters(text, at + scheme[0].length, parameters);
    challenges.push({ scheme: (scheme[1] ?? "").toLowerCase(), parameters });
  }
}

function readParameters(text: string, from: number, parameters: Map<string, string>): number {
  let at = from;
  for (;;) {
    const found = matchAt(PARAMETER, text, at);
    if (found === null) return at;
    const [whole, name = "", quoted, plain = ""] = found;
    const value = quoted === undefined ? plain : quoted.replace(/\\(.)/gs, "$1");
    parameters.set(name.toLowerCase(), value);
    at += whole.length;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = at;
  return sticky.exec(text);
}

/** The first challenge that can be answered, by basic credentials or a bearer token; else the first. */
export function pickChallenge(challenges: readonly AuthChallenge[]): AuthChallenge | undefined {
  return challenges.find(({ scheme }) => scheme === "basic" || scheme === "bearer") ?? challenges[0];
}
