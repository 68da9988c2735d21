import { emitYaml } from "@weir/yaml";
import { quoteGo } from "@weir/text";
import type { JsonValue } from "@weir/core";
import { inFile, KustomizeError, messageOf, prefixed, withPrefix } from "../error.ts";
import { EMPTY_CONFIG, type TransformerConfig } from "../file/default-field-specs.ts";
import { type Kustomization, type ReadKustomization, readKustomization } from "../file/kustomization.ts";
import { KUSTOMIZATION_FILES } from "../file/kustomization-files.ts";
import type { Loader } from "../file/loader.ts";
import { mergeConfigs, transformerConfig } from "../file/transformer-config.ts";
import { checkConfig, generateConfigMap, generateSecret, mergeOptions } from "../generate/generators.ts";
import { parseResources } from "../node/parse.ts";
import { joinPath, type Origin } from "../resource/origin.ts";
import { Resource } from "../resource/resource.ts";
import { describeId, idKey } from "../resource/resource-id.ts";
import { ResourceMap } from "../resource/resource-map.ts";
import type { SchemaState } from "../resource/schema-state.ts";
import { withFile } from "../transform/patches.ts";
import type { Transformer } from "../transform/transformer.ts";
import { describeVar, noteVars, VarSet } from "../transform/vars.ts";
import { crdConfig } from "./crd-config.ts";
import { fieldTransformers } from "./field-transformers.ts";
import { makePlugin, type Plugin, pluginOrigin } from "./plugins.ts";
import { showResourceLine } from "../resource/show-resource.ts";

/** Resources on their way up, with the configuration and variables that came along. */
export class Accumulator {
  readonly resources = new ResourceMap();
  readonly vars = new VarSet();
  config: TransformerConfig = EMPTY_CONFIG;

  merge(other: Accumulator): void {
    this.resources.appendAll(other.resources.resources);
    this.config = mergeConfigs(this.config, other.config);
    this.vars.addAll(other.vars);
  }
}

/** What all layers of one build share. */
export interface BuildContext {
  readonly schemas: SchemaState;
  readonly warnings: string[];
}

/** A transformer with where it was configured, if that is followed. */
interface Step {
  readonly transform: Transformer;
  readonly origin: Origin | undefined;
}

function loadKustomizationFile(loader: Loader): { readonly content: Uint8Array; readonly fileName: string } {
  const found: { content: Uint8Array; fileName: string }[] = [];
  for (const fileName of KUSTOMIZATION_FILES) {
    try {
      found.push({ content: loader.load(fileName), fileName });
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
    }
  }
  const [only] = found;
  if (only === undefined) {
    throw new KustomizeError(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${loader.root}'`,
    );
  }
  if (found.length > 1) {
    throw new KustomizeError(`Found multiple kustomization files under: ${loader.root}\n`);
  }
  return only;
}

/** One kustomization or component of a build. */
export class Layer {
  readonly kustomization: Kustomization;
  readonly fileName: string;
  readonly #loader: Loader;
  readonly #context: BuildContext;
  /** Where the layer is, as origin annotations show it; undefined where origins are not followed. */
  #origin: Origin | undefined;

  constructor(loader: Loader, context: BuildContext, origin: Origin | undefined) {
    this.#loader = loader;
    this.#context = context;
    this.#origin = origin;
    const { content, fileName } = loadKustomizationFile(loader);
    const read = this.#read(content, joinPath(loader.directory, fileName));
    this.kustomization = read.kustomization;
    this.fileName = fileName;
    context.warnings.push(...read.warnings);
  }

  #read(content: Uint8Array, file: string): ReadKustomization {
    try {
      return readKustomization(content, this.#loader.root);
    } catch (error) {
      throw inFile(error, file);
    }
  }

  /** Follows origins from here on; only the kustomization that is built decides that. */
  followOrigins(): void {
    this.#origin = {};
  }

  useSchema(): void {
    this.#context.schemas.use(this.kustomization.openapi, (path) => this.#loader.load(path));
  }

  /** Does all the work of the layer; a component goes on with what its parent has. */
  accumulate(into: Accumulator): Accumulator {
    const { kustomization } = this;
    const loader = this.#loader;
    withPrefix("accumulating resources", () =>
      this.#accumulateResources(into, kustomization.resources ?? []),
    );
    const config = transformerConfig(loader, kustomization.configurations ?? []);
    into.config = withPrefix("merging config &{}", () => mergeConfigs(into.config, config));
    const { crds = [] } = kustomization;
    const fromCrds = withPrefix(`loading CRDs [${crds.join(" ")}]`, () => crdConfig(loader, crds));
    into.config = mergeConfigs(into.config, fromCrds);
    this.#generate(into);
    const withComponents = withPrefix("accumulating components", () => this.#accumulateComponents(into));
    this.#transform(withComponents);
    this.#validate(withComponents);
    this.#addVars(withComponents);
    return withComponents;
  }

  #accumulateResources(into: Accumulator, paths: readonly string[]): void {
    for (const path of paths) {
      const fileError = this.#tryFile(into, path);
      if (fileError !== undefined) this.#accumulateBase(into, path, fileError);
      this.#checkCount(into);
    }
  }

  #checkCount({ resources }: Accumulator): void {
    const limit = this.#loader.budgets.resources;
    if (resources.size > limit) throw new KustomizeError(`more than ${limit} resources`);
  }

  #tryFile(into: Accumulator, path: string): KustomizeError | undefined {
    let loaded: readonly Resource[];
    try {
      loaded = this.#loadResources(path);
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
      return prefixed(error, `accumulating resources from '${path}'`);
    }
    const origin = this.#originOf(path);
    for (const resource of loaded) resource.origin = origin ?? resource.origin;
    try {
      into.resources.appendAll(loaded);
      return undefined;
    } catch (error) {
      return prefixed(error, `merging resources from '${path}'`);
    }
  }

  #originOf(path: string): Origin | undefined {
    if (this.#origin === undefined) return undefined;
    return { ...this.#origin, path: joinPath(this.#origin.path ?? "", path) };
  }

  #loadResources(path: string): readonly Resource[] {
    const content = this.#loader.load(path);
    try {
      return distinct(parseResources(content).map((root) => new Resource(root, this.#context.schemas)));
    } catch (error) {
      throw withFile(error, path);
    }
  }

  #accumulateBase(into: Accumulator, path: string, fileError: KustomizeError): void {
    let loader: Loader;
    try {
      loader = this.#loader.enter(path);
    } catch (error) {
      if (fileError.message.includes("MalformedYAMLError")) throw fileError;
      throw prefixed(error, `accumulation err='${fileError.message}'`);
    }
    withPrefix(`accumulation err='${fileError.message}'`, () => {
      const base = this.#accumulateDirectory(loader, path, false, new Accumulator());
      withPrefix(`recursed merging from path '${loader.root}'`, () => into.merge(base));
    });
  }

  #accumulateDirectory(loader: Loader, path: string, isComponent: boolean, into: Accumulator): Accumulator {
    const child = withPrefix(
      `couldn't make target for path '${loader.root}'`,
      () => new Layer(loader, this.#context, this.#originOf(path)),
    );
    child.useSchema();
    const { kind } = child.kustomization;
    if (isComponent && kind !== "Component") {
      throw new KustomizeError(`expected kind 'Component' for path '${loader.root}' but got '${kind ?? ""}'`);
    }
    if (!isComponent && kind === "Component") {
      throw new KustomizeError(`expected kind != 'Component' for path '${loader.root}'`);
    }
    return withPrefix(`recursed accumulation of path '${loader.root}'`, () => child.accumulate(into));
  }

  #accumulateComponents(into: Accumulator): Accumulator {
    let result = into;
    for (const path of this.kustomization.components ?? []) {
      let loader: Loader;
      try {
        loader = this.#loader.enter(path);
      } catch (error) {
        throw new KustomizeError(`loader.New ${quoteGo(messageOf(error))}`, { cause: error });
      }
      try {
        result = this.#accumulateDirectory(loader, path, true, result);
      } catch (error) {
        throw new KustomizeError(`accumulateDirectory: ${quoteGo(messageOf(error))}`, { cause: error });
      }
    }
    return result;
  }

  #builtinOrigin(kind: string): Origin | undefined {
    if (this.#origin === undefined) return undefined;
    return {
      configuredIn: joinPath(this.#origin.path ?? "", this.fileName),
      configuredBy: { apiVersion: "builtin", kind },
    };
  }

  #generate(into: Accumulator): void {
    const context = { loader: this.#loader, schemas: this.#context.schemas };
    const { configMapGenerator = [], secretGenerator = [], generatorOptions } = this.kustomization;
    const steps: { readonly generate: () => Resource; readonly origin: Origin | undefined }[] = [];
    for (const own of configMapGenerator) {
      const args = mergeOptions(own, generatorOptions);
      checkConfig(args, "ConfigMapGenerator");
      const origin = this.#builtinOrigin("ConfigMapGenerator");
      steps.push({ generate: () => generateConfigMap(args, context), origin });
    }
    for (const own of secretGenerator) {
      const args = mergeOptions(own, generatorOptions);
      checkConfig(args, "SecretGenerator");
      steps.push({
        generate: () => generateSecret(args, context),
        origin: this.#builtinOrigin("SecretGenerator"),
      });
    }
    this.#refuseCharts();
    steps.push(...withPrefix("loading generator plugins", () => this.#generatorPlugins()));
    for (const { generate, origin } of steps) {
      const resource = generate();
      resource.origin ??= origin;
      withPrefix("merging from generator &{}", () => into.resources.absorbAll([resource]));
    }
  }

  #refuseCharts(): void {
    const [chart] = this.kustomization.helmCharts ?? [];
    if (chart === undefined) return;
    const config: JsonValue = { ...this.kustomization.helmGlobals, ...chart };
    throw new KustomizeError(
      `trouble configuring builtin HelmChartInflationGenerator with config: \`\n${emitYaml(config)}\`: must specify --enable-helm`,
      { field: "helmCharts" },
    );
  }

  #generatorPlugins(): { readonly generate: () => Resource; readonly origin: Origin | undefined }[] {
    const configs = this.#pluginConfigs(
      this.kustomization.generators ?? [],
      "configuring external generator",
    );
    return configs.map((config) => {
      const plugin = withPrefix("failed to load generator", () => this.#makePlugin(config));
      if (plugin.kind === "transformer") {
        throw new KustomizeError(
          `failed to load generator: plugin ${describePlugin(config)} not a generator`,
        );
      }
      return { generate: plugin.generate, origin: pluginOrigin(config) };
    });
  }

  #makePlugin(config: Resource): Plugin {
    return makePlugin(config, { loader: this.#loader, schemas: this.#context.schemas });
  }

  /** The resources that configure plugins: written inline, or in files and directories. */
  #pluginConfigs(entries: readonly string[], what: string): readonly Resource[] {
    const into = new Accumulator();
    const paths: string[] = [];
    for (const entry of entries) {
      const inline = this.#inlineConfigs(entry);
      if (inline === undefined) paths.push(entry);
      else withPrefix(what, () => into.resources.appendAll(inline));
    }
    this.#accumulateResources(into, paths);
    return into.resources.resources;
  }

  #inlineConfigs(entry: string): readonly Resource[] | undefined {
    try {
      const resources = distinct(
        parseResources(entry).map((root) => new Resource(root, this.#context.schemas)),
      );
      const origin = this.#originOf(this.fileName);
      for (const resource of resources) resource.origin = origin;
      return resources;
    } catch (error) {
      if (error instanceof KustomizeError) return undefined;
      throw error;
    }
  }

  #transform(into: Accumulator): void {
    const context = { loader: this.#loader, schemas: this.#context.schemas };
    const steps: Step[] = fieldTransformers(this.kustomization, into.config, context).map(
      ({ kind, transform }) => ({ transform, origin: this.#builtinOrigin(kind) }),
    );
    steps.push(...this.#transformerPlugins(this.kustomization.transformers ?? []));
    const { resources } = into;
    for (const { transform, origin } of steps) {
      transform(resources);
      if (origin !== undefined) noteTransformation(resources, origin);
      resources.dropEmpty();
    }
  }

  #transformerPlugins(entries: readonly string[]): readonly Step[] {
    const configs = this.#pluginConfigs(entries, "configuring external transformer");
    return configs.map((config) => {
      const plugin = this.#makePlugin(config);
      if (plugin.kind === "generator") {
        throw new KustomizeError(`plugin ${describePlugin(config)} not a transformer`);
      }
      return { transform: plugin.transform, origin: pluginOrigin(config) };
    });
  }

  #validate({ resources }: Accumulator): void {
    for (const { transform } of this.#transformerPlugins(this.kustomization.validators ?? [])) {
      const before = resources.resources.map((resource) => showResourceLine(resource));
      transform(resources);
      for (const resource of resources.resources) removeValidatedLabel(resource);
      const after = resources.resources.map((resource) => showResourceLine(resource));
      refuseChange(before, after);
    }
  }

  #addVars({ resources, vars }: Accumulator): void {
    const { vars: own = [] } = this.kustomization;
    const shown = (): string =>
      `merging vars [${own.map((variable) => describeVar(variable, false)).join(" ")}]`;
    withPrefix(shown, () => {
      noteVars(resources, own);
      for (const variable of own) vars.add(variable);
    });
  }
}

function describePlugin(config: Resource): string {
  return describeId(config.originalId);
}

/** The resources of one file; two with the same id are an error. */
function distinct(resources: readonly Resource[]): readonly Resource[] {
  const seen = new Set<string>();
  for (const resource of resources) {
    const key = idKey(resource.id);
    if (seen.has(key)) {
      const id = describeId(resource.id);
      throw new KustomizeError(`may not add resource with an already registered id: ${id}`);
    }
    seen.add(key);
  }
  return resources;
}

function noteTransformation({ resources }: ResourceMap, origin: Origin): void {
  for (const resource of resources) {
    // Upstream writes this down as an annotation, and with it all others anew, as strings.
    resource.setAnnotations(resource.annotations());
    if (resource.origin === undefined) resource.origin = origin;
    else resource.transformations = [...resource.transformations, origin];
  }
}

function removeValidatedLabel(resource: Resource): void {
  const labels = resource.labels();
  if (labels.delete("validated-by")) resource.setLabels(labels);
}

function refuseChange(before: readonly string[], after: readonly string[]): void {
  const prefix = "validator shouldn't modify the resource map";
  if (before.length !== after.length) {
    throw new KustomizeError(`${prefix}: lists have different number of entries`);
  }
  for (const [at, text] of before.entries()) {
    const other = after[at] ?? "";
    if (text !== other) throw new KustomizeError(`${prefix}: nodes unequal: \n -- ${text},\n -- ${other}\n`);
  }
}
