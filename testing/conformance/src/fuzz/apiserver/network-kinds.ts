import type { Builtin } from "./builtin-kind.ts";
import { BOOL, list, obj, one, oneOf, PORT, PORT_OR_NAME, some } from "./shapes.ts";

const servicePort = obj(
  {
    name: oneOf(["http", "web", "dns"], ["A", "", "a_b"]),
    port: PORT,
    targetPort: PORT_OR_NAME,
    protocol: oneOf(["TCP", "UDP"], ["X"]),
    appProtocol: oneOf(["http"], ["a b"]),
  },
  "name",
  "port",
);
const ingressBackend = oneOf(
  [{ service: { name: "web", port: { number: 80 } } }, { service: { name: "web", port: { name: "http" } } }],
  [
    {},
    { service: { name: "web", port: {} } },
    { service: { name: "web", port: { number: 80, name: "http" } } },
    { service: { name: "A b", port: { number: 80 } } },
  ],
);
const peer = oneOf(
  [
    { podSelector: { matchLabels: { app: "web" } } },
    { namespaceSelector: {} },
    { ipBlock: { cidr: "10.1.0.0/16", except: ["10.1.2.0/24"] } },
  ],
  [
    {},
    { ipBlock: { cidr: "x" } },
    { ipBlock: { cidr: "10.1.0.0/16", except: ["11.0.0.0/8"] } },
    { podSelector: {}, ipBlock: { cidr: "10.1.0.0/16" } },
  ],
);
const policyPort = oneOf(
  [{ port: 80 }, { port: "http", protocol: "TCP" }, { port: 80, endPort: 90 }, {}],
  [{ port: 0 }, { port: 80, endPort: 70 }, { protocol: "X" }, { endPort: 5 }],
);

/** Services, and what leads to them or keeps from them. */
export const NETWORK_KINDS: readonly Builtin[] = [
  {
    apiVersion: "v1",
    kind: "Service",
    plural: "services",
    content: obj(
      {
        spec: obj(
          {
            ports: some(servicePort, "port"),
            selector: oneOf([{ app: "web" }, {}], [{ "a b": "c" }]),
            type: oneOf(["ClusterIP", "NodePort", "LoadBalancer"], ["ExternalName", "x"]),
            clusterIP: oneOf(["", "None"], ["x", "999.1.1.1"]),
            sessionAffinity: oneOf(["None", "ClientIP"], ["x"]),
            externalTrafficPolicy: oneOf(["Cluster", "Local"], ["x"]),
            internalTrafficPolicy: oneOf(["Cluster", "Local"], ["x"]),
            externalName: one("a.example.com"),
            publishNotReadyAddresses: BOOL,
            loadBalancerSourceRanges: oneOf([["192.168.0.0/16"]], [["x"]]),
            ipFamilyPolicy: oneOf(["SingleStack"], ["RequireDualStack", "x"]),
          },
          "ports",
        ),
      },
      "spec",
    ),

    fieldSelectors: ["spec.type=ClusterIP", "spec.clusterIP=None"],
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    plural: "ingresses",
    content: obj(
      {
        spec: obj(
          {
            ingressClassName: oneOf(["nginx"], ["A b"]),
            defaultBackend: ingressBackend,
            rules: list(
              obj(
                {
                  host: oneOf(["a.example.com", "*.example.com"], ["10.1.2.3", "a b", "*.*.x", "A"]),
                  http: obj(
                    {
                      paths: some(
                        obj(
                          {
                            path: oneOf(["/", "/a"], ["a", "//", "/../x"]),
                            pathType: oneOf(["Prefix", "Exact", "ImplementationSpecific"], ["x"]),
                            backend: ingressBackend,
                          },
                          "path",
                          "pathType",
                          "backend",
                        ),
                      ),
                    },
                    "paths",
                  ),
                },
                "http",
              ),
            ),
            tls: list(
              oneOf(
                [{ hosts: ["a.example.com"], secretName: "s" }, {}],
                [{ hosts: ["a b"] }, { secretName: "A b" }],
              ),
            ),
          },
          "defaultBackend",
        ),
      },
      "spec",
    ),
    subresources: ["status"],
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    content: obj(
      {
        spec: obj(
          {
            podSelector: one({}, { matchLabels: { app: "web" } }),
            ingress: list(obj({ from: list(peer), ports: list(policyPort) })),
            egress: list(obj({ to: list(peer), ports: list(policyPort) })),
            policyTypes: oneOf(
              [["Ingress"], ["Ingress", "Egress"]],
              [["x"], ["Ingress", "Egress", "Ingress"]],
            ),
          },
          "podSelector",
        ),
      },
      "spec",
    ),
  },
];
