import { int64, timestamp } from "@weir/schema";
import type { DeepReadonly } from "@weir/sdk";
import { z } from "zod";

/** What a source published: an archive that consumers fetch, and the revision it was made from. */
export const artifact = z.object({
  digest: z
    .string()
    .regex(/^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/)
    .describe("Digest of the archive, `<algorithm>:<checksum>`."),
  lastUpdateTime: timestamp().describe("When the artifact was made."),
  metadata: z.record(z.string(), z.string()).optional().describe("What the upstream says of the revision."),
  path: z.string().describe("Path of the archive below the root of the storage."),
  revision: z.string().describe("Upstream revision, such as `main@sha1:<commit>`."),
  size: int64().optional().describe("Size of the archive in bytes."),
  url: z.string().describe("Where the archive is served."),
});

/** What a source published. */
export type Artifact = DeepReadonly<z.output<typeof artifact>>;
