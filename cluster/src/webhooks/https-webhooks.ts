import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { CallWebhook, WebhookQuestion, WebhookReply, WebhookTarget } from "@weir/apiserver";
import { WebhookCallError } from "./webhook-call-error.ts";

/** Where a Service of the cluster really listens; `undefined` where nobody serves it. */
export type ResolveService = (
  service: NonNullable<WebhookTarget["service"]>,
) => { readonly host: string; readonly port: number } | undefined;

/** Webhooks over HTTPS; disposing it closes the connections that are kept. */
export interface HttpsWebhooks extends Disposable {
  readonly call: CallWebhook;
}

/** The longest answer that is read. */
const REPLY_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Asks webhooks over HTTPS, as an API server does: a Service is known by the name `NAME.NAMESPACE.svc`, and only the
 * authority of the configuration is trusted where there is one.
 */
export function httpsWebhooks(resolveService: ResolveService): HttpsWebhooks {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 8 });
  return {
    call: async (question) => {
      const { target } = question;
      const address = target.service === undefined ? undefined : resolveService(target.service);
      if (target.service !== undefined && address === undefined) return undefined;
      try {
        return await post(question, agent, address);
      } catch (error) {
        throw new WebhookCallError(goProblem(error as NodeJS.ErrnoException, question, address), {
          cause: error,
        });
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

type Address = ReturnType<ResolveService>;

async function post(
  { target, body, signal }: WebhookQuestion,
  agent: Agent,
  address: Address,
): Promise<WebhookReply> {
  const url = new URL(target.url);
  const sent = request({
    method: "POST",
    host: address?.host ?? url.hostname.replace(/^\[|\]$/g, ""),
    port: address?.port ?? (url.port === "" ? 443 : Number(url.port)),
    path: `${url.pathname}${url.search}`,
    headers: {
      host: url.host,
      accept: "application/json",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "kube-apiserver-admission",
    },
    agent,
    signal,
    ...(address === undefined ? {} : { servername: url.hostname }),
    ...(target.certificateAuthority === undefined ? {} : { ca: target.certificateAuthority }),
  });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > REPLY_LIMIT_BYTES)
      throw new WebhookCallError(`the answer is longer than ${REPLY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") };
}

const X509 = "tls: failed to verify certificate: x509: ";
const UNKNOWN = `${X509}certificate signed by unknown authority`;
const EXPIRED = `${X509}certificate has expired or is not yet valid`;

type GoWords = (name: string, address: string) => string;

/** What Go says of failures that Node names by a code. */
const GO_WORDS: ReadonlyMap<string, GoWords> = new Map<string, GoWords>([
  ["ECONNREFUSED", (_name, address) => `dial tcp ${address}: connect: connection refused`],
  ["ENOTFOUND", (name) => `dial tcp: lookup ${name}: no such host`],
  ["ECONNRESET", () => "EOF"],
  ["CERT_HAS_EXPIRED", () => EXPIRED],
  ["CERT_NOT_YET_VALID", () => EXPIRED],
  ["ERR_TLS_CERT_ALTNAME_INVALID", (name) => `${X509}certificate is not valid for ${name}`],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", () => UNKNOWN],
  ["SELF_SIGNED_CERT_IN_CHAIN", () => UNKNOWN],
  ["UNABLE_TO_GET_ISSUER_CERT", () => UNKNOWN],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", () => UNKNOWN],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", () => UNKNOWN],
  ["CERT_SIGNATURE_FAILURE", () => UNKNOWN],
]);

function goProblem(error: NodeJS.ErrnoException, { target }: WebhookQuestion, address: Address): string {
  const url = new URL(target.url);
  const host = address?.host ?? url.hostname;
  const port = address?.port ?? (url.port === "" ? 443 : Number(url.port));
  return GO_WORDS.get(error.code ?? "")?.(url.hostname, `${host}:${port}`) ?? error.message;
}
