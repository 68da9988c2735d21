import { createHash } from "node:crypto";
import { openApiDocument, openApiPaths } from "@weir/builtin";
import { type JsonObject, parseJson, writeJson } from "@weir/core";
import type { ApiRequest, ApiResponse } from "../http/api-request.ts";
import { respondPlain } from "../http/respond.ts";
import type { CustomResources, Registry } from "../resources/registry.ts";
import { customDocument } from "./custom-document.ts";
import { MEDIA_V2, MEDIA_V3, openApiFormat } from "./openapi-media.ts";
import { encodeOpenApiV2, encodeOpenApiV3 } from "./openapi-protobuf.ts";
import { openApiV2 } from "./v2-document.ts";

const PREFIX = "/openapi/v3";
const NOT_ACCEPTABLE: ApiResponse = {
  status: 406,
  headers: [["Cache-Control", "no-cache, private"]],
  body: "",
};
const YEAR_SECONDS = 31_536_000;

interface Document {
  readonly text: string;
  readonly hash: string;
  /** Made when somebody first asks for it. */
  protobuf?: Uint8Array;
}

/**
 * The OpenAPI v3 documents, one per group and version, and their index, and the one v2 document of all of them;
 * `undefined` for other paths.
 */
export class OpenApiPaths {
  readonly #registry: Registry;
  readonly #builtin = new Map<string, Document>();
  /** Documents of custom groups, until a CRD changes. */
  #custom = new Map<string, Document>();
  #customOf: CustomResources | undefined;
  /** The v2 document, until a CRD changes. */
  #v2: Document | undefined;
  #v2Of: CustomResources | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  answer(request: ApiRequest, now: number): ApiResponse | undefined {
    const { path } = request;
    if (path === PREFIX) return this.#index();
    if (path === "/openapi/v2") return this.#serveV2(request);
    if (!path.startsWith(`${PREFIX}/`)) return undefined;
    const document = this.#document(path.slice(PREFIX.length + 1));
    if (document === undefined) return respondPlain(404, "");
    return this.#serve(request, document, now);
  }

  #serve(request: ApiRequest, document: Document, now: number): ApiResponse {
    const hash = request.query.get("hash");
    const common: ApiResponse["headers"] = [
      ["Etag", `"${document.hash}"`],
      ["Vary", "Accept"],
    ];
    const format = openApiFormat(request.header("accept"), MEDIA_V3);
    if (format === undefined) return NOT_ACCEPTABLE;
    if (hash !== null && hash !== document.hash) {
      const location = `${request.path}?hash=${document.hash}`;
      return {
        status: 301,
        headers: [
          ["Cache-Control", "no-cache, private"],
          ["Content-Type", "application/json"],
          ["Location", location],
          ...common,
        ],
        body: "",
      };
    }
    if (request.header("if-none-match") === `"${document.hash}"`)
      return { status: 304, headers: common, body: "" };
    const caching: ApiResponse["headers"] =
      hash === null
        ? [["Cache-Control", "no-cache, private"]]
        : [
            ["Cache-Control", "public, immutable"],
            ["Expires", new Date(now + YEAR_SECONDS * 1000).toUTCString()],
          ];
    if (format === "json") {
      const headers = [["Content-Type", "application/json"] as const, ...caching, ...common];
      return { status: 200, headers, body: document.text };
    }
    document.protobuf ??= encodeOpenApiV3(parseJson(document.text) as JsonObject);
    const headers = [["Content-Type", MEDIA_V3.sent] as const, ...caching, ...common];
    return { status: 200, headers, body: "", bytes: document.protobuf };
  }

  #serveV2(request: ApiRequest): ApiResponse {
    const format = openApiFormat(request.header("accept"), MEDIA_V2);
    if (format === undefined) return NOT_ACCEPTABLE;
    const document = this.#documentV2();
    const common: ApiResponse["headers"] = [
      ["Cache-Control", "no-cache, private"],
      ["Etag", `"${document.hash}"`],
      ["Vary", "Accept"],
    ];
    if (request.header("if-none-match") === `"${document.hash}"`)
      return { status: 304, headers: common, body: "" };
    if (format === "json") {
      const headers = [["Content-Type", "application/json"] as const, ...common];
      return { status: 200, headers, body: document.text };
    }
    document.protobuf ??= encodeOpenApiV2(parseJson(document.text) as JsonObject);
    const headers = [["Content-Type", MEDIA_V2.sent] as const, ...common];
    return { status: 200, headers, body: "", bytes: document.protobuf };
  }

  #documentV2(): Document {
    if (this.#v2 !== undefined && this.#v2Of === this.#registry.custom) return this.#v2;
    const paths = [...openApiPaths(), ...this.#customPaths()].sort();
    const documents = paths.flatMap((path) => this.#document(path)?.text ?? []);
    const text = writeJson(openApiV2(documents.map((each) => parseJson(each) as JsonObject)));
    const document = { text, hash: hashOf(text) };
    this.#v2 = document;
    this.#v2Of = this.#registry.custom;
    return document;
  }

  #index(): ApiResponse {
    const paths: Record<string, JsonObject> = {};
    for (const path of [...openApiPaths(), ...this.#customPaths()].sort()) {
      const hash = this.#document(path)?.hash ?? "";
      paths[path] = { serverRelativeURL: `${PREFIX}/${path}?hash=${hash}` };
    }
    return {
      status: 200,
      headers: [
        ["Cache-Control", "no-cache, private"],
        ["Content-Type", "application/json"],
      ],
      body: writeJson({ paths }),
    };
  }

  #customPaths(): readonly string[] {
    return this.#registry.groups
      .filter((group) => group.isCustom)
      .flatMap((group) => group.versions.map((version) => `apis/${group.name}/${version}`));
  }

  #document(path: string): Document | undefined {
    const known = this.#builtin.get(path);
    if (known !== undefined) return known;
    const text = openApiDocument(path);
    if (text !== undefined) {
      const document = { text, hash: hashOf(text) };
      this.#builtin.set(path, document);
      return document;
    }
    return this.#customDocument(path);
  }

  #customDocument(path: string): Document | undefined {
    if (this.#customOf !== this.#registry.custom) {
      this.#custom = new Map();
      this.#customOf = this.#registry.custom;
    }
    const known = this.#custom.get(path);
    if (known !== undefined) return known;
    const [, group = "", version = ""] = path.split("/");
    const resources = this.#registry.custom.resources(group, version);
    if (!path.startsWith("apis/") || resources.length === 0) return undefined;
    const text = writeJson(customDocument(group, version, resources));
    const document = { text, hash: hashOf(text) };
    this.#custom.set(path, document);
    return document;
  }
}

function hashOf(text: string): string {
  return createHash("sha512").update(text).digest("hex").toUpperCase();
}
