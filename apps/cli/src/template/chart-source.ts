import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describeError } from "@weir/core";
import {
  downloadChart,
  findChartVersion,
  type Notify,
  readRepositoryIndex,
  resolveReference,
} from "@weir/helm";
import {
  createNodeSender,
  credentialsFromDockerConfig,
  findChartVersion as findTag,
  type NodeSender,
  ociChartSources,
  parseChartReference,
  parseDockerConfig,
  pullChart,
  RegistryClient,
  type RegistryClientOptions,
} from "@weir/oci";

import { CommandError } from "../cli-error.ts";
import type { HelmFlagValues } from "./helm-flags.ts";

/** Largest index or archive that is fetched. */
const MOST_BYTES = 128 * 1024 * 1024;
const MOST_REDIRECTS = 10;

/** Any version, unreleased ones included: what `--devel` asks for. */
const DEVEL = ">0.0.0-0";

/** What a command line says of the places that charts are fetched from. */
export interface ChartSourceOptions {
  readonly flags: HelmFlagValues;
  readonly workingDirectory: string;
  readonly notify: Notify;
  readonly signal: AbortSignal;
  /** The chart that is asked for: with `--repo`, what names the host that may see the user, password and certificate. */
  readonly reference: string;
}

/** Fetches charts from repositories and registries with the credentials and certificates of the command line. */
export class ChartSource implements Disposable {
  readonly #options: ChartSourceOptions;
  readonly #sender: NodeSender;
  readonly #registries: RegistryClient;

  constructor(options: ChartSourceOptions) {
    this.#options = options;
    const { flags } = options;
    this.#sender = createNodeSender({
      tls: {
        ...this.#material("ca", "ca-file"),
        ...this.#material("cert", "cert-file"),
        ...this.#material("key", "key-file"),
        isUnverified: flags.bool("insecure-skip-tls-verify"),
      },
    });
    this.#registries = new RegistryClient({
      sender: this.#sender,
      access: flags.bool("plain-http") ? "plain" : "secure",
      ...this.#credentials(),
    });
  }

  /** The archive of a chart by its URL, `https://…` or `oci://…`, or by its name in the repository of `--repo`. */
  async fetchChart(reference: string): Promise<Uint8Array> {
    const repository = this.#options.flags.text("repo");
    if (repository !== "") return this.#fromRepository(repository, reference);
    if (!reference.startsWith("oci://")) return this.fetch(reference);
    try {
      return await this.#fromRegistry(reference);
    } catch (cause) {
      throw unreachable(cause);
    }
  }

  /** What building dependencies asks registries for. */
  get registryCharts(): ReturnType<typeof ociChartSources> {
    return ociChartSources(this.#registries, { signal: this.#options.signal });
  }

  /** The content behind an http or https URL, which an index or a chart may name: the password goes to its own host alone. */
  async fetch(url: string): Promise<Uint8Array> {
    let at = new URL(url);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const isOwn = this.#isOwn(at.host);
      const headers = isOwn ? this.#authorization() : {};
      const { signal } = this.#options;
      const request = { method: "GET", url: at, headers, isTrusted: isOwn, signal } as const;
      const answer = await this.#sender.send(request).catch((cause: unknown) => {
        throw unreachable(cause);
      });
      const location = answer.headers.get("location");
      if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
        answer.discard();
        at = new URL(location, at);
        continue;
      }
      if (answer.status === 200) return readAll(answer.body, url);
      answer.discard();
      throw new CommandError("ChartUnreachable", `failed to fetch ${url} : ${answer.status}`);
    }
    throw new CommandError("ChartUnreachable", `failed to fetch ${url} : too many redirects`);
  }

  [Symbol.dispose](): void {
    this.#sender[Symbol.dispose]();
  }

  get #version(): string {
    const { flags } = this.#options;
    const version = flags.text("version").trim();
    return version === "" && flags.bool("devel") ? DEVEL : version;
  }

  async #fromRegistry(reference: string): Promise<Uint8Array> {
    const named = parseChartReference(reference);
    const { signal } = this.#options;
    const found =
      named.tag === undefined && named.digest === undefined
        ? (await findTag(this.#registries, named, this.#version, signal)).reference
        : named;
    return (await pullChart(this.#registries, { reference: found, signal })).archive;
  }

  async #fromRepository(repository: string, name: string): Promise<Uint8Array> {
    const bytes = await this.fetch(resolveReference(repository, "index.yaml"));
    const { notify } = this.#options;
    const index = readRepositoryIndex(bytes, { charts: new Set([name]), source: repository, notify });
    const version = this.#version;
    const wanted = version === "" ? `chart "${name}"` : `chart "${name}" version "${version}"`;
    let found: ReturnType<typeof findChartVersion>;
    try {
      found = findChartVersion(index, name, version);
    } catch (cause) {
      throw new CommandError("ChartMissing", `${wanted} not found in ${repository} repository`, { cause });
    }
    return (await downloadChart(repository, found, (url) => this.fetch(url))).archive;
  }

  /** Whether a host is the one that the command line names, so that what it gives to log in with is meant for it. */
  #isOwn(host: string): boolean {
    const { flags, reference } = this.#options;
    const repository = flags.text("repo");
    const named = repository === "" ? reference : repository;
    return flags.bool("pass-credentials") || (URL.canParse(named) && new URL(named).host === host);
  }

  #material(name: "ca" | "cert" | "key", flag: string): Partial<Record<"ca" | "cert" | "key", string>> {
    const path = this.#options.flags.text(flag);
    return path === "" ? {} : { [name]: readFileSync(resolve(this.#options.workingDirectory, path), "utf8") };
  }

  #authorization(): Readonly<Record<string, string>> {
    const { flags } = this.#options;
    const [user, password] = [flags.text("username"), flags.text("password")];
    if (user === "" && password === "") return {};
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  }

  #credentials(): Pick<RegistryClientOptions, "credentials"> {
    const { flags, workingDirectory } = this.#options;
    const [username, password] = [flags.text("username"), flags.text("password")];
    if (username !== "" || password !== "") {
      const user = { kind: "basic", username, password } as const;
      return { credentials: ({ registry }) => (this.#isOwn(registry) ? user : { kind: "anonymous" }) };
    }
    const config = flags.text("registry-config");
    if (config === "") return {};
    const text = readFileSync(resolve(workingDirectory, config), "utf8");
    return { credentials: credentialsFromDockerConfig(parseDockerConfig(text)) };
  }
}

/** What a command says of a failure to fetch: with its causes, which tell whether it is the name, the network or the rights. */
function unreachable(cause: unknown): CommandError {
  return new CommandError("ChartUnreachable", describeError(cause), { cause });
}

async function readAll(body: AsyncIterable<Uint8Array>, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new CommandError("ChartTooLarge", `${url} is too large`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
