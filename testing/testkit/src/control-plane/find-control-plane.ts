import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { controlPlaneBuild } from "./control-plane-folder.ts";

/** The two programs of a control plane. */
export interface ControlPlanePrograms {
  readonly etcd: string;
  readonly kubeApiserver: string;
}

/** Where a control plane is, or why there is none. */
export type FoundControlPlane =
  | ({ readonly kind: "found" } & ControlPlanePrograms)
  | { readonly kind: "absent"; readonly reason: string };

/**
 * The programs in the folder that `KUBEBUILDER_ASSETS` names, as envtest takes them, else those that
 * `npm run test:cluster` built into the cache. Builds nothing itself.
 */
export async function findControlPlane(env: NodeJS.ProcessEnv = process.env): Promise<FoundControlPlane> {
  const assets = env["KUBEBUILDER_ASSETS"] ?? "";
  const folder = assets === "" ? (await controlPlaneBuild(env)).folder : assets;
  const programs = { etcd: join(folder, "etcd"), kubeApiserver: join(folder, "kube-apiserver") };
  const present = await Promise.all(Object.values(programs).map(isProgram));
  if (present.every(Boolean)) return { kind: "found", ...programs };
  const reason =
    assets === ""
      ? "kube-apiserver and etcd are not built; `npm run test:cluster` builds them where Go is"
      : `KUBEBUILDER_ASSETS names ${assets}, which holds no etcd and kube-apiserver`;
  return { kind: "absent", reason };
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
