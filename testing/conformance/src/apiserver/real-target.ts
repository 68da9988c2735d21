import { Agent, request as httpsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { type ControlPlane, findControlPlane, startControlPlane } from "@weir/testkit";
import type { ReplayTarget, WireRequest } from "./replay-target.ts";

/** A kube-apiserver whose transcripts each get namespaces of their own. */
export interface RealServer extends AsyncDisposable {
  target(): ReplayTarget;
}

const users = [
  { name: "admin", uid: "admin-uid", token: "admin-token", groups: ["system:masters"] },
  { name: "alice", uid: "alice-uid", token: "alice-token", groups: ["devs"] },
  { name: "bob", uid: "bob-uid", token: "bob-token", groups: ["ops", "viewers"] },
];

/** Who issued the tokens of the recordings. */
const ISSUER = "https://kubernetes.default.svc";
/** Long enough for what the watch cache of a busy machine delivers late. */
const QUIET_MS = 150;

/** Starts kube-apiserver with the users of the recordings; throws where there is none. */
export async function startRealServer({
  hasServiceAccounts = false,
}: {
  /** Whether Pods need service accounts and get their tokens. */
  readonly hasServiceAccounts?: boolean;
} = {}): Promise<RealServer> {
  const programs = await findControlPlane();
  if (programs.kind === "absent") throw new TypeError(programs.reason);
  const plane = await startControlPlane({ programs, users, issuer: ISSUER, hasServiceAccounts });
  const agent = new Agent({ keepAlive: true, ca: plane.certificateAuthority });
  let count = 0;
  return {
    target() {
      count += 1;
      const letters = lettersOf(count);
      return {
        namespaces: { first: `t-${letters}`, second: `u-${letters}` },
        quietMs: QUIET_MS,
        isDelayed: true,
        send: (request) => sendOver(agent, plane, request),
        compact: () => plane.compactHistory(),
      };
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await plane[Symbol.asyncDispose]();
    },
  };
}

/** Nine letters for each number. */
function lettersOf(count: number): string {
  let rest = count;
  let text = "";
  while (text.length < 9) {
    text = String.fromCharCode(97 + (rest % 26)) + text;
    rest = Math.floor(rest / 26);
  }
  return text;
}

function sendOver(agent: Agent, plane: ControlPlane, request: WireRequest): Promise<Response> {
  const { hostname, port } = new URL(plane.url);
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const sent = httpsRequest({
    agent,
    hostname,
    port,
    method: request.method,
    path: `${request.path}${request.query}`,
    headers: {
      ...Object.fromEntries(request.headers),
      // Node sends a body of DELETE without a length, and the server takes it for the next request.
      ...(request.body === undefined ? {} : { "content-length": request.body.byteLength }),
    },
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  sent.on("response", (message) => resolve(responseOf(message)));
  sent.on("error", reject);
  sent.end(request.body);
  return promise;
}

function responseOf(message: IncomingMessage): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2)
    headers.append(message.rawHeaders[index] ?? "", message.rawHeaders[index + 1] ?? "");
  // A watch that is given up ends here with an error that nobody waits for.
  message.on("error", () => {});
  const status = message.statusCode ?? 0;
  const hasBody = status !== 204 && status !== 304;
  if (!hasBody) message.resume();
  const body = hasBody ? (Readable.toWeb(message) as ReadableStream<Uint8Array>) : null;
  return new Response(body, { status, headers });
}
