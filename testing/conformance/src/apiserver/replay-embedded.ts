import { createApiServer, createMemoryStorage } from "@weir/apiserver";
import { replayTranscript } from "./replay.ts";
import { embeddedTarget, type ReplayTarget } from "./replay-target.ts";
import type { Transcript } from "./transcript.ts";

const tokens = {
  "admin-token": { name: "admin", uid: "admin-uid", groups: ["system:masters"] },
  "alice-token": { name: "alice", uid: "alice-uid", groups: ["devs"] },
  "bob-token": { name: "bob", uid: "bob-uid", groups: ["ops", "viewers"] },
};

/** Replays a transcript against a fresh server of our own. */
export async function replayEmbedded(
  transcript: Transcript,
  { needsServiceAccounts = false }: { readonly needsServiceAccounts?: boolean } = {},
): Promise<string | undefined> {
  // Nothing else keeps the process alive while a watch waits for its own end.
  using _alive = keepAlive();
  await using storage = createMemoryStorage();
  await using server = await createApiServer({
    storage,
    needsServiceAccounts,
    auth: { tokens: new Map(Object.entries(tokens)), authorization: "RBAC", withoutCredentials: "anonymous" },
  });
  return await replayGuarded(transcript, embeddedTarget(server, storage));
}

/** Replays a transcript; what is thrown is a difference, too. */
export async function replayGuarded(
  transcript: Transcript,
  target: ReplayTarget,
): Promise<string | undefined> {
  try {
    return await replayTranscript(transcript, target);
  } catch (error) {
    return error instanceof Error ? `threw ${error.stack ?? error.message}` : String(error);
  }
}

function keepAlive(): Disposable {
  const timer = setInterval(() => {}, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
