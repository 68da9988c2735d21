import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPair,
  type KeyObject,
} from "node:crypto";
import { promisify } from "node:util";
import { type Clock, type JsonObject, parseJson, type Random, writeJson } from "@weir/core";
import { asJson, isDraft, strings } from "../resources/draft-access.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Registry } from "../resources/registry.ts";
import { storageKey } from "../resources/resource.ts";
import { newUid } from "../verbs/identity.ts";
import { checkClaims, type FindObject } from "./token-claims.ts";
import type { UserInfo } from "./user-info.ts";

/** The issuer of tokens, and the audience of those that are for the API itself. */
export const ISSUER = "https://kubernetes.default.svc";
/** The words of the library that upstream verifies signatures with. */
const FORGED = "go-jose/go-jose: error in cryptographic primitive";
/** Where the signing key lies, so that tokens outlive a restart; no resource has this prefix. */
const KEY = "/weir/service-account-key";

/** An object that a token names. */
export interface TokenReference {
  readonly name: string;
  readonly uid: string;
}

/** What a token says. */
export interface TokenClaims {
  readonly namespace: string;
  readonly serviceAccount: TokenReference;
  /** Objects that the token is bound to: it is good while they are there. A Pod's token names the Pod's Node, too. */
  readonly pod?: TokenReference;
  readonly secret?: TokenReference;
  readonly node?: TokenReference;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

/** What verifying a token came to. */
export type Verified =
  | { readonly kind: "verified"; readonly user: UserInfo; readonly audiences: readonly string[] }
  | { readonly kind: "foreign" }
  | { readonly kind: "refused"; readonly message: string };

interface Deps {
  readonly store: ObjectStore;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
}

/** Signs and verifies the tokens of ServiceAccounts (RS256 JSON web tokens). */
export class ServiceAccountTokens {
  readonly #deps: Deps;
  #key: Promise<KeyObject> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async sign(claims: TokenClaims): Promise<string> {
    const { clock, random } = this.#deps;
    const now = Math.floor(clock.now() / 1000);
    const { namespace, serviceAccount, pod, secret, node, audiences, expirationSeconds } = claims;
    return this.#signed({
      aud: audiences,
      exp: now + expirationSeconds,
      iat: now,
      iss: ISSUER,
      jti: newUid(random),
      "kubernetes.io": {
        namespace,
        ...(node === undefined ? {} : { node: { name: node.name, uid: node.uid } }),
        ...(pod === undefined ? {} : { pod: { name: pod.name, uid: pod.uid } }),
        ...(secret === undefined ? {} : { secret: { name: secret.name, uid: secret.uid } }),
        serviceaccount: { name: serviceAccount.name, uid: serviceAccount.uid },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    });
  }

  async #signed(payload: JsonObject): Promise<string> {
    const key = await this.#signingKey();
    const text = `${encode({ alg: "RS256", kid: keyId(key) })}.${encode(payload)}`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(key).toString("base64url")}`;
  }

  /** A token is good while it is young, its account exists under the same uid, and it is for one of the audiences. */
  async verify(token: string, audiences: readonly string[] = [ISSUER]): Promise<Verified> {
    const payload = await this.#payload(token);
    if (payload === "foreign") return { kind: "foreign" };
    if (payload === "forged") return { kind: "refused", message: FORGED };
    const own = typeof payload["aud"] === "string" ? [payload["aud"]] : strings(payload, "aud");
    const shared = audiences.filter((audience) => own.includes(audience));
    if (shared.length === 0) {
      const message = `token audiences ${quoteList(own)} is invalid for the target audiences ${quoteList(audiences)}`;
      return { kind: "refused", message };
    }
    const now = Math.floor(this.#deps.clock.now() / 1000);
    const checked = await checkClaims(this.#find, payload, now);
    return checked.kind === "good"
      ? { kind: "verified", user: checked.user, audiences: shared }
      : { kind: "refused", message: checked.message };
  }

  /** What a token says that was signed with our key; `foreign` where it does not even say that it is ours. */
  async #payload(token: string): Promise<JsonObject | "foreign" | "forged"> {
    const [head, body, signature, ...more] = token.split(".");
    if (head === undefined || body === undefined || signature === undefined || more.length > 0)
      return "foreign";
    const [payload, header] = [decode(body), decode(head)];
    if (payload === undefined || payload["iss"] !== ISSUER) return "foreign";
    if (header === undefined || !isBase64Url(signature)) return "foreign";
    if (header["alg"] !== "RS256") return "forged";
    const key = createPublicKey(await this.#signingKey());
    const isGood = createVerify("RSA-SHA256").update(`${head}.${body}`).verify(key, signature, "base64url");
    return isGood ? payload : "forged";
  }

  readonly #find: FindObject = async (plural, namespace, name) => {
    const resource = this.#deps.registry.find("", "v1", plural);
    if (resource === undefined || name === "") return undefined;
    const stored = await this.#deps.store.get(storageKey(resource, namespace, name));
    return stored === undefined ? undefined : asJson(this.#deps.store.parse(resource, stored));
  };

  /** The public key as a JSON web key set. */
  async keySet(): Promise<JsonObject> {
    const key = await this.#signingKey();
    const jwk = createPublicKey(key).export({ format: "jwk" }) as JsonObject;
    return { keys: [{ use: "sig", alg: "RS256", kid: keyId(key), ...jwk }] };
  }

  #signingKey(): Promise<KeyObject> {
    this.#key ??= this.#loadKey();
    return this.#key;
  }

  async #loadKey(): Promise<KeyObject> {
    const { storage } = this.#deps.store;
    const stored = await storage.get(KEY);
    if (stored !== undefined) return createPrivateKey(Buffer.from(stored.value).toString("utf8"));
    const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    const result = await storage.commit({ key: KEY, value: Buffer.from(pem), expected: 0 });
    if (result.kind === "conflict" && result.current !== undefined) {
      return createPrivateKey(Buffer.from(result.current.value).toString("utf8"));
    }
    return privateKey;
  }
}

/** The name of a key, as upstream derives it: the digest of its public half. */
function keyId(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("base64url");
}

function quoteList(items: readonly string[]): string {
  return `[${items.map((item) => JSON.stringify(item)).join(" ")}]`;
}

function encode(value: JsonObject): string {
  return Buffer.from(writeJson(value)).toString("base64url");
}

/** The parts of a token are written without padding. */
function isBase64Url(part: string): boolean {
  return part.length % 4 !== 1 && /^[\w-]*$/.test(part);
}

function decode(part: string): JsonObject | undefined {
  if (!isBase64Url(part)) return undefined;
  try {
    const value = parseJson(Buffer.from(part, "base64url").toString("utf8"));
    return isDraft(value) ? value : undefined;
  } catch {
    // A token that is no JSON is somebody else's.
    return undefined;
  }
}
