import { expect, it } from "vitest";
import { readRules, withoutManagers } from "./recorded.ts";

const request = { method: "POST", path: "/api/v1/namespaces/$NS/configmaps", body: { data: 5 } };
const causes = [
  { field: "a", message: "Required value" },
  { field: "b", message: "Invalid value: 5: no" },
];

function answersTo(...answers: readonly object[]): readonly unknown[] {
  const cases = { one: answers.map((_answer, index) => [0, index]) };
  const lines = [{ request }, ...answers.map((answer) => ({ answer })), { cases }];
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  return readRules(`${text}\n`).flatMap((conversation) =>
    conversation.flatMap(({ exchanges }) => exchanges.map(({ response }) => response)),
  );
}

it("spells out what recorded answers leave unsaid", () => {
  const plain = { contentType: "application/json", warning: "" };
  const refused = { apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure" };
  const created = { kind: "ConfigMap", metadata: { name: "a" } };
  const [one, two] = [causes.slice(0, 1), causes];
  expect(
    answersTo(
      { status: 201, warning: "299 - old", body: created },
      { status: 404, body: { message: "not found" } },
      { status: 422, body: { message: "invalid: $CAUSES", details: { causes: one } } },
      { status: 422, body: { message: "invalid: $CAUSES", details: { causes: two } } },
    ),
  ).toEqual([
    { ...plain, status: 201, warning: "299 - old", body: created },
    { ...plain, status: 404, body: { ...refused, message: "not found" } },
    {
      ...plain,
      status: 422,
      body: { ...refused, message: "invalid: a: Required value", details: { causes: one } },
    },
    {
      ...plain,
      status: 422,
      body: {
        ...refused,
        message: "invalid: [a: Required value, b: Invalid value: 5: no]",
        details: { causes: two },
      },
    },
  ]);
});

it("takes managers from objects and lists", () => {
  const managed = { metadata: { name: "a", managedFields: [{ manager: "x" }] } };
  const response = { status: 200, contentType: "application/json", warning: "" };
  const body = { kind: "List", metadata: {}, items: [managed] };
  expect(withoutManagers({ request, response: { ...response, body } }).response.body).toEqual({
    kind: "List",
    metadata: {},
    items: [{ metadata: { name: "a" } }],
  });
  expect(withoutManagers({ request, response: { ...response, body: managed } }).response.body).toEqual({
    metadata: { name: "a" },
  });
});
