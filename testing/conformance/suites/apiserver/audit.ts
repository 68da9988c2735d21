import { isDeepStrictEqual } from "node:util";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  type ApiServer,
  createApiServer,
  createMemoryStorage,
  fromFetch,
  parseAuditPolicy,
} from "@weir/apiserver";
import type { JsonObject } from "@weir/core";
import { agentOf, eventsByCase } from "../../src/audit/audit-lines.ts";
import { AUDIT_POLICY, AUDITED_REQUESTS, type AuditedRequest } from "../../src/audit/audited-requests.ts";
import type { Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly name: string;
  readonly events: readonly JsonObject[];
}

/** What kube-apiserver wrote into its audit log for a list of requests, next to what the embedded API writes. */
export const suite: Suite = {
  name: "apiserver/audit",
  hasOwnCases: true,
  async *run() {
    const path = resolve(import.meta.dirname, "../../recorded/audit.json");
    const recorded = JSON.parse(readFileSync(path, "utf8")) as readonly RecordedCase[];
    const events = await auditedEvents();
    for (const [index, { name, events: want }] of recorded.entries()) {
      const detail = difference(want, events.get(index) ?? []);
      yield detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
    }
  },
};

const ALIVE_MS = 1_000;

/** Sends the requests to an embedded API; gives what it recorded of each. */
async function auditedEvents(): Promise<ReadonlyMap<number, readonly JsonObject[]>> {
  const lines: string[] = [];
  await using storage = createMemoryStorage();
  await using server = await createApiServer({
    storage,
    auth: {
      authorization: "RBAC",
      withoutCredentials: "anonymous",
      tokens: new Map([["administrator", { name: "admin", uid: "admin", groups: ["system:masters"] }]]),
    },
    audit: { policy: parseAuditPolicy(AUDIT_POLICY), sink: { write: (line) => lines.push(line) > 0 } },
  });
  for (const [index, request] of AUDITED_REQUESTS.entries()) await send(server, index, request);
  return eventsByCase(lines);
}

async function send(server: ApiServer, index: number, request: AuditedRequest): Promise<void> {
  const { token = "administrator" } = request;
  const asked = new Request(`http://weir${request.path}`, {
    method: request.method,
    headers: {
      "user-agent": agentOf(index),
      ...(token === "none" ? {} : { authorization: `Bearer ${token}` }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  const answer = await server.handle({
    ...fromFetch(asked),
    target: request.path,
    remoteAddress: "127.0.0.1",
  });
  if (typeof answer.body === "string") return;
  // The API's own timers do not keep a process alive, and nothing else does here.
  const alive = setInterval(() => undefined, ALIVE_MS);
  for await (const _ of answer.body);
  clearInterval(alive);
}

function difference(want: readonly JsonObject[], got: readonly JsonObject[]): string | undefined {
  if (isDeepStrictEqual(want.map(stagesOf), got.map(stagesOf))) {
    for (const [index, event] of want.entries()) {
      const detail = fieldDifference(event, got[index] ?? {});
      if (detail !== undefined) return detail;
    }
    return undefined;
  }
  return `stages are ${JSON.stringify(got.map(stagesOf))}, want ${JSON.stringify(want.map(stagesOf))}`;
}

function stagesOf({ stage, level }: JsonObject): string {
  return `${String(level)} ${String(stage)}`;
}

function fieldDifference(want: JsonObject, got: JsonObject): string | undefined {
  const [wanted, present] = [Object.keys(want), Object.keys(got)];
  for (const key of new Set([...wanted, ...present])) {
    if (isDeepStrictEqual(want[key], got[key])) continue;
    return `${String(want["stage"])} ${key} is ${JSON.stringify(got[key])}, want ${JSON.stringify(want[key])}`;
  }
  const order = isDeepStrictEqual(wanted, present);
  return order ? undefined : `fields are in the order ${present.join(", ")}`;
}
