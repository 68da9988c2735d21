import { formatRepository, pushArtifact } from "@weir/oci";
import { emitYaml } from "@weir/yaml";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import type { PushArtifactFlags } from "./artifact-flags.ts";
import { openPackTarget } from "./pack-source.ts";
import { digestAddress, openRegistry, readArtifactUrl } from "./registry-session.ts";

const EPOCH = "1970-01-01T00:00:00Z";

/** Packs a folder or a file and pushes it. */
export async function runPushArtifact(
  url: string | undefined,
  flags: PushArtifactFlags,
  environment: Environment,
): Promise<void> {
  const { source = "", revision = "", output = "", reproducible } = flags;
  if (url === undefined) throw new CommandError("InvalidArgument", "artifact URL is required");
  if (source === "") throw new CommandError("InvalidFlag", "--source is required");
  if (revision === "") throw new CommandError("InvalidFlag", "--revision is required");
  const named = readArtifactUrl(url);
  const target = await openPackTarget(flags, environment.workingDirectory);
  const annotations = annotationsOf(flags.annotations);
  using session = openRegistry(named, flags, environment);
  const { client, signal, address } = session;
  if (output === "") environment.writeError(`► pushing artifact to ${address}\n`);
  const { tag = "latest" } = named.reference;
  const reference = { ...named.reference, tag };
  const { digest } = await pushArtifact(client, {
    reference,
    content: await target.pack(signal),
    source,
    revision,
    annotations,
    ...(reproducible ? { created: EPOCH } : {}),
    signal,
  }).catch((cause: unknown) => {
    throw new CommandError("PushFailed", "pushing artifact failed", { cause });
  });
  const pushed = digestAddress(reference, digest);
  const repository = formatRepository(reference);
  const answer = { url: `oci://${pushed}`, repository, tag, digest };
  switch (output) {
    case "json":
      return environment.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    case "yaml":
      return environment.write(emitYaml({ digest, repository, tag, url: answer.url }));
    default:
      return environment.writeError(`✔ artifact successfully pushed to ${pushed}\n`);
  }
}

function annotationsOf(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((annotation) => {
      const [key = "", value = "", ...more] = annotation.split("=");
      if (!annotation.includes("=") || more.length > 0) {
        throw new CommandError(
          "InvalidFlag",
          `invalid annotation ${annotation}, must be in the format key=value`,
        );
      }
      return [key, value];
    }),
  );
}
