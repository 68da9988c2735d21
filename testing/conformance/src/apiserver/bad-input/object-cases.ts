// oxlint-disable max-lines, max-lines-per-function -- tables of inputs
import {
  type BadAsk,
  type BadCase,
  bytes,
  CONFIG_MAPS,
  DEPLOYMENTS,
  JSON_TYPE,
  object,
  one,
  PODS,
  posted,
  WIDGETS,
} from "./bad-case.ts";

const MODES = ["Strict", "Warn", "Ignore"];

const pod = ',"spec":{"containers":[{"name":"a","image":"a"';

/** Objects with what the kind does not know, or knows twice. */
const strict: readonly (readonly [name: string, target: string, body: string])[] = [
  ["an unknown field", CONFIG_MAPS, object("ConfigMap", ',"unknown":1')],
  ["two unknown fields", CONFIG_MAPS, object("ConfigMap", ',"b":1,"a":2')],
  ["an unknown field of the metadata", CONFIG_MAPS, object("ConfigMap", "", ',"unknown":1')],
  ["a field in another case", CONFIG_MAPS, object("ConfigMap", ',"Data":{"a":"b"}')],
  ["a repeated field", CONFIG_MAPS, object("ConfigMap", ',"data":{"a":"b"},"data":{"c":"d"}')],
  ["a repeated field that is escaped", CONFIG_MAPS, object("ConfigMap", ',"data":{"a":"b","\\u0061":"c"}')],
  ["a field three times", CONFIG_MAPS, object("ConfigMap", ',"data":{"a":"1","a":"2","a":"3"}')],
  ["a repeated field that is unknown", CONFIG_MAPS, object("ConfigMap", ',"u":1,"u":2')],
  ["a repeated kind", CONFIG_MAPS, object("ConfigMap", ',"kind":"ConfigMap"')],
  ["a repeated name", CONFIG_MAPS, object("ConfigMap", "", ',"name":"x"')],
  ["a field with a quote", CONFIG_MAPS, object("ConfigMap", ',"a\\"b\\\\c":1')],
  ["a field with a line break", CONFIG_MAPS, object("ConfigMap", ',"a\\nb":1')],
  ["a field that is no ASCII", CONFIG_MAPS, object("ConfigMap", ',"ä":1')],
  ["an empty field", CONFIG_MAPS, object("ConfigMap", ',"":1')],
  ["a field with a dot", CONFIG_MAPS, object("ConfigMap", ',"a.b":1')],
  ["a long field", CONFIG_MAPS, object("ConfigMap", `,"${"u".repeat(3000)}":1`)],
  [
    "200 unknown fields",
    CONFIG_MAPS,
    object("ConfigMap", Array.from({ length: 200 }, (_, at) => `,"u${at}":1`).join("")),
  ],
  [
    "200 long unknown fields",
    CONFIG_MAPS,
    object("ConfigMap", Array.from({ length: 200 }, (_, at) => `,"${"u".repeat(100)}${at}":1`).join("")),
  ],
  [
    "200 repeated fields",
    CONFIG_MAPS,
    object(
      "ConfigMap",
      `,"data":{${Array.from({ length: 200 }, (_, at) => `"a${at}":"","a${at}":""`).join(",")}}`,
    ),
  ],
  [
    "unknown fields of containers",
    PODS,
    object("Pod", `${pod},"u":1},{"name":"b","image":"b","v":2}],"w":3}`),
  ],
  ["a repeated field of a container", PODS, object("Pod", `${pod},"image":"b"}]}`)],
  ["an unknown field of a quantity map", PODS, object("Pod", `${pod},"resources":{"u":1}}]}`)],
  ["everything at once", PODS, object("Pod", `${pod},"u":1,"image":"b"}],"u":2},"u":3,"u":4`, ',"u":5')],
  [
    "an unknown field of the template",
    DEPLOYMENTS,
    object("Deployment", ',"spec":{"unknown":1,"template":{"unknown":2,"spec":{"unknown":3}}}'),
  ],
  ["an unknown field of a custom resource", WIDGETS, object("Widget", ',"unknown":1,"spec":{"unknown":2}')],
  [
    "two unknown fields of a custom resource",
    WIDGETS,
    object("Widget", ',"spec":{"b":1,"a":2,"list":[{"u":1}]}'),
  ],
  ["a repeated field of a custom resource", WIDGETS, object("Widget", ',"spec":{"size":1,"size":2}')],
  ["a repeated field in untyped fields", WIDGETS, object("Widget", ',"spec":{"free":{"a":1,"a":2}}')],
  ["an unknown field in a custom resource's metadata", WIDGETS, object("Widget", "", ',"unknown":1')],
  [
    "200 unknown fields of a custom resource",
    WIDGETS,
    object("Widget", `,"spec":{${Array.from({ length: 200 }, (_, at) => `"u${at}":1`).join(",")}}`),
  ],
];

function strictCases(): readonly BadCase[] {
  return strict.flatMap(([name, target, body]) =>
    MODES.flatMap((mode) => {
      const kept = `${target}?dryRun=All&fieldManager=m&fieldValidation=${mode}`;
      const patch = (type: string, at: string): BadAsk => ({
        method: "PATCH",
        target: `${target}/${at}?dryRun=All&fieldManager=m&fieldValidation=${mode}`,
        headers: [["Content-Type", type]],
        body,
      });
      const existing =
        target === CONFIG_MAPS ? "x-kept" : target === DEPLOYMENTS ? "web" : target === PODS ? "p" : "w1";
      return [
        one(`fields: ${name}, create ${mode}`, { method: "POST", target: kept, headers: JSON_TYPE, body }),
        one(`fields: ${name}, update ${mode}`, {
          method: "PUT",
          target: kept.replace("?", `/${existing}?`),
          headers: JSON_TYPE,
          body: body.replace('"name":"x"', `"name":"${existing}"`),
        }),
        one(`fields: ${name}, merge patch ${mode}`, {
          ...patch("application/merge-patch+json", existing),
          body: body.replace('"name":"x"', `"name":"${existing}"`),
        }),
        one(`fields: ${name}, strategic patch ${mode}`, {
          ...patch("application/strategic-merge-patch+json", existing),
          body: body.replace('"name":"x"', `"name":"${existing}"`),
        }),
        one(`fields: ${name}, apply ${mode}`, patch("application/apply-patch+yaml", "x")),
        one(`fields: ${name}, create as YAML ${mode}`, {
          method: "POST",
          target: kept,
          headers: [["Content-Type", "application/yaml"]],
          body,
        }),
      ];
    }),
  );
}

const names: readonly string[] = [
  "",
  ".",
  "..",
  "a/b",
  "a%b",
  "A",
  "a_b",
  "-a",
  "a-",
  "a..b",
  "ä",
  "a b",
  "a\\u0000b",
  "__proto__",
  "a".repeat(253),
  "a".repeat(254),
];

function mismatches(): readonly BadCase[] {
  const named = (name: string): string => object("ConfigMap").replace('"x"', `"${name}"`);
  const inside = (namespace: string): string => object("ConfigMap", "", `,"namespace":${namespace}`);
  return [
    ...names.map((name) =>
      posted(`names: create ${name.length > 60 ? name.length : name}`, CONFIG_MAPS, named(name)),
    ),
    ...names.map((name) =>
      posted(
        `names: create of a custom resource ${name.length > 60 ? name.length : name}`,
        WIDGETS,
        object("Widget").replace('"x"', `"${name}"`),
      ),
    ),
    ...names.map((name) =>
      posted(
        `names: create of a namespace ${name.length > 60 ? name.length : name}`,
        "/api/v1/namespaces",
        `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"${name}"}}`,
      ),
    ),
    ...names.map((name) =>
      one(`names: update of cm1 as ${name.length > 60 ? name.length : name}`, {
        method: "PUT",
        target: `${CONFIG_MAPS}/cm1?dryRun=All`,
        headers: JSON_TYPE,
        body: named(name),
      }),
    ),
    ...names.map((name) =>
      one(`names: update of w1 as ${name.length > 60 ? name.length : name}`, {
        method: "PUT",
        target: `${WIDGETS}/w1?dryRun=All`,
        headers: JSON_TYPE,
        body: object("Widget").replace('"x"', `"${name}"`),
      }),
    ),
    ...names.map((name) =>
      one(`names: merge patch of cm1 to ${name.length > 60 ? name.length : name}`, {
        method: "PATCH",
        target: `${CONFIG_MAPS}/cm1?dryRun=All`,
        headers: [["Content-Type", "application/merge-patch+json"]],
        body: `{"metadata":{"name":"${name}"}}`,
      }),
    ),
    ...names.map((name) =>
      one(`names: apply of x as ${name.length > 60 ? name.length : name}`, {
        method: "PATCH",
        target: `${CONFIG_MAPS}/x?dryRun=All&fieldManager=m`,
        headers: [["Content-Type", "application/apply-patch+yaml"]],
        body: named(name),
      }),
    ),
    ...['"other"', '""', '"nowhere"', "null", '"BAD"', '"../bad"'].flatMap((namespace) => [
      posted(`namespaces: create in ${namespace}`, CONFIG_MAPS, inside(namespace)),
      posted(
        `namespaces: create of a custom resource in ${namespace}`,
        WIDGETS,
        object("Widget", "", `,"namespace":${namespace}`),
      ),
      posted(
        `namespaces: create of a node in ${namespace}`,
        "/api/v1/nodes",
        `{"apiVersion":"v1","kind":"Node","metadata":{"name":"n","namespace":${namespace}}}`,
      ),
      one(`namespaces: update in ${namespace}`, {
        method: "PUT",
        target: `${CONFIG_MAPS}/cm1?dryRun=All`,
        headers: JSON_TYPE,
        body: inside(namespace).replace('"x"', '"cm1"'),
      }),
      one(`namespaces: merge patch to ${namespace}`, {
        method: "PATCH",
        target: `${CONFIG_MAPS}/cm1?dryRun=All`,
        headers: [["Content-Type", "application/merge-patch+json"]],
        body: `{"metadata":{"namespace":${namespace}}}`,
      }),
      one(`namespaces: apply in ${namespace}`, {
        method: "PATCH",
        target: `${CONFIG_MAPS}/x?dryRun=All&fieldManager=m`,
        headers: [["Content-Type", "application/apply-patch+yaml"]],
        body: inside(namespace),
      }),
    ]),
    posted(
      "namespaces: create in one that is missing",
      "/api/v1/namespaces/nowhere/configmaps",
      object("ConfigMap"),
    ),
    posted("namespaces: create without one", "/api/v1/configmaps", object("ConfigMap")),
    posted(
      "names: neither name nor generateName",
      CONFIG_MAPS,
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}',
    ),
    posted(
      "names: a wrong generateName",
      CONFIG_MAPS,
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"A_"}}',
    ),
    posted(
      "names: a resourceVersion in a create",
      CONFIG_MAPS,
      object("ConfigMap", "", ',"resourceVersion":"1"'),
    ),
    ...["abc", "0", "-1", "1", "99999999999999999999"].flatMap((version) => [
      one(`names: update at version ${version}`, {
        method: "PUT",
        target: `${CONFIG_MAPS}/cm1?dryRun=All`,
        headers: JSON_TYPE,
        body: object("ConfigMap", "", `,"resourceVersion":"${version}"`).replace('"x"', '"cm1"'),
      }),
      one(`names: update of a custom resource at version ${version}`, {
        method: "PUT",
        target: `${WIDGETS}/w1?dryRun=All`,
        headers: JSON_TYPE,
        body: object("Widget", "", `,"resourceVersion":"${version}"`).replace('"x"', '"w1"'),
      }),
      one(`names: merge patch to version ${version}`, {
        method: "PATCH",
        target: `${CONFIG_MAPS}/cm1?dryRun=All`,
        headers: [["Content-Type", "application/merge-patch+json"]],
        body: `{"metadata":{"resourceVersion":"${version}"}}`,
      }),
    ]),
    one("names: update without a resourceVersion", {
      method: "PUT",
      target: `${WIDGETS}/w1?dryRun=All`,
      headers: JSON_TYPE,
      body: object("Widget").replace('"x"', '"w1"'),
    }),
    one("names: update with another uid", {
      method: "PUT",
      target: `${CONFIG_MAPS}/cm1?dryRun=All`,
      headers: JSON_TYPE,
      body: object("ConfigMap", "", ',"uid":"other"').replace('"x"', '"cm1"'),
    }),
  ];
}

function operations(count: number): () => Uint8Array {
  return () =>
    bytes(`[${Array.from({ length: count }, () => '{"op":"test","path":"/data/a","value":"b"}').join(",")}]`);
}

const jsonPatches: readonly string[] = [
  "",
  "{}",
  "null",
  '"x"',
  "[1]",
  "[null]",
  "[[]]",
  "[",
  "[{}]",
  "[]",
  '[{"op":"add"}]',
  '[{"op":"add","path":"/data/x"}]',
  '[{"op":"nothing","path":"/data/a"}]',
  '[{"op":1,"path":"/data/a"}]',
  '[{"op":"add","path":1,"value":"x"}]',
  '[{"op":"add","path":"data/a","value":"x"}]',
  '[{"op":"add","path":"","value":"x"}]',
  '[{"op":"add","path":"","value":{}}]',
  '[{"op":"remove","path":"/data/nothing"}]',
  '[{"op":"remove","path":""}]',
  '[{"op":"remove","path":"/metadata"}]',
  '[{"op":"replace","path":"/data/nothing","value":"x"}]',
  '[{"op":"test","path":"/data/a","value":"wrong"}]',
  '[{"op":"test","path":"/data/nothing","value":null}]',
  '[{"op":"copy","from":"/data/nothing","path":"/data/x"}]',
  '[{"op":"move","from":"/data/a","path":"/data/a/b"}]',
  '[{"op":"move","path":"/data/x"}]',
  '[{"op":"add","path":"/data/a/b","value":"x"}]',
  '[{"op":"add","path":"/nothing/a","value":"x"}]',
  '[{"op":"add","path":"/data/~2","value":"x"}]',
  '[{"op":"add","path":"/data/~","value":"x"}]',
  '[{"op":"add","path":"/metadata/finalizers/0","value":"example.com/x"}]',
  '[{"op":"add","path":"/metadata/finalizers","value":["a.b/c"]},{"op":"add","path":"/metadata/finalizers/5","value":"a.b/d"}]',
  '[{"op":"add","path":"/metadata/finalizers","value":["a.b/c"]},{"op":"add","path":"/metadata/finalizers/-1","value":"a.b/d"}]',
  '[{"op":"add","path":"/metadata/finalizers","value":["a.b/c"]},{"op":"add","path":"/metadata/finalizers/00","value":"a.b/d"}]',
  '[{"op":"add","path":"/metadata/finalizers","value":["a.b/c"]},{"op":"add","path":"/metadata/finalizers/x","value":"a.b/d"}]',
  '[{"op":"add","path":"/metadata/finalizers","value":["a.b/c"]},{"op":"remove","path":"/metadata/finalizers/-"}]',
  '[{"op":"add","path":"/metadata/finalizers","value":["a.b/c"]},{"op":"add","path":"/metadata/finalizers/99999999999999999999","value":"a.b/d"}]',
  '[{"op":"add","path":"/data/x","value":1}]',
  '[{"op":"add","path":"/kind","value":"Secret"}]',
  '[{"op":"add","path":"/apiVersion","value":"v2"}]',
  '[{"op":"replace","path":"/metadata/name","value":"other"}]',
  '[{"op":"add","path":"/data/__proto__","value":"x"}]',
  '[{"op":"add","path":"/__proto__/x","value":"x"}]',
  '[{"op":"add","path":"/data/constructor/prototype","value":"x"}]',
  '[{"op":"add","path":"/data/x","value":"y","unknown":1}]',
  '[{"op":"add","path":"/data/x","value":"y","value":"z"}]',
  '[{"op":"add","path":"/data/x","value":"y","from":"/data/a"}]',
  '[{"OP":"add","PATH":"/data/x","VALUE":"y"}]',
];

const mergePatches: readonly string[] = [
  "",
  "null",
  "[]",
  '"x"',
  "1",
  "{",
  '{"data":{"a":1}}',
  '{"data":"x"}',
  '{"data":null}',
  '{"metadata":null}',
  '{"metadata":"x"}',
  '{"kind":"Secret"}',
  '{"kind":null}',
  '{"apiVersion":"v2"}',
  '{"apiVersion":null}',
  '{"data":{"__proto__":"x"}}',
  '{"__proto__":{"x":1}}',
  '{"metadata":{"name":null}}',
  '{"metadata":{"uid":"other"}}',
  '{"metadata":{"creationTimestamp":"x"}}',
  '{"metadata":{"deletionTimestamp":"2020-01-01T00:00:00Z"}}',
  '{"metadata":{"managedFields":"x"}}',
  '{"metadata":{"finalizers":["bad"]}}',
  '{"metadata":{"ownerReferences":[{"uid":"x"}]}}',
];

const strategicPatches: readonly string[] = [
  "",
  "null",
  "[]",
  "{",
  '{"$patch":"nothing"}',
  '{"$patch":1}',
  '{"$patch":"delete"}',
  '{"$patch":"replace"}',
  '{"spec":{"template":{"spec":{"containers":[{"$patch":"nothing","name":"a"}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"$patch":"delete"}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"image":"b"}]}}}}',
  '{"spec":{"template":{"spec":{"containers":["a"]}}}}',
  '{"spec":{"template":{"spec":{"containers":[null]}}}}',
  '{"spec":{"template":{"spec":{"containers":{"name":"a"}}}}}',
  '{"spec":{"template":{"spec":{"containers":"a"}}}}',
  '{"spec":{"template":{"spec":{"containers":[["a"]]}}}}',
  '{"spec":{"template":{"spec":{"$setElementOrder/containers":"x"}}}}',
  '{"spec":{"template":{"spec":{"$setElementOrder/containers":["x"]}}}}',
  '{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a"}]}}}}',
  '{"spec":{"template":{"spec":{"$deleteFromPrimitiveList/containers":["x"]}}}}',
  '{"metadata":{"$deleteFromPrimitiveList/finalizers":"x"}}',
  '{"metadata":{"$deleteFromPrimitiveList/finalizers":[{"a":1}]}}',
  '{"spec":{"strategy":{"$retainKeys":"x"}}}',
  '{"spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":{}}}}',
  '{"spec":{"strategy":{"$retainKeys":[1]}}}',
  '{"spec":{"$nothing":1}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":1}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":{}}]}}}}',
  '{"spec":{"replicas":"x"}}',
  '{"unknown":{"a":1}}',
  '{"__proto__":{"a":1}}',
  '{"metadata":{"labels":{"a":1}}}',
];

const applies: readonly string[] = [
  "",
  "null",
  "[]",
  "{}",
  "x",
  "{",
  '{"apiVersion":"v1","kind":"ConfigMap"}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","managedFields":[]}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","managedFields":[{"manager":"m"}]}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","resourceVersion":"abc"}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","uid":"u"}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":"x"}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":1}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":null}',
  '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}}',
  '{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"v1","metadata":{"name":"x"}}',
  '{"kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":1,"kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"__proto__":{"a":1}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":"x"}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","finalizers":["a","a"]}}',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","ownerReferences":[{"name":"a"}]}}',
];

function patches(): readonly BadCase[] {
  const patch = (name: string, type: string, target: string, body: NonNullable<BadAsk["body"]>): BadCase =>
    one(name, {
      method: "PATCH",
      target: `${target}?dryRun=All&fieldManager=m`,
      headers: [["Content-Type", type]],
      body,
    });
  return [
    ...[9_999, 10_000, 10_001, 40_000].map((count) =>
      patch(
        `patches: ${count} operations`,
        "application/json-patch+json",
        `${CONFIG_MAPS}/cm1`,
        operations(count),
      ),
    ),
    ...jsonPatches.flatMap((body) => [
      patch(`patches: JSON ${body}`, "application/json-patch+json", `${CONFIG_MAPS}/cm1`, body),
      patch(
        `patches: JSON of a custom resource ${body}`,
        "application/json-patch+json",
        `${WIDGETS}/w1`,
        body.replaceAll("/data/", "/spec/free/"),
      ),
    ]),
    patch("patches: JSON of what is missing", "application/json-patch+json", `${CONFIG_MAPS}/missing`, "[]"),
    ...MODES.map((mode) =>
      one(`patches: JSON with an unknown field ${mode}`, {
        method: "PATCH",
        target: `${CONFIG_MAPS}/cm1?dryRun=All&fieldValidation=${mode}`,
        headers: [["Content-Type", "application/json-patch+json"]],
        body: '[{"op":"add","path":"/data/x","value":"y","unknown":1}]',
      }),
    ),
    ...mergePatches.flatMap((body) => [
      patch(`patches: merge ${body}`, "application/merge-patch+json", `${CONFIG_MAPS}/cm1`, body),
      patch(
        `patches: merge of a custom resource ${body}`,
        "application/merge-patch+json",
        `${WIDGETS}/w1`,
        body.replaceAll('"data"', '"spec"'),
      ),
    ]),
    ...strategicPatches.map((body) =>
      patch(
        `patches: strategic ${body}`,
        "application/strategic-merge-patch+json",
        `${DEPLOYMENTS}/web`,
        body,
      ),
    ),
    ...applies.flatMap((body) => [
      patch(`patches: apply ${body}`, "application/apply-patch+yaml", `${CONFIG_MAPS}/x`, body),
      patch(
        `patches: apply of a custom resource ${body}`,
        "application/apply-patch+yaml",
        `${WIDGETS}/x`,
        body
          .replaceAll("ConfigMap", "Widget")
          .replaceAll('"v1"', '"example.com/v1"')
          .replaceAll('"data"', '"spec"'),
      ),
    ]),
  ];
}

export const objectCases: readonly BadCase[] = [...strictCases(), ...mismatches(), ...patches()];
