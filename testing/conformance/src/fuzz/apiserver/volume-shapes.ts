import type { JsonObject, JsonValue } from "@weir/core";

/** Sources of volumes that the server takes. */
const SOURCES: readonly JsonObject[] = [
  { hostPath: { path: "/x" } },
  { gcePersistentDisk: { pdName: "d", fsType: "ext4" } },
  { awsElasticBlockStore: { volumeID: "v", partition: 1 } },
  { gitRepo: { repository: "r", directory: "d" } },
  { nfs: { server: "s", path: "/p" } },
  { iscsi: { targetPortal: "1.2.3.4:3260", iqn: "iqn.2015-02.example.com:test", lun: 0 } },
  { glusterfs: { endpoints: "e", path: "p" } },
  { rbd: { monitors: ["m"], image: "i" } },
  { flexVolume: { driver: "d/x" } },
  { cinder: { volumeID: "v" } },
  { cephfs: { monitors: ["m"] } },
  { flocker: { datasetName: "d" } },
  { fc: { targetWWNs: ["w"], lun: 0 } },
  { azureFile: { secretName: "s", shareName: "h" } },
  { vsphereVolume: { volumePath: "p" } },
  { quobyte: { registry: "r:1", volume: "v" } },
  { azureDisk: { diskName: "d", diskURI: "/subscriptions/x" } },
  { photonPersistentDisk: { pdID: "p" } },
  { portworxVolume: { volumeID: "v" } },
  { scaleIO: { gateway: "g", system: "s", secretRef: { name: "r" }, volumeName: "v" } },
  { storageos: { volumeName: "v" } },
  { csi: { driver: "csi.example.com", nodePublishSecretRef: { name: "s" } } },
  { image: { reference: "r.example/i:1", pullPolicy: "Always" } },
  {
    ephemeral: {
      volumeClaimTemplate: {
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    },
  },
  {
    projected: {
      sources: [
        { serviceAccountToken: { path: "t", expirationSeconds: 600 } },
        { clusterTrustBundle: { name: "b", path: "c" } },
      ],
    },
  },
];

/** Sources of volumes that it refuses. */
const WRONG_SOURCES: readonly JsonObject[] = [
  { hostPath: {} },
  { hostPath: { path: "/a/../b", type: "x" } },
  { gcePersistentDisk: { pdName: "", partition: 256 } },
  { awsElasticBlockStore: { volumeID: "", partition: -1 } },
  { gitRepo: { repository: "", directory: "../x" } },
  { nfs: { server: "", path: "p" } },
  { iscsi: { targetPortal: "", iqn: "x", lun: 256, initiatorName: "y" } },
  { iscsi: { targetPortal: "p", iqn: "iqn.2015-02.example.com:test", lun: -1, chapAuthSession: true } },
  { glusterfs: { endpoints: "", path: "" } },
  { rbd: { monitors: [], image: "" } },
  { flexVolume: { driver: "", options: { "kubernetes.io/x": "y" } } },
  { cinder: { volumeID: "", secretRef: {} } },
  { cephfs: { monitors: [] } },
  { flocker: {} },
  { flocker: { datasetName: "a/b", datasetUUID: "u" } },
  { fc: {} },
  { fc: { targetWWNs: ["w"], wwids: ["x"], lun: 300 } },
  { azureFile: { secretName: "", shareName: "" } },
  { vsphereVolume: { volumePath: "" } },
  { quobyte: { registry: "r", volume: "", tenant: "x".repeat(65) } },
  { azureDisk: { diskName: "", diskURI: "blob", cachingMode: "x", kind: "Managed" } },
  { photonPersistentDisk: { pdID: "" } },
  { portworxVolume: { volumeID: "" } },
  { scaleIO: { gateway: "", system: "", volumeName: "" } },
  { storageos: { volumeName: "A b", volumeNamespace: "C d", secretRef: { name: "" } } },
  { csi: { driver: "a b", nodePublishSecretRef: { name: "" } } },
  { csi: { driver: "" } },
  { image: { reference: "", pullPolicy: "x" } },
  { image: { reference: " r" } },
  { ephemeral: {} },
  { ephemeral: { volumeClaimTemplate: { spec: { accessModes: [] } } } },
  {
    ephemeral: {
      volumeClaimTemplate: {
        metadata: { name: "x", namespace: "y" },
        spec: { accessModes: ["x"], resources: { requests: { storage: "-1" } } },
      },
    },
  },
  { projected: { sources: [{}] } },
  {
    projected: {
      defaultMode: 512,
      sources: [{ serviceAccountToken: { path: "../t", expirationSeconds: 1 } }],
    },
  },
  {
    projected: {
      sources: [{ secret: { name: "" } }, { configMap: { items: [{ key: "a b", path: "/x" }] } }],
    },
  },
  {
    projected: {
      sources: [
        { configMap: { name: "c", items: [{ key: "a", path: "p" }] } },
        { secret: { name: "s", items: [{ key: "a", path: "p" }] } },
      ],
    },
  },
  { projected: { sources: [{ clusterTrustBundle: { path: "" } }] } },
  { projected: { sources: [{ clusterTrustBundle: { name: "b", signerName: "x/y", path: "c" } }] } },
  { projected: { sources: [{ podCertificate: { signerName: "x", keyType: "RSA1" } }] } },
  { downwardAPI: { items: [{ path: "", fieldRef: { fieldPath: "spec.nodeName" } }] } },
  { downwardAPI: { items: [{ path: "a" }, { path: "b", fieldRef: { fieldPath: "metadata.nope" } }] } },
  {
    downwardAPI: {
      defaultMode: -1,
      items: [{ path: "a", mode: 512, resourceFieldRef: { resource: "limits.cpu", containerName: "" } }],
    },
  },
  { configMap: { name: "c", defaultMode: 512, items: [{ key: "k", path: "p", mode: -1 }] } },
  { secret: {} },
  { persistentVolumeClaim: { claimName: "" } },
  { persistentVolumeClaim: { claimName: "A b" } },
  { emptyDir: { medium: "x" } },
  { emptyDir: { sizeLimit: "-1" } },
];

function around(source: JsonObject): JsonValue {
  return [
    { name: "data", ...source },
    { name: "conf", emptyDir: {} },
  ];
}

/** Volumes of a Pod, one of them of each source that there is. */
export const VOLUMES_OF_EACH: readonly JsonValue[] = SOURCES.map(around);
export const WRONG_VOLUMES_OF_EACH: readonly JsonValue[] = WRONG_SOURCES.map(around);
