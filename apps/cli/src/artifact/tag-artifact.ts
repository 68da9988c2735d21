import { formatReference } from "@weir/oci";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { TagArtifactFlags } from "./artifact-flags.ts";
import { openRegistry, readArtifactUrl } from "./registry-session.ts";

/** Gives tags to an artifact. */
export async function runTagArtifact(
  url: string | undefined,
  flags: TagArtifactFlags,
  environment: Environment,
): Promise<void> {
  if (url === undefined) throw new CommandError("InvalidArgument", "artifact name is required");
  if (flags.tag.length === 0) throw new CommandError("InvalidFlag", "--tag is required");
  const named = readArtifactUrl(url);
  using session = openRegistry(named, flags, environment);
  const { client, signal, reference } = session;
  environment.writeError("► tagging artifact\n");
  const { registry, repository } = reference;
  try {
    const { bytes, descriptor } = await client.fetchManifest(reference, signal);
    const { mediaType } = descriptor;
    for (const tag of flags.tag) {
      const tagged = { registry, repository, tag };
      await client.pushManifest({ reference: tagged, mediaType, bytes, signal });
      environment.writeError(`✔ artifact tagged as ${formatReference(tagged)}\n`);
    }
  } catch (cause) {
    throw new CommandError("TagFailed", "tagging artifact failed", { cause });
  }
}
