import { type Controller, type Kind, kind, rbacOf } from "@weir/sdk";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { loadExports, requireSome } from "./load-exports.ts";
import { manifestText } from "./manifest-text.ts";
import { type OutputFlags, writeOutputs } from "./write-outputs.ts";

/** What a role is made with. */
export interface RbacFlags extends OutputFlags {
  readonly name: string;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly leaderElection: boolean;
  /** Kinds that the controllers write without owning them, as `apiVersion/Kind`. */
  readonly writes?: readonly string[];
}

const API_GROUP = "rbac.authorization.k8s.io";

/** `weir generate rbac`: gives the exit code. */
export async function generateRbac(
  modules: readonly string[],
  flags: RbacFlags,
  environment: Environment,
): Promise<number> {
  const { controllers } = await loadExports(modules, environment.workingDirectory);
  const manifests = rbacManifests(requireSome(controllers, "controller", modules), flags);
  return writeOutputs(
    [{ name: "rbac.yaml", text: manifests.map(manifestText).join("") }],
    flags,
    environment,
  );
}

/** The role of controllers, and its binding where an account is named. */
export function rbacManifests(
  controllers: readonly Controller[],
  flags: Omit<RbacFlags, "output" | "check">,
): readonly unknown[] {
  const { name, namespace, serviceAccount, leaderElection, writes = [] } = flags;
  const rules = rbacOf(controllers, { leaderElection, writes: writes.map(kindNamed) });
  const metadata = namespace === undefined ? { name } : { name, namespace };
  const kindOfRole = namespace === undefined ? "ClusterRole" : "Role";
  const role = { apiVersion: `${API_GROUP}/v1`, kind: kindOfRole, metadata, rules };
  if (serviceAccount === undefined) return [role];
  const binding = {
    apiVersion: `${API_GROUP}/v1`,
    kind: `${kindOfRole}Binding`,
    metadata,
    roleRef: { apiGroup: API_GROUP, kind: kindOfRole, name },
    subjects: [{ kind: "ServiceAccount", ...namespacedName(serviceAccount, "--service-account") }],
  };
  return [role, binding];
}

/** Reads `v1/ConfigMap` and `apps/v1/Deployment`. */
function kindNamed(text: string): Kind<unknown, unknown> {
  const slash = text.lastIndexOf("/");
  const [apiVersion, name] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  if (!/^([a-z0-9.-]+\/)?v[a-z0-9]+$/.test(apiVersion) || name === "")
    throw new CommandError(
      "InvalidFlag",
      `--writes reads as apiVersion/Kind, such as apps/v1/Deployment, not ${text}`,
    );
  return kind(apiVersion, name);
}

/** Reads `namespace/name`. */
export function namespacedName(
  text: string,
  flag: string,
): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = "", ...rest] = text.split("/");
  if (namespace === "" || name === "" || rest.length > 0)
    throw new CommandError("InvalidFlag", `${flag} reads as namespace/name, not ${text}`);
  return { namespace, name };
}
