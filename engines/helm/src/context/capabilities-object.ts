import type { JsonValue } from "@weir/core";
import { defineFunction } from "@weir/gotemplate";
import { type GoField, type GoFunction, GoObject, GoSlice, type GoValue } from "@weir/text";

import type { Capabilities, KubeVersion } from "./capabilities.ts";

/** `.Capabilities`. */
export class CapabilitiesObject extends GoObject {
  readonly type = "*common.Capabilities";
  readonly kind = "ptr";
  readonly #fields: readonly GoField[];

  constructor(capabilities: Capabilities) {
    super();
    this.#fields = [
      {
        name: "KubeVersion",
        type: "common.KubeVersion",
        value: new KubeVersionObject(capabilities.kubeVersion),
      },
      {
        name: "APIVersions",
        type: "common.VersionSet",
        value: new VersionSetObject(capabilities.apiVersions),
      },
      { name: "HelmVersion", type: "version.BuildInfo", value: new BuildInfoObject() },
    ];
  }

  override fields(): readonly GoField[] {
    return this.#fields;
  }

  override method(name: string): GoFunction | undefined {
    return name === "Copy" ? defineFunction("Copy", [], this.type, () => this) : undefined;
  }
}

/** `.Capabilities.KubeVersion`: its `String` belongs to the pointer, so that only what has an address prints by it. */
class KubeVersionObject extends GoObject {
  readonly type = "common.KubeVersion";
  readonly kind = "struct";
  readonly #version: KubeVersion;

  constructor(version: KubeVersion) {
    super();
    this.#version = version;
  }

  override fields(): readonly GoField[] {
    const { version, normalized, major, minor } = this.#version;
    return [
      { name: "Version", type: "string", value: version },
      { name: "normalizedVersion", type: "string", value: normalized },
      { name: "Major", type: "string", value: major },
      { name: "Minor", type: "string", value: minor },
    ];
  }

  override method(name: string): GoFunction | undefined {
    const { version, normalized } = this.#version;
    if (name === "String") return defineFunction("String", [], "string", () => normalized);
    return name === "GitVersion" ? defineFunction("GitVersion", [], "string", () => version) : undefined;
  }
}

/** `.Capabilities.APIVersions`. */
class VersionSetObject extends GoObject {
  readonly type = "common.VersionSet";
  readonly kind = "slice";
  override readonly underlying: GoValue;
  readonly #versions: ReadonlySet<string>;

  constructor(versions: readonly string[]) {
    super();
    this.underlying = new GoSlice("string", versions);
    this.#versions = new Set(versions);
  }

  override method(name: string): GoFunction | undefined {
    if (name !== "Has") return undefined;
    return defineFunction("Has", ["string"], "bool", ([version]) => this.#versions.has(version));
  }
}

/** The released helm that is rendered like. */
const BUILD_INFO = {
  version: "v4.2.3",
  git_commit: "43e8b7feece8beb0fcba47059ec9b522fd929a64",
  git_tree_state: "clean",
  go_version: "go1.26.5",
  kube_client_version: "v1.36",
} as const;

/** `.Capabilities.HelmVersion`. */
class BuildInfoObject extends GoObject {
  readonly type = "version.BuildInfo";
  readonly kind = "struct";

  override fields(): readonly GoField[] {
    return [
      { name: "Version", type: "string", value: BUILD_INFO.version },
      { name: "GitCommit", type: "string", value: BUILD_INFO.git_commit },
      { name: "GitTreeState", type: "string", value: BUILD_INFO.git_tree_state },
      { name: "GoVersion", type: "string", value: BUILD_INFO.go_version },
      { name: "KubeClientVersion", type: "string", value: BUILD_INFO.kube_client_version },
    ];
  }

  override json(): JsonValue {
    return BUILD_INFO;
  }
}
