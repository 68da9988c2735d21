import { createApiServer, createMemoryStorage } from "@weir/apiserver";
import { seededRandom, systemClock } from "@weir/core";
import { embeddedTarget } from "../../apiserver/replay-target.ts";
import type { RecordedRequest } from "../../apiserver/transcript.ts";
import type { CaseRequest, Exchange } from "./conversation.ts";
import { converse } from "./converse.ts";

/** A conversation in the form of recorded transcripts. */
export interface RecordedConversation {
  readonly name: string;
  readonly needs: readonly string[];
  readonly namespaces: readonly string[];
  readonly steps: readonly {
    readonly request: RecordedRequest;
    readonly response: Pick<Exchange["response"], "status" | "body" | "rawBody"> & {
      readonly headers: { readonly "Content-Type": string; readonly Warning?: readonly string[] };
    };
  }[];
}

export function recordedConversation(name: string, exchanges: readonly Exchange[]): RecordedConversation {
  const steps = exchanges.map(({ request, response }) => {
    const { status, contentType, warning, ...rest } = response;
    const headers = { "Content-Type": contentType, ...(warning === "" ? {} : { Warning: [warning] }) };
    return { request, response: { status, headers, ...rest } };
  });
  return { name, needs: [], namespaces: ["$NS"], steps };
}

export function exchangesOf({ steps }: RecordedConversation): readonly Exchange[] {
  return steps.map(({ request, response }) => {
    const { headers, ...rest } = response;
    const warning = headers.Warning?.join(", ") ?? "";
    return { request, response: { ...rest, contentType: headers["Content-Type"], warning } };
  });
}

const tokens = new Map([["admin-token", { name: "admin", uid: "admin-uid", groups: ["system:masters"] }]]);

/** Tells a fresh server of our own what was recorded. */
export function replayEmbedded({ steps }: RecordedConversation): Promise<readonly Exchange[]> {
  return converseEmbedded(steps.map(({ request }) => request as CaseRequest));
}

/** Carries out a conversation with a fresh server of our own. */
export async function converseEmbedded(requests: readonly CaseRequest[]): Promise<readonly Exchange[]> {
  await using storage = createMemoryStorage();
  // One second is all the time that there is: where it ended within a case, times would differ.
  const now = systemClock.now();
  await using server = await createApiServer({
    storage,
    clock: { ...systemClock, now: () => now },
    // An address that is drawn may be one that a case names.
    random: seededRandom(1),
    auth: { tokens, authorization: "RBAC", withoutCredentials: "anonymous" },
  });
  return await converse(requests, embeddedTarget(server, storage));
}
