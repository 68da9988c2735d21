import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { stagesOf } from "./order.ts";

const object = (apiVersion: string, kind: string, name: string, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

describe("stagesOf", () => {
  test("puts definitions before classes before the rest, each in Flux's order", () => {
    const stages = stagesOf([
      object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "v"),
      object("apps/v1", "Deployment", "web", "b"),
      object("apps/v1", "Deployment", "web", "a"),
      object("example.com/v1", "Widget", "w", "a"),
      object("v1", "ConfigMap", "c", "a"),
      object("networking.k8s.io/v1", "IngressClass", "nginx"),
      object("rbac.authorization.k8s.io/v1", "ClusterRole", "r"),
      object("v1", "Namespace", "a"),
      object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com"),
    ]);
    expect(stages.map((stage) => stage.map((o) => `${o.kind} ${o.metadata.namespace ?? ""}`.trim()))).toEqual(
      [
        ["CustomResourceDefinition", "Namespace", "ClusterRole"],
        ["IngressClass"],
        ["ConfigMap a", "Deployment a", "Deployment b", "Widget a", "ValidatingWebhookConfiguration"],
      ],
    );
  });
});
