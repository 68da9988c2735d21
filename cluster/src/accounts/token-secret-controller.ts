import { Secret, ServiceAccount } from "@weir/builtin/core-v1";
import type { Kind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { type BaseContext, type Controller, createController, keyOf, parseKey } from "@weir/sdk";

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";
/** As long as a token may live: it ends with its Secret or its account. */
const LONGEST_SECONDS = 2 ** 32;
const BY_ACCOUNT = "account";

/**
 * Fills Secrets of the type `kubernetes.io/service-account-token` with a token of the account that they name, and removes those
 * whose account is gone. The token is bound to the Secret, so that it ends with it.
 */
export function tokenSecretController(certificate: string): Controller {
  return createController("serviceaccount-token", { concurrency: 2, component: "kube-controller-manager" })
    .forKeys()
    .index(Secret, BY_ACCOUNT, ({ metadata }) => [accountOf(metadata)])
    .watches(Secret, { map: (secret) => [secret] }, { fieldSelector: `type=${TYPE}` })
    .watches(ServiceAccount, {
      map: ({ metadata }, cache) =>
        cache.list(Secret, { index: [BY_ACCOUNT, `${metadata.namespace}/${metadata.name}`] }),
    })
    .reconcile(async (key, ctx) => {
      const secret = await ctx.get(Secret, parseKey(key));
      if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return;
      const name = secret.metadata.annotations?.[ACCOUNT_NAME] ?? "";
      if (name === "") return;
      const account = await ctx.live.get(ServiceAccount, { ...keyOf(secret), name });
      const uid = secret.metadata.annotations?.[ACCOUNT_UID];
      if (account === undefined || (uid !== undefined && uid !== account.metadata.uid))
        return remove(secret, ctx);
      if (isComplete(secret, certificate)) return;
      await fill(secret, { account, certificate, ctx });
    });
}

interface Filling {
  readonly account: ServiceAccount;
  readonly certificate: string;
  readonly ctx: BaseContext;
}

function accountOf({ namespace = "", annotations }: Secret["metadata"]): string {
  return `${namespace}/${annotations?.[ACCOUNT_NAME] ?? ""}`;
}

async function remove(secret: Secret, ctx: BaseContext): Promise<void> {
  const { uid } = secret.metadata;
  await ctx.delete(Secret, keyOf(secret), { preconditions: uid === undefined ? {} : { uid } });
}

function encoded(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function isComplete({ data = {}, metadata }: Secret, certificate: string): boolean {
  const isBound = metadata.annotations?.[ACCOUNT_UID] !== undefined;
  return (
    isBound && (data["token"] ?? "") !== "" && data["ca.crt"] === encoded(certificate) && "namespace" in data
  );
}

async function fill(secret: Secret, { account, certificate, ctx }: Filling): Promise<void> {
  const token = secret.data?.["token"] ?? encoded(await request(secret, account, ctx));
  const namespace = secret.metadata.namespace ?? "";
  await ctx.update(Secret, keyOf(secret), (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      annotations: { ...current.metadata.annotations, [ACCOUNT_UID]: account.metadata.uid ?? "" },
    },
    data: { ...current.data, "ca.crt": encoded(certificate), namespace: encoded(namespace), token },
  }));
}

async function request(secret: Secret, account: ServiceAccount, ctx: BaseContext): Promise<string> {
  const { name = "", uid = "" } = secret.metadata;
  const question = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: { namespace: account.metadata.namespace ?? "", name: account.metadata.name ?? "" },
    spec: {
      audiences: [],
      expirationSeconds: LONGEST_SECONDS,
      boundObjectRef: { apiVersion: "v1", kind: "Secret", name, uid },
    },
  };
  const kind = ServiceAccount as unknown as Kind<JsonObject, JsonObject>;
  const answer = await ctx.client.create(kind, question as unknown as JsonObject, { subresource: "token" });
  return String((answer["status"] as JsonObject | undefined)?.["token"] ?? "");
}
