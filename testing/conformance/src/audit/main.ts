// Records the audit log of a kube-apiserver for the requests of audited-requests.ts.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ControlPlane, findControlPlane, startControlPlane } from "@weir/testkit";
import { agentOf, eventsByCase } from "./audit-lines.ts";
import { AUDIT_POLICY, AUDITED_REQUESTS, type AuditedRequest } from "./audited-requests.ts";

const target = resolve(import.meta.dirname, "../../recorded/audit.json");
const programs = await findControlPlane();
if (programs.kind === "absent") throw new TypeError(programs.reason);
const folder = await mkdtemp(join(tmpdir(), "weir-audit-"));
try {
  const [log, policy] = [join(folder, "audit.log"), join(folder, "policy.yaml")];
  await writeFile(policy, AUDIT_POLICY);
  {
    const apiserverFlags = [`--audit-log-path=${log}`, `--audit-policy-file=${policy}`];
    await using plane = await startControlPlane({ programs, apiserverFlags });
    for (const [index, request] of AUDITED_REQUESTS.entries()) await send(plane, index, request);
  }
  const events = eventsByCase((await readFile(log, "utf8")).trimEnd().split("\n"));
  const cases = AUDITED_REQUESTS.map(({ name }, index) => ({ name, events: events.get(index) ?? [] }));
  await writeFile(target, `${JSON.stringify(cases, null, 1)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function send(plane: ControlPlane, index: number, request: AuditedRequest): Promise<void> {
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  const token = { administrator: plane.token, unknown: "nobody", none: undefined }[
    request.token ?? "administrator"
  ];
  const sent = httpsRequest(`${plane.url}${request.path}`, {
    method: request.method,
    ca: plane.certificateAuthority,
    agent: false,
    headers: {
      "user-agent": agentOf(index),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(request.body === undefined ? {} : { "content-length": Buffer.byteLength(request.body) }),
      ...request.headers,
    },
  });
  sent.on("error", reject);
  sent.on("response", (response) => {
    response.resume();
    response.on("end", () => done());
  });
  sent.end(request.body);
  return promise;
}
