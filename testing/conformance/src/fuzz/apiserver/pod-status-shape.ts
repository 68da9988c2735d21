import type { JsonObject } from "@weir/core";
import { COUNT, list, obj, one, oneOf, rarely } from "./shapes.ts";

function containerStatus(more: JsonObject): JsonObject {
  return { name: "web", image: "nginx", imageID: "", ready: false, restartCount: 0, ...more };
}

const statuses = oneOf(
  [
    [],
    [containerStatus({ state: { running: {} } })],
    [containerStatus({ state: { waiting: { reason: "ContainerCreating" } } })],
    [containerStatus({ state: { terminated: { exitCode: 1 } }, restartCount: 2 })],
  ],
  [
    [containerStatus({ state: { terminated: { exitCode: -1 } } })],
    [containerStatus({ state: { running: {}, waiting: {} } })],
    [containerStatus({ allocatedResources: { cpu: "-1" } })],
    [containerStatus({ allocatedResourcesStatus: [{ name: "claim:nope", resources: [] }] })],
    [containerStatus({ name: "" })],
  ],
);

/** The status of a Pod. */
export const POD_STATUS = obj({
  phase: oneOf(["Pending", "Running", "Succeeded"], ["x"]),
  observedGeneration: COUNT,
  conditions: list(
    oneOf(
      [
        { type: "Ready", status: "True" },
        { type: "PodScheduled", status: "False", reason: "x" },
      ],
      [
        { type: "Ready", status: "x" },
        { type: "Ready", status: "True", observedGeneration: -1 },
      ],
    ),
    "type",
  ),
  hostIP: oneOf(["10.0.0.1"], ["x"]),
  hostIPs: rarely([{ ip: "10.0.0.1" }], [{ ip: "x" }], [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }]),
  podIPs: oneOf(
    [[{ ip: "10.1.0.1" }], [{ ip: "10.1.0.1" }, { ip: "2001:db8::1" }]],
    [[{ ip: "x" }], [{ ip: "10.1.0.1" }, { ip: "10.1.0.2" }], [{ ip: "10.1.0.1" }, { ip: "10.1.0.1" }]],
  ),
  nominatedNodeName: oneOf(["n"], ["A b"]),
  qosClass: oneOf(["BestEffort"], ["Guaranteed", "x"]),
  resourceClaimStatuses: rarely(
    [{ name: "nope" }],
    [{ name: "claim", resourceClaimName: "A b" }],
    [{ name: "claim" }, { name: "claim" }],
  ),
  containerStatuses: statuses,
  message: one("m"),
});
