import type { JsonValue } from "@weir/core";
import type { Builtin } from "./builtin-kind.ts";
import { BOOL, list, obj, one, oneOf, PORT, PORT_OR_NAME, SELECTOR, some } from "./shapes.ts";

const WRONG_ADDRESSES = ["x", "010.1.2.3", "::ffff:10.1.2.3", "", "10.1.2.300", "1::2%eth0"];
const SPECIAL_ADDRESSES = ["127.0.0.1", "0.0.0.0", "169.254.1.1", "224.0.0.1", "::1", "fe80::1", "::"];
const WRONG_RANGES = [
  "x",
  "10.1.2.3/16",
  "010.1.0.0/16",
  "10.1.0.0/016",
  "::ffff:10.1.0.0/112",
  "10.1.0.0",
  "",
];
const LONG_NAME = "x".repeat(64);
const APP_PROTOCOL = oneOf(["http", "example.com/x"], ["a b", "", "/x"]);
const LABEL_NAME = oneOf(["web", "db", "a"], ["Web", "a_b", "a.b", LONG_NAME]);

const servicePort = obj(
  {
    name: oneOf(["http", "web", "dns"], ["A", "", "a_b", "a.b", LONG_NAME]),
    port: PORT,
    targetPort: PORT_OR_NAME,
    protocol: oneOf(["TCP", "UDP"], ["X", ""]),
    appProtocol: APP_PROTOCOL,
    nodePort: oneOf([0], [80, 32768, -1]),
  },
  "name",
  "port",
);

const service: Builtin = {
  apiVersion: "v1",
  kind: "Service",
  plural: "services",
  content: obj(
    {
      spec: obj(
        {
          ports: some(servicePort, "port"),
          selector: oneOf([{ app: "web" }, {}], [{ "a b": "c" }, { a: "b c" }]),
          type: oneOf(["ClusterIP", "NodePort", "LoadBalancer", "ClusterIP", "ExternalName"], ["x", ""]),
          clusterIP: oneOf(
            ["", "", "", "None"],
            ["x", "999.1.1.1", "10.1.2.3", "fd00::1", "010.0.0.9", "10.0.0.255", "::ffff:10.0.0.9"],
          ),
          clusterIPs: oneOf(
            [[]],
            [["10.1.2.3"], ["None"], ["None", "10.1.2.3"], ["10.1.2.3", "fd00::1"], ["x", "y", "z"], [""]],
          ),
          ipFamilies: oneOf([["IPv4"], []], [["IPv6"], ["IPv4", "IPv6"], ["x"], ["IPv4", "IPv4"]]),
          ipFamilyPolicy: oneOf(["SingleStack", "PreferDualStack"], ["RequireDualStack", "x", ""]),
          sessionAffinity: oneOf(["None", "ClientIP"], ["x"]),
          sessionAffinityConfig: oneOf(
            [{ clientIP: { timeoutSeconds: 60 } }, {}],
            [{ clientIP: { timeoutSeconds: 0 } }, { clientIP: { timeoutSeconds: 86401 } }, { clientIP: {} }],
          ),
          externalTrafficPolicy: oneOf(["Cluster", "Local"], ["x"]),
          internalTrafficPolicy: oneOf(["Cluster", "Local"], ["x", ""]),
          trafficDistribution: oneOf(["PreferClose", "PreferSameZone", "PreferSameNode"], ["x", ""]),
          externalName: oneOf(["a.example.com", "a.example.com."], ["A b", "", ".", "a..b"]),
          externalIPs: oneOf(
            [[], [], ["192.0.2.1"], ["2001:0db8::1"]],
            [...WRONG_ADDRESSES, ...SPECIAL_ADDRESSES].map((address): JsonValue => [address]),
          ),
          publishNotReadyAddresses: BOOL,
          allocateLoadBalancerNodePorts: BOOL,
          loadBalancerClass: oneOf(["example.com/x", "y"], ["a b", "", "/x"]),
          loadBalancerIP: oneOf(["192.0.2.1", "2001:0db8::1"], ["x"]),
          loadBalancerSourceRanges: oneOf(
            [["192.168.0.0/16"], [" 10.0.0.0/8 "], ["2001:0db8::/32"]],
            WRONG_RANGES.map((range): JsonValue => ["10.1.0.0/16", range]),
          ),
          healthCheckNodePort: oneOf([0], [80, 70000, -1]),
        },
        "ports",
      ),
      status: obj({
        loadBalancer: obj({
          ingress: list(
            obj({
              ip: oneOf(["192.0.2.1", "2001:0db8::1"], WRONG_ADDRESSES),
              ipMode: oneOf(["VIP", "Proxy"], ["x"]),
              hostname: oneOf(["a.example.com", ""], ["192.0.2.1", "A b"]),
            }),
          ),
        }),
      }),
    },
    "spec",
  ),
  subresources: ["status"],
  fieldSelectors: ["spec.type=ClusterIP", "spec.clusterIP=None"],
};

const REFERENCES: readonly [readonly JsonValue[], readonly JsonValue[]] = [
  [{ kind: "Bucket", name: "a", apiGroup: "example.com" }],
  [
    {},
    { kind: "a/b", name: ".." },
    { kind: "Bucket", name: "a%b", apiGroup: "A b" },
    { kind: "Bucket", name: "a", apiGroup: "" },
  ],
];

const ingressBackend = oneOf(
  [
    { service: { name: "web", port: { number: 80 } } },
    { service: { name: "web", port: { name: "http" } } },
    ...REFERENCES[0].map((resource): JsonValue => ({ resource })),
  ],
  [
    {},
    ...REFERENCES[1].map((resource): JsonValue => ({ resource })),
    { service: { name: "web", port: {} } },
    { service: { name: "web", port: { number: 80, name: "http" } } },
    { service: { name: "web", port: { number: 70000 } } },
    { service: { name: "web", port: { name: "A--b" } } },
    { service: { name: "A b", port: { number: 80 } } },
    { service: {} },
    { service: { name: "a", port: { number: 80 } }, resource: { kind: "a", name: "b" } },
  ],
);
const HOST = oneOf(
  ["a.example.com", "*.example.com", ""],
  ["10.1.2.3", "010.1.2.3", "a b", "*.*.x", "A", "*", "fd00::1", "x".repeat(254)],
);

const ingressPath = obj(
  {
    path: oneOf(["/", "/a", "/a/b"], ["a", "//", "/../x", "/a%2fb", "/a/.", "/a/..", ""]),
    pathType: oneOf(["Prefix", "Exact", "ImplementationSpecific"], ["x", ""]),
    backend: ingressBackend,
  },
  "path",
  "pathType",
  "backend",
);

const ingress: Builtin = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  plural: "ingresses",
  content: obj(
    {
      spec: obj(
        {
          ingressClassName: oneOf(["nginx"], ["A b", ""]),
          defaultBackend: ingressBackend,
          rules: list(obj({ host: HOST, http: obj({ paths: some(ingressPath) }, "paths") }, "http")),
          tls: list(
            oneOf(
              [{ hosts: ["a.example.com", "*.example.com"], secretName: "s" }, {}, { secretName: "" }],
              [{ hosts: ["a b"] }, { secretName: "A b" }, { hosts: ["*.*.x", ""] }],
            ),
          ),
        },
        "defaultBackend",
      ),
      status: obj({
        loadBalancer: obj({
          ingress: list(
            obj({
              ip: oneOf(["192.0.2.1", "2001:0db8::1"], WRONG_ADDRESSES),
              hostname: oneOf(["a.example.com", ""], ["192.0.2.1", "A b"]),
              ports: list(
                obj({ port: PORT, protocol: one("TCP", "UDP"), error: one("x") }, "port", "protocol"),
              ),
            }),
          ),
        }),
      }),
    },
    "spec",
  ),
  subresources: ["status"],
};

const ingressClass: Builtin = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  plural: "ingressclasses",
  scope: "Cluster",
  content: obj(
    {
      spec: obj(
        {
          controller: oneOf(
            ["example.com/a", "example.com/a", "example.com/a/b"],
            ["", "x", "/x", "x/", "A b/c d", `example.com/${"x".repeat(250)}`],
          ),
          parameters: obj(
            {
              apiGroup: oneOf(["example.com"], ["A b", ""]),
              kind: oneOf(["Bucket"], ["", "a/b"]),
              name: oneOf(["a"], ["", "..", "a%b"]),
              scope: oneOf(["Cluster"], ["Namespace", "x", ""]),
              namespace: oneOf([null], ["", "a", "A b"]),
            },
            "kind",
            "name",
          ),
        },
        "controller",
      ),
    },
    "spec",
  ),
};

const peer = oneOf(
  [
    { podSelector: { matchLabels: { app: "web" } } },
    { namespaceSelector: {} },
    { podSelector: {}, namespaceSelector: { matchExpressions: [{ key: "a", operator: "Exists" }] } },
    { ipBlock: { cidr: "10.1.0.0/16", except: ["10.1.2.0/24"] } },
    { ipBlock: { cidr: "2001:0db8::/32" } },
  ],
  [
    {},
    ...WRONG_RANGES.map((cidr): JsonValue => ({ ipBlock: { cidr } })),
    ...WRONG_RANGES.map((range): JsonValue => ({ ipBlock: { cidr: "10.0.0.0/8", except: [range] } })),
    { ipBlock: { cidr: "10.1.0.0/16", except: ["11.0.0.0/8", "10.1.0.0/16", "fd00::/64"] } },
    { podSelector: {}, ipBlock: { cidr: "10.1.0.0/16" } },
    { podSelector: { matchExpressions: [{ key: "a b", operator: "In", values: ["c d"] }] } },
    { namespaceSelector: { matchLabels: { "-": "-" } } },
  ],
);
const policyPort = oneOf(
  [{ port: 80 }, { port: "http", protocol: "TCP" }, { port: 80, endPort: 90 }, {}],
  [
    { port: 0 },
    { port: "A--b" },
    { port: 80, endPort: 70 },
    { port: 80, endPort: 70000 },
    { port: "http", endPort: 90 },
    { protocol: "X" },
    { protocol: "" },
    { endPort: 5 },
  ],
);

const networkPolicy: Builtin = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  content: obj(
    {
      spec: obj(
        {
          podSelector: SELECTOR,
          ingress: list(obj({ from: list(peer), ports: list(policyPort) })),
          egress: list(obj({ to: list(peer), ports: list(policyPort) })),
          policyTypes: oneOf(
            [["Ingress"], ["Ingress", "Egress"], ["Egress", "Egress"]],
            [["x"], ["Ingress", "Egress", "Ingress"], [""]],
          ),
        },
        "podSelector",
      ),
    },
    "spec",
  ),
};

const ADDRESS = oneOf(["10.1.2.3", "10.1.2.4", "2001:0db8::1"], [...WRONG_ADDRESSES, ...SPECIAL_ADDRESSES]);
const endpointAddress = obj(
  {
    ip: ADDRESS,
    hostname: LABEL_NAME,
    nodeName: oneOf(["node-a", "a.b"], ["", "A b"]),
    targetRef: one({ kind: "Pod", name: "a" }),
  },
  "ip",
);
const endpointPort = obj(
  {
    name: oneOf(["http", "web", ""], ["A", "a_b", "a.b"]),
    port: PORT,
    protocol: oneOf(["TCP", "UDP"], ["X", ""]),
    appProtocol: APP_PROTOCOL,
  },
  "port",
);

const endpoints: Builtin = {
  apiVersion: "v1",
  kind: "Endpoints",
  plural: "endpoints",
  content: obj({
    subsets: list(
      obj(
        {
          addresses: some(endpointAddress),
          notReadyAddresses: list(endpointAddress),
          ports: list(endpointPort),
        },
        "addresses",
      ),
    ),
  }),
};

const MANY = Array.from({ length: 9 }, (_, index): JsonValue => ({ name: `z${index}` }));
const endpoint = obj(
  {
    addresses: oneOf(
      [["10.1.2.3"], ["10.1.2.3", "10.1.2.4"]],
      [
        [],
        ["a.example.com"],
        ["fd00::1"],
        ["FD00::1"],
        ...WRONG_ADDRESSES.map((address): JsonValue => [address]),
        ...SPECIAL_ADDRESSES.map((address): JsonValue => ["10.1.2.3", address]),
        Array.from({ length: 101 }, (_, index): JsonValue => `10.1.3.${index}`),
      ],
    ),
    conditions: obj({ ready: BOOL, serving: BOOL, terminating: BOOL }),
    hostname: oneOf(["web", "db"], ["Web", "", "a.b"]),
    nodeName: oneOf(["node-a", "a.b"], ["", "A b"]),
    zone: one("z1", ""),
    hints: oneOf(
      [{ forZones: [{ name: "z1" }] }, { forNodes: [{ name: "node-a" }] }, {}],
      [
        { forZones: [{ name: "a b" }, { name: "z" }, { name: "z" }] },
        { forNodes: [{ name: "A b" }, { name: "z" }, { name: "z" }] },
        { forZones: MANY, forNodes: [{ name: "A" }] },
        { forNodes: MANY },
      ],
    ),
    deprecatedTopology: one({ "kubernetes.io/hostname": "node-b" }, { a: "b" }),
  },
  "addresses",
);

const endpointSlice: Builtin = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  content: obj(
    {
      addressType: oneOf(["IPv4"], ["IPv6", "FQDN", "x", ""]),
      endpoints: list(endpoint),
      ports: list(
        obj({
          name: oneOf(["http", "web"], ["A", "a_b", ""]),
          port: oneOf([80, 8080], [0, 70000]),
          protocol: oneOf(["TCP", "UDP"], ["X", ""]),
          appProtocol: APP_PROTOCOL,
        }),
        "name",
      ),
    },
    "addressType",
    "endpoints",
  ),
};

/**
 * Services, and what leads to them or keeps from them. ServiceCIDRs and IPAddresses change what all cases are given, so no case
 * is about them.
 */
export const NETWORK_KINDS: readonly Builtin[] = [
  service,
  ingress,
  ingressClass,
  networkPolicy,
  endpoints,
  endpointSlice,
];
