import { GitCredentialsError } from "../git-error.ts";
import { sshString } from "./wire.ts";

const MARKERS = ["@cert-authority", "@revoked"];
const TYPES =
  /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-.+@openssh\.com|.+-cert-v01@openssh\.com)$/;

/**
 * Refuses a Secret's `known_hosts` that holds a line which is none, as Flux: ssh itself would skip it, and then nobody could
 * tell why a host is unknown. Throws `GitCredentialsError`.
 */
export function checkKnownHosts(text: string): void {
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const problem = problemOf(line);
    if (problem !== undefined) {
      throw new GitCredentialsError(
        "unusable",
        `unable to construct auth method with options: knownhosts: ${problem}`,
      );
    }
  }
}

function problemOf(line: string): string | undefined {
  const words = line.split(/[\t ]+/);
  if (MARKERS.includes(words[0] ?? "")) words.shift();
  const [host = "", type, key] = words;
  if (type === undefined) return "knownhosts: missing host pattern";
  if (key === undefined) return "knownhosts: missing key type pattern";
  const fault = base64Fault(key);
  if (fault !== undefined) return `illegal base64 data at input byte ${fault}`;
  const name = sshString.read(Buffer.from(key, "base64"), 0)?.toString("latin1");
  if (name === undefined) return "ssh: short read";
  if (!TYPES.test(name)) return `ssh: unknown key algorithm: ${name}`;
  return host.startsWith("|") ? problemOfHash(host) : undefined;
}

function problemOfHash(host: string): string | undefined {
  const parts = host.split("|");
  if (parts.length !== 4) return `knownhosts: got ${parts.length} components, want 3`;
  return parts[1] === "1" ? undefined : `knownhosts: got hash type ${parts[1]}, must be '1'`;
}

/** Where Go's decoder stops reading; `undefined` where it does not. */
function base64Fault(text: string): number | undefined {
  const bare = /^[A-Za-z0-9+/]*={0,2}/.exec(text)?.[0] ?? "";
  if (bare.length < text.length) return bare.length;
  return text.length % 4 === 0 ? undefined : text.length - (text.length % 4);
}
