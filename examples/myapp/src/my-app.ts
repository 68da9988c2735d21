import { conditions, defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";

/** The Flux kinds that a MyApp may wait for. */
export const DEPENDENCY_KINDS = ["GitRepository", "HelmRelease", "Kustomization"] as const;

const spec = z.object({
  image: z.string().min(1).describe("The image that the Pods run."),
  replicas: z.int().min(0).max(100).default(1).describe("How many Pods there are."),
  dependsOn: z
    .object({
      kind: z.enum(DEPENDENCY_KINDS).describe("The kind of the object."),
      name: z.string().min(1).describe("Its name, in the namespace of the MyApp."),
    })
    .optional()
    .describe("Pods are made and changed only while this object is Ready."),
});

const status = z
  .object({
    observedGeneration: z.int().describe("The generation of the spec that the status is about."),
    readyReplicas: z.int().describe("How many Pods are ready."),
    conditions: conditions(),
  })
  .partial();

/** An application: so many Pods that run one image. */
export const MyApp = defineResource({
  group: "example.com",
  version: "v1alpha1",
  kind: "MyApp",
  plural: "myapps",
  description: "An application: so many Pods that run one image.",
  spec,
  status,
  // The name becomes a label of the Pods, and labels are shorter than names may be.
  validations: [
    { rule: "self.metadata.name.size() <= 63", message: "the name is at most 63 characters long" },
  ],
  scale: { spec: ".spec.replicas", status: ".status.readyReplicas" },
  printColumns: [
    { name: "Image", jsonPath: ".spec.image" },
    { name: "Replicas", type: "integer", jsonPath: ".spec.replicas" },
    { name: "Pods Ready", type: "integer", jsonPath: ".status.readyReplicas" },
    { name: "Ready", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
});
export type MyApp = ResourceOf<typeof MyApp>;
