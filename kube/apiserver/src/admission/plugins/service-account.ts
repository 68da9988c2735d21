import type { Clock, JsonObject, Random } from "@weir/core";
import { asJson, child, children, ensureChild, list, text } from "../../resources/draft-access.ts";
import type { ObjectStore } from "../../resources/object-store.ts";
import type { Registry } from "../../resources/registry.ts";
import { storageKey } from "../../resources/resource.ts";
import { randomSuffix } from "../../verbs/identity.ts";
import { ephemeralSecretProblem, isStrict, secretNames, secretProblem } from "./mountable-secrets.ts";
import { type AdmissionPlugin, creates, PODS, type PluginWrite, refuse } from "./plugin.ts";
import { mountToken } from "./token-volume.ts";

const MIRROR = "kubernetes.io/config.mirror";
const DEFAULT_ACCOUNT = "default";
/** A new namespace gets its default account in this time, or not at all. */
const PATIENCE_MS = 1_500;

/** What service accounts are looked up in. */
export interface ServiceAccountDeps {
  readonly store: ObjectStore;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
}

/** Pods run as a service account that is there, with its token and its pull secrets. */
export function serviceAccounts(deps: ServiceAccountDeps): AdmissionPlugin {
  return {
    name: "ServiceAccount",
    prefixes: [PODS],
    async mutate(write) {
      if (!creates(write.request)) return;
      if (isMirror(write.object)) checkMirror(write);
      else await giveAccount(deps, write);
    },
    async validate(write) {
      const { operation, subresource } = write.request;
      if (operation === "update" && subresource === "ephemeralcontainers") return checkEphemeral(deps, write);
      if (!creates(write.request)) return;
      if (isMirror(write.object)) checkMirror(write);
      else checkSecrets(write, await accountOf(deps, write));
    },
  };
}

function isMirror(pod: JsonObject): boolean {
  return Object.hasOwn(child(child(pod, "metadata"), "annotations") ?? {}, MIRROR);
}

/** A Pod that a kubelet made by itself is as it is there. */
function checkMirror({ request, object }: PluginWrite): void {
  const spec = child(object, "spec") ?? {};
  if (text(spec, "serviceAccountName") !== "")
    throw refuse(request, object, "a mirror pod may not reference service accounts");
  if (secretNames(spec).length > 0) throw refuse(request, object, "a mirror pod may not reference secrets");
  const projects = children(spec, "volumes").some((volume) =>
    children(child(volume, "projected"), "sources").some((source) =>
      Object.hasOwn(source, "serviceAccountToken"),
    ),
  );
  if (projects)
    throw refuse(request, object, "a mirror pod may not use ServiceAccountToken volume projections");
}

async function giveAccount(deps: ServiceAccountDeps, write: PluginWrite): Promise<void> {
  const spec = ensureChild(write.object, "spec");
  if (text(spec, "serviceAccountName") === "") {
    write.object["spec"] = { ...spec, serviceAccountName: DEFAULT_ACCOUNT, serviceAccount: DEFAULT_ACCOUNT };
  }
  const account = await accountOf(deps, write);
  const named = child(write.object, "spec") ?? {};
  const wanted = named["automountServiceAccountToken"] ?? account["automountServiceAccountToken"] ?? true;
  const mounted = wanted === true ? mountToken(named, () => randomSuffix(deps.random)) : named;
  const pull = children(account, "imagePullSecrets");
  const needsPull = list(named, "imagePullSecrets").length === 0 && pull.length > 0;
  const secrets = pull.map((secret) => ({ name: text(secret, "name") }));
  write.object["spec"] = needsPull ? { ...mounted, imagePullSecrets: secrets } : mounted;
  checkSecrets(write, account);
}

function checkSecrets({ request, object }: PluginWrite, account: JsonObject): void {
  if (!isStrict(account)) return;
  const problem = secretProblem(account, child(object, "spec") ?? {});
  if (problem !== undefined) throw refuse(request, object, problem);
}

async function checkEphemeral(deps: ServiceAccountDeps, write: PluginWrite): Promise<void> {
  const account = await accountOf(deps, write);
  const spec = child(write.object, "spec") ?? {};
  const problem = isStrict(account) ? ephemeralSecretProblem(account, spec) : undefined;
  if (problem !== undefined) throw refuse(write.request, write.object, problem);
}

/** The account that a Pod names; throws a 403 where there is none. */
async function accountOf(deps: ServiceAccountDeps, { request, object }: PluginWrite): Promise<JsonObject> {
  const { namespace } = request;
  const name = text(child(object, "spec"), "serviceAccountName");
  if (name === "") {
    const pod = `${namespace}/${text(child(object, "metadata"), "name")}`;
    throw refuse(request, object, `no service account specified for pod ${pod}`);
  }
  const account = await findAccount(deps, namespace, name);
  if (account !== undefined) return account;
  const problem = `serviceaccount ${JSON.stringify(name)} not found`;
  throw refuse(request, object, `error looking up service account ${namespace}/${name}: ${problem}`);
}

async function findAccount(
  { store, registry, clock }: ServiceAccountDeps,
  namespace: string,
  name: string,
): Promise<JsonObject | undefined> {
  const accounts = registry.find("", "v1", "serviceaccounts");
  if (accounts === undefined) return undefined;
  const key = storageKey(accounts, namespace, name);
  const stored = await store.get(key);
  if (stored !== undefined) return asJson(store.object(accounts, stored));
  if (name !== DEFAULT_ACCOUNT) return undefined;
  // Somebody is about to make it, where accounts are made at all.
  return new Promise((resolve) => {
    const done = (account: JsonObject | undefined): void => {
      timer.cancel();
      end();
      resolve(account);
    };
    const timer = clock.setTimer(PATIENCE_MS, () => done(undefined));
    const end = store.observe(key, (changed, object) => {
      if (changed === key && object !== undefined) done(asJson(object));
    });
  });
}
