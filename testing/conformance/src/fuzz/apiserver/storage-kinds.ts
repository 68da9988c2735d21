import type { Builtin } from "./builtin-kind.ts";
import { BOOL, list, obj, one, oneOf } from "./shapes.ts";

const CLASS = oneOf(["fast", "slow"], ["A b"]);
const MODES = oneOf(
  [["ReadWriteOnce"], ["ReadWriteMany", "ReadOnlyMany"]],
  [[], ["x"], ["ReadWriteOnce", "ReadWriteOncePod"]],
);
const REQUIRED = { nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "Exists" }] }] };

const volume: Builtin = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  scope: "Cluster",
  content: obj(
    {
      spec: obj(
        {
          capacity: oneOf([{ storage: "1Gi" }], [{}, { cpu: "1" }, { storage: "-1" }, { storage: "0" }]),
          accessModes: MODES,
          hostPath: oneOf([{ path: "/x" }], [{ path: "" }, { path: "/../x" }, { path: "/x", type: "y" }]),
          nfs: oneOf([], [{}, { server: "a", path: "b" }]),
          csi: oneOf(
            [],
            [{}, { driver: "A_", volumeHandle: "" }, { driver: "a", nodePublishSecretRef: { name: "A" } }],
          ),
          local: oneOf([], [{ path: "" }, { path: "/a/../b" }]),
          persistentVolumeReclaimPolicy: oneOf(["Retain", "Delete", "Recycle"], ["x"]),
          storageClassName: CLASS,
          volumeMode: oneOf(["Filesystem", "Block"], ["x", ""]),
          nodeAffinity: oneOf([{ required: REQUIRED }], [{}, { required: {} }]),
          claimRef: one({ name: "a", namespace: "b" }),
          volumeAttributesClassName: oneOf([], ["", "A"]),
        },
        "capacity",
        "accessModes",
        "hostPath",
      ),
      status: obj({ phase: one("Available", "Bound", "Failed"), message: one("x") }),
    },
    "spec",
  ),
  subresources: ["status"],
};

const claim: Builtin = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  content: obj(
    {
      spec: obj(
        {
          accessModes: MODES,
          resources: obj(
            {
              requests: oneOf(
                [{ storage: "1Gi" }, { storage: "2Gi" }, { storage: "1500m" }],
                [{}, { storage: "-1" }, { storage: "0" }, { cpu: "1" }],
              ),
            },
            "requests",
          ),
          storageClassName: CLASS,
          volumeMode: oneOf(["Filesystem", "Block"], ["x", ""]),
          volumeName: one("v"),
          volumeAttributesClassName: oneOf(["gold"], ["A"]),
          selector: oneOf([{ matchLabels: { a: "b" } }], [{ matchLabels: { "a b": "c" } }]),
          dataSource: oneOf(
            [
              { kind: "PersistentVolumeClaim", name: "a" },
              { kind: "X", name: "a" },
            ],
            [{ kind: "PersistentVolumeClaim", name: "" }],
          ),
          dataSourceRef: oneOf(
            [
              { kind: "PersistentVolumeClaim", name: "a" },
              { kind: "X", name: "a", apiGroup: "x.y" },
            ],
            [
              { kind: "X", name: "a" },
              { kind: "", name: "", apiGroup: "A b" },
              { kind: "PersistentVolumeClaim", name: "b" },
            ],
          ),
        },
        "accessModes",
        "resources",
      ),
      status: obj({
        phase: one("Pending", "Bound"),
        capacity: oneOf([{ storage: "1Gi" }], [{ storage: "-1" }]),
        allocatedResources: oneOf([{ storage: "1Gi" }], [{ storage: "-1" }, { cpu: "1" }]),
        allocatedResourceStatuses: oneOf([{ storage: "NodeResizePending" }], [{ storage: "x" }]),
      }),
    },
    "spec",
  ),
  subresources: ["status"],
};

const storageClass: Builtin = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  plural: "storageclasses",
  scope: "Cluster",
  content: obj(
    {
      provisioner: oneOf(["example.com/x"], ["", "a b", "a/b/c"]),
      parameters: oneOf([{ a: "b" }, { a: "c" }], [{ "": "x" }]),
      reclaimPolicy: oneOf(["Delete", "Retain"], ["x", "Recycle"]),
      volumeBindingMode: oneOf(["Immediate", "WaitForFirstConsumer"], ["x", ""]),
      allowVolumeExpansion: BOOL,
      mountOptions: one(["a"], ["b", "c"]),
      allowedTopologies: list(
        oneOf(
          [{ matchLabelExpressions: [{ key: "a", values: ["x"] }] }],
          [
            {},
            { matchLabelExpressions: [{ key: "a b", values: [] }] },
            { matchLabelExpressions: [{ key: "beta.kubernetes.io/os", values: ["x", "x"] }] },
          ],
        ),
      ),
    },
    "provisioner",
  ),
};

const driver: Builtin = {
  apiVersion: "storage.k8s.io/v1",
  kind: "CSIDriver",
  plural: "csidrivers",
  scope: "Cluster",
  content: obj(
    {
      spec: obj({
        attachRequired: BOOL,
        podInfoOnMount: BOOL,
        fsGroupPolicy: oneOf(["File", "None"], ["x", ""]),
        volumeLifecycleModes: oneOf([["Persistent"], ["Ephemeral"]], [["x"]]),
        tokenRequests: oneOf(
          [[{ audience: "a" }], [{ audience: "a", expirationSeconds: 600 }]],
          [[{ audience: "a" }, { audience: "a" }], [{ audience: "a", expirationSeconds: 1 }]],
        ),
        nodeAllocatableUpdatePeriodSeconds: oneOf([10, 60], [9]),
        serviceAccountTokenInSecrets: BOOL,
      }),
    },
    "spec",
  ),
};

const capacity: Builtin = {
  apiVersion: "storage.k8s.io/v1",
  kind: "CSIStorageCapacity",
  plural: "csistoragecapacities",
  content: obj(
    {
      storageClassName: oneOf(["fast", "slow"], ["", "A"]),
      capacity: oneOf(["1Gi", "2Gi"], ["-1"]),
      nodeTopology: oneOf([{ matchLabels: { a: "b" } }], [{ matchLabels: { "a b": "c" } }]),
    },
    "storageClassName",
  ),
};

/** Kinds of storage. */
export const STORAGE_KINDS: readonly Builtin[] = [volume, claim, storageClass, driver, capacity];
