import { rbacOf } from "@weir/sdk";
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
}

const API_GROUP = "rbac.authorization.k8s.io";

/** `weir generate rbac`: gives the exit code. */
export async function generateRbac(
  modules: readonly string[],
  flags: RbacFlags,
  environment: Environment,
): Promise<number> {
  const { controllers } = await loadExports(modules, environment.workingDirectory);
  const rules = rbacOf(requireSome(controllers, "controller", modules), {
    leaderElection: flags.leaderElection,
  });
  const { name, namespace, serviceAccount } = flags;
  const metadata = namespace === undefined ? { name } : { name, namespace };
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  const role = { apiVersion: `${API_GROUP}/v1`, kind, metadata, rules };
  const binding =
    serviceAccount === undefined
      ? undefined
      : {
          apiVersion: `${API_GROUP}/v1`,
          kind: `${kind}Binding`,
          metadata,
          roleRef: { apiGroup: API_GROUP, kind, name },
          subjects: [{ kind: "ServiceAccount", ...namespacedName(serviceAccount, "--service-account") }],
        };
  const manifests = binding === undefined ? [role] : [role, binding];
  return writeOutputs(
    [{ name: "rbac.yaml", text: manifests.map(manifestText).join("") }],
    flags,
    environment,
  );
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
