import { invalidField, requiredField, tooLongField, unsupportedField } from "@weir/schema";
import { describe, expect, test } from "vitest";
import {
  alreadyExistsError,
  conflictError,
  forbiddenError,
  genericServerError,
  internalError,
  invalidError,
  methodNotSupportedError,
  notFoundError,
  serverTimeoutError,
  tooLargeResourceVersionError,
  unknownError,
} from "./api-errors.ts";
import { readStatus, type Status, type StatusError } from "./status-error.ts";

const configMaps = { group: "", resource: "configmaps" };
const deployments = { group: "apps", resource: "deployments" };

function aStatus(fields: Partial<Status>): unknown {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", ...fields };
}

describe("API errors", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly error: StatusError;
    readonly want: Partial<Status>;
  }> = [
    {
      name: "name what was not found",
      error: notFoundError(configMaps, "a"),
      want: {
        message: 'configmaps "a" not found',
        reason: "NotFound",
        details: { name: "a", kind: "configmaps" },
        code: 404,
      },
    },
    {
      name: "name the group of what exists",
      error: alreadyExistsError(deployments, "d"),
      want: {
        message: 'deployments.apps "d" already exists',
        reason: "AlreadyExists",
        details: { name: "d", group: "apps", kind: "deployments" },
        code: 409,
      },
    },
    {
      name: "word a stale write",
      error: conflictError(configMaps, "a"),
      want: {
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
        reason: "Conflict",
        details: { name: "a", kind: "configmaps" },
        code: 409,
      },
    },
    {
      name: "leave the name out of a forbidden list",
      error: forbiddenError(configMaps, "", "no"),
      want: {
        message: "configmaps is forbidden: no",
        reason: "Forbidden",
        details: { kind: "configmaps" },
        code: 403,
      },
    },
    {
      name: "leave the resource out of a forbidden path",
      error: forbiddenError({ group: "", resource: "" }, "", "no"),
      want: { message: "forbidden: no", reason: "Forbidden", details: {}, code: 403 },
    },
    {
      name: "give one cause of an invalid object in plain text",
      error: invalidError({ group: "", kind: "ConfigMap" }, "a", [
        requiredField("metadata.name", "is needed"),
      ]),
      want: {
        message: 'ConfigMap "a" is invalid: metadata.name: Required value: is needed',
        reason: "Invalid",
        details: {
          name: "a",
          kind: "ConfigMap",
          causes: [
            {
              reason: "FieldValueRequired",
              message: "Required value: is needed",
              field: "metadata.name",
            },
          ],
        },
        code: 422,
      },
    },
    {
      name: "give several causes of an invalid object in brackets, each once",
      error: invalidError({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
        tooLongField("fieldManager", 128),
        tooLongField("fieldManager", 128),
        unsupportedField("dryRun", ["x"], ["All"]),
        invalidField("b", "bad\u0001", "no"),
      ]),
      want: {
        message: String.raw`PatchOptions.meta.k8s.io "" is invalid: [fieldManager: Too long: may not be more than 128 bytes, dryRun: Unsupported value: ["x"]: supported values: "All", b: Invalid value: "bad\x01": no]`,
        reason: "Invalid",
        details: {
          group: "meta.k8s.io",
          kind: "PatchOptions",
          causes: [
            {
              reason: "FieldValueTooLong",
              message: "Too long: may not be more than 128 bytes",
              field: "fieldManager",
            },
            {
              reason: "FieldValueTooLong",
              message: "Too long: may not be more than 128 bytes",
              field: "fieldManager",
            },
            {
              reason: "FieldValueNotSupported",
              message: 'Unsupported value: ["x"]: supported values: "All"',
              field: "dryRun",
            },
            {
              reason: "FieldValueInvalid",
              message: String.raw`Invalid value: "bad\x01": no`,
              field: "b",
            },
          ],
        },
        code: 422,
      },
    },
    {
      name: "say which verb a resource does not know",
      error: methodNotSupportedError(deployments, "create"),
      want: {
        message: 'create is not supported on resources of kind "deployments.apps"',
        reason: "MethodNotAllowed",
        details: { group: "apps", kind: "deployments" },
        code: 405,
      },
    },
    {
      name: "repeat the cause of an internal error",
      error: internalError("disk full"),
      want: {
        message: "Internal error occurred: disk full",
        reason: "InternalError",
        details: { causes: [{ message: "disk full" }] },
        code: 500,
      },
    },
    {
      name: "have no reason where an error is no Status",
      error: unknownError("odd"),
      want: { message: "odd", code: 500 },
    },
    {
      name: "ask to try again",
      error: serverTimeoutError(configMaps, "list", 2),
      want: {
        message:
          "The list operation against configmaps could not be completed at this time, please try again.",
        reason: "ServerTimeout",
        details: { name: "list", kind: "configmaps", retryAfterSeconds: 2 },
        code: 500,
      },
    },
    {
      name: "tell both revisions when one is too large",
      error: tooLargeResourceVersionError(9, 5, 1),
      want: {
        message: "Timeout: Too large resource version: 9, current: 5",
        reason: "Timeout",
        details: {
          causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
          retryAfterSeconds: 1,
        },
        code: 504,
      },
    },
    {
      name: "word an answer of which only the code is known",
      error: genericServerError({ code: 404, verb: "GET", resource: deployments, name: "d" }),
      want: {
        message: "the server could not find the requested resource (get deployments.apps d)",
        reason: "NotFound",
        details: { name: "d", group: "apps", kind: "deployments" },
        code: 404,
      },
    },
    {
      name: "quote the text of an unknown server error",
      error: genericServerError({ code: 500, serverMessage: "oops\n" }),
      want: {
        message: String.raw`an error on the server ("oops\n") has prevented the request from succeeding`,
        reason: "InternalError",
        details: {},
        code: 500,
      },
    },
  ];

  test.each(cases)("$name", ({ error, want }) => {
    expect(error.status).toEqual(aStatus(want));
    expect(error.message).toBe(want.message);
  });

  test("are read back from a response", () => {
    const { status } = notFoundError(deployments, "d");
    expect(readStatus(JSON.parse(JSON.stringify(status)))).toEqual(status);
    expect(readStatus({ kind: "ConfigMap", apiVersion: "v1" })).toBeUndefined();
  });
});
