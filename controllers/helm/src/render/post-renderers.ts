import { type HelmRelease as HelmReleaseObject, HelmRelease, ownerLabels } from "@weir/api";
import { type JsonObject, type JsonValue, memoryTree, type RetryPolicy, WeirError } from "@weir/core";
import type { PostRenderer } from "@weir/helm";
import { applyCommonMetadata, buildKustomization, emitResources } from "@weir/kustomize";
import { gvkOf, type KubeObject } from "@weir/objects";

type Spec = HelmReleaseObject["spec"];
type Kustomize = NonNullable<NonNullable<Spec["postRenderers"]>[number]["kustomize"]>;

/** What is done to the rendered objects of a release, as plain data for a worker. */
export interface PostRenderPlan {
  readonly kustomizations: readonly Kustomize[];
  readonly commonMetadata: Spec["commonMetadata"];
  /** The labels by which the objects of a HelmRelease are known. */
  readonly originLabels: Readonly<Record<string, string>>;
}

/** Two rendered objects are the same one. The message is kustomize's. */
export class DuplicateObjectError extends WeirError {
  override readonly name = "DuplicateObjectError";
  readonly reason = "DuplicateObject";
  readonly retry: RetryPolicy = "next-interval";
}

/** Says what a HelmRelease does to its objects. */
export function postRenderPlanOf({ metadata, spec }: HelmReleaseObject): PostRenderPlan {
  return {
    kustomizations: (spec.postRenderers ?? []).flatMap(({ kustomize }) =>
      kustomize === undefined ? [] : [kustomize],
    ),
    commonMetadata: spec.commonMetadata,
    originLabels: originLabelsOf({ metadata }),
  };
}

/** The labels that say which HelmRelease an object comes from. */
export function originLabelsOf({
  metadata,
}: Pick<HelmReleaseObject, "metadata">): Readonly<Record<string, string>> {
  return ownerLabels(HelmRelease.group, { name: metadata.name, namespace: metadata.namespace ?? "" });
}

/** Runs the kustomizations in their order, then adds the common metadata and the labels of the origin. */
export function postRendererOf(plan: PostRenderPlan): PostRenderer {
  const { labels = {}, annotations = {} } = plan.commonMetadata ?? {};
  return (objects) => {
    const built = plan.kustomizations.reduce<readonly JsonObject[]>(kustomized, objects);
    refuseDuplicates(built);
    return built.map((object) =>
      applyCommonMetadata(object, { labels: { ...labels, ...plan.originLabels }, annotations }),
    );
  };
}

const OUTPUT = "helm-output.yaml";

function kustomized(
  objects: readonly JsonObject[],
  { patches = [], images = [] }: Kustomize,
): readonly JsonObject[] {
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [OUTPUT],
    ...(patches.length === 0 ? {} : { patches }),
    ...(images.length === 0 ? {} : { images }),
  };
  const tree = memoryTree(
    new Map([
      ["kustomization.yaml", Buffer.from(JSON.stringify(kustomization))],
      [OUTPUT, Buffer.from(emitResources(objects))],
    ]),
  );
  return buildKustomization(tree, ".", { loadRestrictor: "none", reorder: "none" }).objects;
}

function refuseDuplicates(objects: readonly JsonObject[]): void {
  const seen = new Set<string>();
  for (const object of objects) {
    const id = idOf(object);
    if (seen.has(id))
      throw new DuplicateObjectError(`may not add resource with an already registered id: ${id}`);
    seen.add(id);
  }
}

function idOf(object: JsonObject): string {
  const { group, version, kind } = gvkOf(object as unknown as KubeObject);
  const metadata = (object["metadata"] ?? {}) as Readonly<Record<string, JsonValue | undefined>>;
  const text = (value: JsonValue | undefined, none: string): string =>
    typeof value === "string" && value !== "" ? value : none;
  const gvk = `${kind}.${text(version, "[noVer]")}.${text(group, "[noGrp]")}`;
  return `${gvk}/${text(metadata["name"], "[noName]")}.${text(metadata["namespace"], "[noNs]")}`;
}
