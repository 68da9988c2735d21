import { KustomizeError } from "../error.ts";
import { type Node, YamlMap } from "../node/node.ts";
import { Resource } from "../resource/resource.ts";
import type { Schemas } from "../resource/schemas.ts";

export interface IamPolicyArgs {
  readonly cloud?: string;
  readonly kubernetesService?: { readonly namespace?: string; readonly name?: string };
  readonly serviceAccount?: { readonly name?: string; readonly projectId?: string };
}

/** Generates the ServiceAccount that stands for a Google service account. */
export function generateIamPolicy(args: IamPolicyArgs, schemas: Schemas): Resource {
  const { cloud = "", kubernetesService = {}, serviceAccount = {} } = args;
  if (cloud !== "gke") throw new KustomizeError(`cloud provider ${cloud} not supported yet`);
  const account = `${serviceAccount.name ?? ""}@${serviceAccount.projectId ?? ""}.iam.gserviceaccount.com`;
  const annotations = new YamlMap(new Map<string, Node>([["iam.gke.io/gcp-service-account", account]]));
  const metadata = new YamlMap(
    new Map<string, Node>([
      ["annotations", annotations],
      ["name", kubernetesService.name ?? ""],
    ]),
  );
  if (kubernetesService.namespace) metadata.set("namespace", kubernetesService.namespace);
  const root = new Map<string, Node>([
    ["apiVersion", "v1"],
    ["kind", "ServiceAccount"],
    ["metadata", metadata],
  ]);
  return new Resource(new YamlMap(root), schemas);
}
