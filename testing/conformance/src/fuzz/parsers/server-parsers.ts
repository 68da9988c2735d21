import { type ApiServer, createApiServer, createMemoryStorage } from "@weir/apiserver";
import { encodeProtobuf } from "@weir/builtin";
import type { Logger } from "@weir/core";
import { silentLogger } from "@weir/core";
import type { Dice } from "../dice.ts";
import { type Grammar, mutated, mutatedBytes } from "./mutate.ts";
import { type ParserTarget, show } from "./parser-target.ts";
import { jsonGrammar } from "./text-parsers.ts";

/** A request to a server, of which one part is broken. */
interface BrokenRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Uint8Array;
}

/** Parsers that stand between a request and what it asks for, by way of a server. */
export interface ServerParsers extends AsyncDisposable {
  readonly targets: readonly ParserTarget[];
}

const NAMESPACE = "/api/v1/namespaces/default";
const CONFIG_MAPS = `${NAMESPACE}/configmaps`;
const WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

class Fuzzed {
  readonly #server: ApiServer;
  /** What was logged as an error: nothing that a client sends is one. */
  readonly #logged: string[];

  constructor(server: ApiServer, logged: string[]) {
    this.#server = server;
    this.#logged = logged;
  }

  async send({ method, path, query = "", headers = [], body }: BrokenRequest): Promise<string | undefined> {
    const all = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
    const shown = (): string =>
      show({ method, path, query, headers, body: body && Buffer.from(body).toString("latin1") });
    try {
      const answer = await this.#server.handle(
        {
          method,
          path,
          query: new URLSearchParams(query),
          header: (name) => all.get(name),
          headersWithPrefix: (prefix) => [...all].filter(([name]) => name.startsWith(prefix)),
          readBody: async () => body ?? new Uint8Array(),
          signal: new AbortController().signal,
        },
        { isTrusted: true },
      );
      const text = typeof answer.body === "string" ? answer.body : "";
      if (answer.status === 500 && text.includes("Internal error")) return `${shown()} is answered ${text}`;
      if (typeof answer.body !== "string") await answer.body[Symbol.asyncIterator]().return?.();
    } catch (error) {
      return `${shown()} rejects with ${error instanceof Error ? error.stack : String(error)}`;
    }
    const logged = this.#logged.splice(0);
    return logged.length === 0 ? undefined : `${shown()} logs ${logged.join("; ")}`;
  }
}

const pathGrammar: Grammar = {
  seeds: [
    CONFIG_MAPS,
    `${CONFIG_MAPS}/x`,
    WIDGETS,
    `${WIDGETS}/w/status`,
    "/apis/apps/v1/namespaces/default/deployments/d/scale",
    "/api/v1/watch/namespaces/default/configmaps",
    "/healthz/ping",
    "/openapi/v3/apis/apps/v1",
    "/api/v1/namespaces/default/finalize",
  ],
  tokens: [
    "/",
    "//",
    "..",
    ".",
    "%2F",
    "%2e",
    "%",
    "%zz",
    "%00",
    "namespaces",
    "api",
    "apis",
    "watch",
    "v1",
    "configmaps",
    "status",
    "?",
    "#",
  ],
};

const acceptGrammar: Grammar = {
  seeds: [
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
    "application/vnd.kubernetes.protobuf,*/*;q=0.5",
    "application/yaml;q=0.9, text/html",
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1beta1",
  ],
  tokens: [";", ",", "=", "q=", "as=", "v=", "g=", "*/*", "application/", "json", '"', " ", "Table"],
};

const continueGrammar: Grammar = {
  seeds: [
    '{"v":"meta.k8s.io/v1","rv":5,"start":"a\\u0000"}',
    '{"v":"meta.k8s.io/v1","rv":-1,"start":"a/../b"}',
    "{}",
    "[]",
  ],
  tokens: ['"v"', '"rv"', '"start"', ":", ",", "{", "}", "-1", "0", "1e5", '"', "\\u0000", "/", ".."],
};

const queryGrammar: Grammar = {
  seeds: [
    "limit=1&resourceVersion=0",
    "resourceVersion=5&resourceVersionMatch=Exact",
    "labelSelector=a%20in%20(b)&fieldSelector=metadata.name%3Dx",
    "dryRun=All&fieldManager=m&fieldValidation=Strict&force=true",
    "gracePeriodSeconds=5&propagationPolicy=Orphan",
  ],
  tokens: [
    "&",
    "=",
    "%",
    "%00",
    "-1",
    "limit",
    "continue",
    "watch=1&timeoutSeconds=0",
    "dryRun",
    "99999999999999999999",
    "resourceVersion",
  ],
};

const tokenGrammar: Grammar = {
  seeds: [
    '{"alg":"RS256"}.{"iss":"https://kubernetes.default.svc","exp":9999999999}.x',
    '{"alg":"none"}.{}.',
    "a.b.c",
  ],
  tokens: [".", '"', "{", "}", '"kubernetes.io":{"namespace":"default"}', '"exp":', "null", '"alg":"RS256"'],
};

const impersonationGrammar: Grammar = {
  seeds: ["system:serviceaccount:default:x", "system:node:n", "alice", "system:anonymous"],
  tokens: [":", "system:", "serviceaccount:", "%", "%ff", "/", "&", "<"],
};

const widgetGrammar: Grammar = {
  seeds: [
    '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":1,"list":[{"name":"a"}],"free":{"x":[1]}}}',
    '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","finalizers":["a.b/c"],"ownerReferences":[]},"spec":{"text":"t"}}',
  ],
  tokens: jsonGrammar.tokens,
};

const podGrammar: Grammar = {
  seeds: [
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"a","resources":{"limits":{"cpu":"1"}},"ports":[{"containerPort":80}],"env":[{"name":"A","value":"b"}]}]}}',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"b"},"binaryData":{"c":"AA=="}}',
  ],
  tokens: [...jsonGrammar.tokens, '"spec"', '"metadata"', '"containers"', "[]", "{}", '""', "1.5"],
};

const strategicGrammar: Grammar = {
  seeds: [
    '{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"b"},{"$patch":"delete","name":"c"}]}}}}',
    '{"metadata":{"finalizers":["a.b/c"],"$deleteFromPrimitiveList/finalizers":["x"]},"spec":{"strategy":{"$retainKeys":["type"]}}}',
    '{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"a"}],"volumes":[{"$patch":"replace"}]}}}}',
  ],
  tokens: [
    '"$patch":',
    '"delete"',
    '"replace"',
    '"merge"',
    '"$retainKeys":',
    '"$setElementOrder/containers":',
    '"$deleteFromPrimitiveList/finalizers":',
    "[",
    "]",
    "{",
    "}",
    ",",
    "null",
    '"name":',
    "1",
  ],
};

const jsonPathGrammar: Grammar = {
  seeds: [
    ".spec.size",
    '.status.conditions[?(@.type==\\"Ready\\")].status',
    ".spec.list[*].name",
    "..name",
    ".spec['a b'][0:2]",
  ],
  tokens: [".", "[", "]", "*", "?(", "@", "==", ")", "'", '\\"', "..", "-1", ":", ",", "{", "}"],
};

function definition(jsonPath: string): Uint8Array {
  return Buffer.from(
    `{"metadata":{"name":"gadgets.example.com"},"spec":{"group":"example.com","scope":"Cluster","names":{"plural":"gadgets","kind":"Gadget"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}},"additionalPrinterColumns":[{"name":"A","type":"string","jsonPath":"${jsonPath}"}]}]}}`,
  );
}

const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

/** Starts a server with something in it. */
export async function startServerParsers(): Promise<ServerParsers> {
  await using starting = new AsyncDisposableStack();
  const storage = starting.use(createMemoryStorage());
  const logged: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    error: (message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`),
  };
  const server = starting.use(await createApiServer({ storage, logger, auth: { authorization: "RBAC" } }));
  const fuzzed = new Fuzzed(server, logged);
  await fill(fuzzed);
  const running = starting.move();
  return { targets: serverTargets(fuzzed), [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        size: { type: "integer" },
        text: { type: "string" },
        list: { type: "array", items: { type: "object", properties: { name: { type: "string" } } } },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
  },
};

async function fill(fuzzed: Fuzzed): Promise<void> {
  const post = (path: string, object: object): Promise<string | undefined> =>
    fuzzed.send({ method: "POST", path, body: Buffer.from(JSON.stringify(object)) });
  const container = { name: "a", image: "a" };
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [container] } };
  const version = { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } };
  await post(CONFIG_MAPS, { metadata: { name: "x" }, data: { a: "b" } });
  await post("/apis/apps/v1/namespaces/default/deployments", {
    metadata: { name: "d" },
    spec: { selector: { matchLabels: { a: "b" } }, template },
  });
  await post(DEFINITIONS, {
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      versions: [version],
    },
  });
  await post(WIDGETS, {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "w" },
    spec: { size: 1 },
  });
}

function json(type: string): readonly (readonly [string, string])[] {
  return [["content-type", type]];
}

type MakeTarget = (name: string, make: (dice: Dice) => BrokenRequest) => ParserTarget;

function serverTargets(fuzzed: Fuzzed): readonly ParserTarget[] {
  const target: MakeTarget = (name, make) => ({ name, run: (dice) => fuzzed.send(make(dice)) });
  return [...headTargets(target), ...bodyTargets(target), ...reviewTargets(target)];
}

function brokenBody(dice: Dice, grammar: Grammar): Uint8Array {
  const text = Buffer.from(mutated(dice, grammar));
  return dice.chance(0.2) ? mutatedBytes(dice, [text]) : text;
}

/** What stands in front of a body. */
function headTargets(target: MakeTarget): readonly ParserTarget[] {
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"];
  return [
    target("paths", (dice) => ({
      method: dice.pick(methods),
      path: `/${mutated(dice, pathGrammar).slice(1)}`,
      query: "dryRun=All",
    })),
    target("accept", (dice) => ({
      method: "GET",
      path: dice.pick([CONFIG_MAPS, `${CONFIG_MAPS}/x`, WIDGETS, `${WIDGETS}/w`, "/apis", "/version"]),
      headers: [["accept", mutated(dice, acceptGrammar)]],
    })),
    target("content-type", (dice) => ({
      method: "POST",
      path: CONFIG_MAPS,
      query: "dryRun=All",
      headers: [["content-type", mutated(dice, acceptGrammar)]],
      body: Buffer.from('{"metadata":{"name":"y"}}'),
    })),
    target("continue", (dice) => ({
      method: "GET",
      path: dice.pick([CONFIG_MAPS, WIDGETS]),
      query: `limit=1&continue=${Buffer.from(mutated(dice, continueGrammar)).toString("base64url")}`,
    })),
    target("query", (dice) => ({
      method: dice.pick(["GET", "POST", "DELETE"]),
      path: dice.pick([CONFIG_MAPS, WIDGETS]),
      query: `${mutated(dice, queryGrammar)}&dryRun=All&labelSelector=none=none`,
      body: Buffer.from('{"metadata":{"name":"y"}}'),
    })),
    target("tokens", (dice) => {
      const parts = mutated(dice, tokenGrammar).split(".");
      const token = parts.map((part) => Buffer.from(part).toString("base64url")).join(".");
      return { method: "GET", path: "/version", headers: [["authorization", `Bearer ${token}`]] };
    }),
    target("impersonation", (dice) => ({
      method: "GET",
      path: `${CONFIG_MAPS}/x`,
      headers: [
        ["impersonate-user", mutated(dice, impersonationGrammar)],
        ["impersonate-group", mutated(dice, impersonationGrammar)],
        [`impersonate-extra-${mutated(dice, impersonationGrammar).toLowerCase()}`, "x"],
      ],
    })),
  ];
}

function bodyTargets(target: MakeTarget): readonly ParserTarget[] {
  const protobufSeeds = [
    encodeProtobuf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "y" }, data: { a: "b" } }),
    encodeProtobuf({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: { containers: [{ name: "a", image: "a" }] },
    }),
  ];
  return [
    target("bodies", (dice) => ({
      method: "POST",
      path: dice.pick([`${NAMESPACE}/pods`, CONFIG_MAPS]),
      query: `dryRun=All&fieldValidation=${dice.pick(["Strict", "Warn", "Ignore"])}`,
      headers: json(dice.pick(["application/json", "application/yaml"])),
      body: brokenBody(dice, podGrammar),
    })),
    target("custom-bodies", (dice) => ({
      method: "POST",
      path: WIDGETS,
      query: `dryRun=All&fieldValidation=${dice.pick(["Strict", "Warn", "Ignore"])}`,
      headers: json(dice.pick(["application/json", "application/yaml"])),
      body: brokenBody(dice, widgetGrammar),
    })),
    target("protobuf-bodies", (dice) => ({
      method: "POST",
      path: dice.pick([`${NAMESPACE}/pods`, CONFIG_MAPS, WIDGETS]),
      query: "dryRun=All",
      headers: json("application/vnd.kubernetes.protobuf"),
      body: mutatedBytes(dice, protobufSeeds),
    })),
    target("patches", (dice) => {
      const path = dice.pick([
        `${CONFIG_MAPS}/x`,
        `${WIDGETS}/w`,
        "/apis/apps/v1/namespaces/default/deployments/d",
      ]);
      const grammar = dice.pick([strategicGrammar, podGrammar, widgetGrammar, jsonGrammar]);
      return {
        method: "PATCH",
        path,
        query: `dryRun=All&fieldManager=m&fieldValidation=${dice.pick(["Strict", "Warn", "Ignore"])}`,
        headers: json(dice.pick(patchTypes)),
        body: brokenBody(dice, grammar),
      };
    }),
  ];
}

function reviewTargets(target: MakeTarget): readonly ParserTarget[] {
  return [
    target("delete-options", (dice) => ({
      method: "DELETE",
      path: `${CONFIG_MAPS}/missing`,
      headers: json("application/json"),
      body: brokenBody(dice, {
        ...jsonGrammar,
        seeds: [
          '{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":1,"preconditions":{"uid":"x"},"dryRun":["All"]}',
        ],
      }),
    })),
    target("json-paths", (dice) => ({
      method: "POST",
      path: DEFINITIONS,
      query: "dryRun=All",
      body: definition(mutated(dice, jsonPathGrammar)),
    })),
    target("reviews", (dice) => ({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      headers: json("application/json"),
      body: brokenBody(dice, {
        ...jsonGrammar,
        seeds: [
          '{"spec":{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"x"}}}',
          '{"spec":{"nonResourceAttributes":{"path":"/","verb":"get"}}}',
        ],
      }),
    })),
  ];
}
