import { unpackArchive } from "@weir/artifact";
import { extractLayer, pullArtifact, resolveRevision } from "@weir/oci";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { DiffArtifactFlags } from "./artifact-flags.ts";
import { openPackTarget } from "./pack-source.ts";
import { openRegistry, readArtifactUrl } from "./registry-session.ts";

/**
 * Compares a folder or a file with an artifact, by what is in their files: whoever packed it. Throws a `CommandError` where
 * they differ.
 */
export async function runDiffArtifact(
  url: string | undefined,
  flags: DiffArtifactFlags,
  environment: Environment,
): Promise<void> {
  const named = readArtifactUrl(url);
  const target = await openPackTarget(flags, environment.workingDirectory);
  using session = openRegistry(named, flags, environment);
  const { client, signal, reference } = session;
  const { digest } = await resolveRevision(client, reference, signal);
  const { layer } = await pullArtifact(client, { reference: { ...reference, digest }, signal });
  const remote = await extractLayer(layer, undefined, signal);
  const local = await unpackArchive(await target.pack(signal));
  if (local.digest !== remote.digest) {
    throw new CommandError("Different", "the remote artifact contents differs from the local one");
  }
  environment.writeError("✔ no changes detected\n");
}
