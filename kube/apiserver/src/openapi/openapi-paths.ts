import { createHash } from "node:crypto";
import { openApiDocument, openApiPaths } from "@weir/builtin";
import { type JsonObject, writeJson } from "@weir/core";
import type { ApiRequest, ApiResponse } from "../http/api-request.ts";
import { respondPlain } from "../http/respond.ts";
import type { CustomResources, Registry } from "../resources/registry.ts";
import { customDocument } from "./custom-document.ts";

const PREFIX = "/openapi/v3";
const YEAR_SECONDS = 31_536_000;

interface Document {
  readonly text: string;
  readonly hash: string;
}

/** The OpenAPI v3 documents, one per group and version, and their index; `undefined` for other paths. */
export class OpenApiPaths {
  readonly #registry: Registry;
  readonly #builtin = new Map<string, Document>();
  /** Documents of custom groups, until a CRD changes. */
  #custom = new Map<string, Document>();
  #customOf: CustomResources | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  answer(request: ApiRequest, now: number): ApiResponse | undefined {
    const { path } = request;
    if (path === PREFIX) return this.#index();
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
    if (!acceptsJson(request.header("accept")))
      return { status: 406, headers: [["Cache-Control", "no-cache, private"]], body: "" };
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
    return {
      status: 200,
      headers: [["Content-Type", "application/json"], ...caching, ...common],
      body: document.text,
    };
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

function acceptsJson(accept: string | undefined): boolean {
  return accept === undefined || accept === "" || /application\/json|\*\/\*|application\/\*/.test(accept);
}

function hashOf(text: string): string {
  return createHash("sha512").update(text).digest("hex").toUpperCase();
}
