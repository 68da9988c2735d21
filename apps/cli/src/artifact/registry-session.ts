import { readFileSync } from "node:fs";
import { anySignal, systemClock, timeoutSignal } from "@weir/core";
import {
  createNodeSender,
  type CredentialsFor,
  credentialsFromDockerConfig,
  formatRepository,
  type OciReference,
  parseArtifactReference,
  parseDockerConfig,
  RegistryClient,
  RegistryDeadlineError,
} from "@weir/oci";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { RegistryFlags } from "./artifact-flags.ts";

/** A registry that a command speaks to, for as long as it may. */
export interface RegistrySession extends Disposable {
  readonly client: RegistryClient;
  readonly reference: OciReference;
  /** The address as it was given, without `oci://`. */
  readonly address: string;
  readonly signal: AbortSignal;
}

/** What an address of an artifact names. Throws a `CommandError` in flux's words. */
export function readArtifactUrl(
  url: string | undefined,
  what = "artifact URL",
): Pick<RegistrySession, "reference" | "address"> {
  if (url === undefined) throw new CommandError("InvalidArgument", `${what} is required`);
  if (!url.startsWith("oci://")) {
    throw new CommandError("InvalidURL", "URL must be in format 'oci://<domain>/<org>/<repo>'");
  }
  const address = url.slice("oci://".length);
  try {
    return { address, reference: parseArtifactReference(address) };
  } catch (cause) {
    throw new CommandError("InvalidURL", `'${url}' invalid URL`, { cause });
  }
}

/** Opens a registry with the credentials of the command line, or those of the docker configuration. */
export function openRegistry(
  named: Pick<RegistrySession, "reference" | "address">,
  flags: RegistryFlags,
  environment: Environment,
): RegistrySession {
  const { provider, insecureRegistry, timeout } = flags;
  if (provider !== "generic") {
    throw new CommandError("InvalidFlag", `--provider: logging in with '${provider}' is not supported yet`);
  }
  const credentials = credentialsOf(flags, named.reference, environment);
  if (flags.creds !== undefined) environment.writeError("► logging in to registry with credentials\n");
  const overdue = timeoutSignal(systemClock, timeout, () => new RegistryDeadlineError());
  const held = anySignal(environment.signal, overdue.signal);
  const sender = createNodeSender();
  const client = new RegistryClient({
    sender,
    credentials,
    access: insecureRegistry ? "insecure" : "secure",
  });
  return {
    ...named,
    client,
    signal: held.signal,
    [Symbol.dispose]: () => {
      for (const part of [held, overdue, sender]) part[Symbol.dispose]();
    },
  };
}

/** Credentials of the command line are for the registry that it names. */
function credentialsOf(
  { creds }: RegistryFlags,
  { registry }: OciReference,
  { dockerConfig }: Environment,
): CredentialsFor {
  if (creds !== undefined && creds !== "") {
    const colon = creds.indexOf(":");
    const username = colon === -1 ? creds : creds.slice(0, colon);
    const password = colon === -1 ? "" : creds.slice(colon + 1);
    const given = { kind: "basic", username, password } as const;
    return (repository) => (repository.registry === registry ? given : { kind: "anonymous" });
  }
  const text = dockerConfig === undefined ? undefined : readIfThere(dockerConfig);
  return text === undefined
    ? () => ({ kind: "anonymous" })
    : credentialsFromDockerConfig(parseDockerConfig(text));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CommandError("ReadOperationFailed", `${path} cannot be read`, { cause });
  }
}

/** `host/path@digest`, as flux names what it pushed and pulled. */
export function digestAddress(reference: OciReference, digest: string): string {
  return `${formatRepository(reference)}@${digest}`;
}
