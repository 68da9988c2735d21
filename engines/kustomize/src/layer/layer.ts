import { emitYaml } from "@weir/yaml";
import { quoteGo } from "@weir/text";
import type { JsonObject } from "@weir/core";
import { inFile, KustomizeError, messageOf, prefixed, reworded, withPlace, withPrefix } from "../error.ts";
import { type Kustomization, type ReadKustomization, readKustomization } from "../file/kustomization.ts";
import type { Loader } from "../file/loader.ts";
import { causeOf, neededRemote, RemoteFileError } from "../file/remote-sources.ts";
import { mergeConfigs, transformerConfig } from "../file/transformer-config.ts";
import type { ChartArgs } from "../generate/chart-request.ts";
import { type ChartContext, chartGenerator } from "../generate/inflate-chart.ts";
import { checkConfig, generateConfigMap, generateSecret, mergeOptions } from "../generate/generators.ts";
import { parseResources } from "../node/parse.ts";
import { joinPath, type Origin, originBelow } from "../resource/origin.ts";
import { distinct } from "../resource/distinct.ts";
import { Resource } from "../resource/resource.ts";
import { describeId } from "../resource/resource-id.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { withFile } from "../transform/patches.ts";
import { describeVar, noteVars } from "../transform/vars.ts";
import { Accumulator, type BuildContext } from "./accumulator.ts";
import { crdConfig } from "./crd-config.ts";
import { fieldPosition } from "./field-position.ts";
import {
  type FieldContext,
  type FieldTransformer,
  fieldTransformers,
  type TransformerPart,
} from "./field-transformers.ts";
import type { LoadSource, StepSource } from "./observer.ts";
import { loadKustomizationFile } from "./load-kustomization-file.ts";
import { makePlugin, type Plugin, pluginOrigin } from "./plugins.ts";
import { validate } from "./validation.ts";

/** A transformer with where it was configured, if that is followed. */
interface Step extends TransformerPart {
  readonly parts?: FieldTransformer["parts"];
  readonly origin: Origin | undefined;
}

/** A generator with where it is configured. */
interface GeneratorStep {
  readonly field: string;
  readonly config?: Resource;
  readonly generate: () => readonly Resource[];
  readonly origin: Origin | undefined;
}

/** An entry of a list of paths, with the field that holds it. */
interface Entry {
  readonly path: string;
  readonly field: string;
}

/** A resource that configures a plugin, with the entry that it comes from. */
interface PluginConfig {
  readonly config: Resource;
  readonly field: string;
}

function entriesOf(field: string, paths: readonly string[] = []): readonly Entry[] {
  return paths.map((path, at) => ({ path, field: `${field}[${at}]` }));
}

/** One kustomization or component of a build. */
export class Layer {
  readonly kustomization: Kustomization;
  readonly fileName: string;
  readonly #loader: Loader;
  readonly #context: BuildContext;
  readonly #content: Uint8Array;
  /** Where the layer is, as origin annotations show it; undefined where origins are not followed. */
  #origin: Origin | undefined;

  /** The namespace of charts that name none: that of the kustomization, or of the nearest one above that has one. */
  readonly #chartNamespace: string;

  constructor(loader: Loader, context: BuildContext, origin: Origin | undefined, chartNamespace = "") {
    this.#loader = loader;
    this.#context = context;
    this.#origin = origin;
    const { content, fileName } = loadKustomizationFile(loader);
    const read = this.#read(content, loader.fileOf(fileName));
    this.kustomization = read.kustomization;
    this.fileName = fileName;
    this.#chartNamespace = read.kustomization.namespace || chartNamespace;
    this.#content = content;
    context.warnings.push(...read.warnings);
  }

  #read(content: Uint8Array, file: string): ReadKustomization {
    try {
      return readKustomization(content, this.#loader.root);
    } catch (error) {
      const field = fieldInMessage(messageOf(error));
      const placed =
        field === undefined ? error : withPlace(error, file, field, () => fieldPosition(content, field));
      throw inFile(placed, file);
    }
  }

  /** Follows origins from here on; only the kustomization that is built decides that. */
  followOrigins(): void {
    this.#origin = {};
  }

  useSchema(): void {
    this.at("openapi", () =>
      this.#context.schemas.use(this.kustomization.openapi, (path) => this.#loader.load(path)),
    );
  }

  /** The kustomization file, relative to the root of the tree. */
  get file(): string {
    return this.#loader.fileOf(this.fileName);
  }

  /** Runs `action`, and says in which field of the kustomization it failed where the error names no other place. */
  at<Value>(field: string, action: () => Value): Value {
    try {
      return action();
    } catch (error) {
      throw withPlace(error, this.file, field, () => fieldPosition(this.#content, field));
    }
  }

  /** Does one step of the work on the resources, before the eyes of the observer if there is one. */
  #step(part: Omit<StepSource, "layer">, resources: ResourceMap, run: () => void): void {
    const { observer } = this.#context;
    this.at(part.field, () => {
      if (observer === undefined) run();
      else observer.step({ layer: this.file, ...part }, resources, run);
    });
  }

  /** Does all the work of the layer; a component goes on with what its parent has. */
  accumulate(into: Accumulator): Accumulator {
    const { kustomization } = this;
    const loader = this.#loader;
    withPrefix("accumulating resources", () =>
      this.#accumulateResources(into, entriesOf("resources", kustomization.resources), false),
    );
    const config = this.at("configurations", () =>
      transformerConfig(loader, kustomization.configurations ?? []),
    );
    into.config = withPrefix("merging config &{}", () => mergeConfigs(into.config, config));
    const { crds = [] } = kustomization;
    const fromCrds = this.at("crds", () =>
      withPrefix(`loading CRDs [${crds.join(" ")}]`, () => crdConfig(loader, crds)),
    );
    into.config = mergeConfigs(into.config, fromCrds);
    this.#generate(into);
    const withComponents = withPrefix("accumulating components", () => this.#accumulateComponents(into));
    this.#transform(withComponents);
    this.#validate(withComponents);
    this.#addVars(withComponents);
    return withComponents;
  }

  #accumulateResources(into: Accumulator, entries: readonly Entry[], isConfig: boolean): void {
    for (const entry of entries) {
      this.at(entry.field, () => {
        const fileError = this.#tryFile(into, entry, isConfig);
        if (causeOf(fileError, RemoteFileError) !== undefined) throw fileError;
        if (fileError !== undefined) this.#accumulateBase(into, entry.path, fileError);
        this.#checkCount(into);
      });
    }
  }

  #checkCount({ resources }: Accumulator): void {
    const limit = this.#loader.budgets.resources;
    if (resources.size > limit) throw new KustomizeError(`more than ${limit} resources`);
  }

  #tryFile(into: Accumulator, { path, field }: Entry, isConfig: boolean): KustomizeError | undefined {
    let loaded: readonly Resource[];
    try {
      loaded = this.#loadResources(path);
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
      return prefixed(error, `accumulating resources from '${path}'`);
    }
    const origin = this.#originOf(path);
    for (const resource of loaded) resource.origin = origin ?? resource.origin;
    this.#noteLoaded(loaded, { field, file: this.#loader.fileOf(path), isConfig });
    try {
      into.resources.appendAll(loaded);
      return undefined;
    } catch (error) {
      return prefixed(error, `merging resources from '${path}'`);
    }
  }

  #noteLoaded(loaded: readonly Resource[], from: Omit<LoadSource, "layer">): void {
    const { observer } = this.#context;
    if (observer === undefined) return;
    for (const resource of loaded) observer.loaded(resource, { layer: this.file, ...from });
  }

  #originOf(path: string): Origin | undefined {
    if (this.#origin === undefined) return undefined;
    return originBelow(this.#origin, path);
  }

  #loadResources(path: string): readonly Resource[] {
    const content = this.#loader.load(path);
    const file = this.#loader.fileOf(path);
    try {
      return distinct(parseResources(content, file).map((root) => new Resource(root, this.#context.schemas)));
    } catch (error) {
      throw inFile(withFile(error, path, file), file);
    }
  }

  #accumulateBase(into: Accumulator, path: string, fileError: KustomizeError): void {
    let loader: Loader;
    try {
      loader = this.#loader.enter(path);
    } catch (error) {
      const isKnown = neededRemote(error) === undefined;
      if (isKnown && fileError.message.includes("MalformedYAMLError")) throw fileError;
      const both = prefixed(error, `accumulation err='${fileError.message}'`);
      // A file that is there and holds no resources is where the problem lies, not the directory that it is not.
      const isFile = isKnown && messageOf(error).endsWith(": file is not directory");
      throw isFile && fileError.file !== undefined ? reworded(fileError, both.message) : both;
    }
    withPrefix(`accumulation err='${fileError.message}'`, () => {
      const base = this.#accumulateDirectory(loader, path, false, new Accumulator());
      withPrefix(`recursed merging from path '${loader.root}'`, () => into.merge(base));
    });
  }

  #accumulateDirectory(loader: Loader, path: string, isComponent: boolean, into: Accumulator): Accumulator {
    const child = withPrefix(
      `couldn't make target for path '${loader.root}'`,
      () => new Layer(loader, this.#context, this.#originOf(path), this.#chartNamespace),
    );
    child.useSchema();
    const { kind } = child.kustomization;
    if (isComponent && kind !== "Component") {
      throw new KustomizeError(`expected kind 'Component' for path '${loader.root}' but got '${kind ?? ""}'`);
    }
    if (!isComponent && kind === "Component") {
      throw new KustomizeError(`expected kind != 'Component' for path '${loader.root}'`);
    }
    const result = withPrefix(`recursed accumulation of path '${loader.root}'`, () => child.accumulate(into));
    // What a component leaves behind is put together anew, and may have come to one id.
    const merging = `recursed merging from path '${loader.root}'`;
    if (isComponent) withPrefix(merging, () => result.resources.refuseEqualIds());
    return result;
  }

  #accumulateComponents(into: Accumulator): Accumulator {
    let result = into;
    for (const { path, field } of entriesOf("components", this.kustomization.components)) {
      result = this.at(field, () => this.#accumulateComponent(result, path));
    }
    return result;
  }

  #accumulateComponent(into: Accumulator, path: string): Accumulator {
    let loader: Loader;
    try {
      loader = this.#loader.enter(path);
    } catch (error) {
      throw reworded(error, `loader.New ${quoteGo(messageOf(error))}`);
    }
    try {
      return this.#accumulateDirectory(loader, path, true, into);
    } catch (error) {
      throw reworded(error, `accumulateDirectory: ${quoteGo(messageOf(error))}`);
    }
  }

  #builtinOrigin(kind: string): Origin | undefined {
    if (this.#origin === undefined) return undefined;
    const { path = "", ...repository } = this.#origin;
    return {
      ...repository,
      configuredIn: joinPath(path, this.fileName),
      configuredBy: { apiVersion: "builtin", kind },
    };
  }

  #generate(into: Accumulator): void {
    const context = this.#generatorContext;
    const { configMapGenerator = [], secretGenerator = [], generatorOptions } = this.kustomization;
    const steps: GeneratorStep[] = [];
    for (const [at, own] of configMapGenerator.entries()) {
      const field = `configMapGenerator[${at}]`;
      const args = mergeOptions(own, generatorOptions);
      this.at(field, () => checkConfig(args, "ConfigMapGenerator"));
      const origin = this.#builtinOrigin("ConfigMapGenerator");
      steps.push({ field, generate: () => [generateConfigMap(args, context)], origin });
    }
    for (const [at, own] of secretGenerator.entries()) {
      const field = `secretGenerator[${at}]`;
      const args = mergeOptions(own, generatorOptions);
      this.at(field, () => checkConfig(args, "SecretGenerator"));
      const origin = this.#builtinOrigin("SecretGenerator");
      steps.push({ field, generate: () => [generateSecret(args, context)], origin });
    }
    steps.push(...this.#chartSteps());
    steps.push(...withPrefix("loading generator plugins", () => this.#generatorPlugins()));
    for (const { generate, origin, ...source } of steps) {
      this.#step({ ...source, isGenerator: true }, into.resources, () => {
        const generated = generate();
        for (const resource of generated) resource.origin ??= origin;
        withPrefix("merging from generator &{}", () => into.resources.absorbAll(generated));
      });
    }
  }

  #chartSteps(): readonly GeneratorStep[] {
    const { helmCharts = [], helmGlobals } = this.kustomization;
    return helmCharts.map((chart, at) => {
      const field = helmCharts.length === 1 ? "helmCharts" : `helmCharts[${at}]`;
      const namespace = chart["namespace"] || this.#chartNamespace;
      const config: JsonObject = { ...helmGlobals, ...chart, ...(namespace === "" ? {} : { namespace }) };
      const configuring = (): string =>
        `trouble configuring builtin HelmChartInflationGenerator with config: \`\n${emitYaml(config)}\``;
      const generate = this.at(field, () =>
        withPrefix(configuring, () => chartGenerator(config as ChartArgs, this.#generatorContext)),
      );
      return { field, generate, origin: this.#builtinOrigin("HelmChartInflationGenerator") };
    });
  }

  get #generatorContext(): ChartContext {
    const { schemas, charts } = this.#context;
    return { loader: this.#loader, schemas, charts };
  }

  #generatorPlugins(): readonly GeneratorStep[] {
    const configs = this.#pluginConfigs("generators", "configuring external generator");
    return configs.map(({ config, field }) =>
      this.at(field, () => {
        const plugin = withPrefix("failed to load generator", () => this.#makePlugin(config));
        if (plugin.kind === "transformer") {
          throw new KustomizeError(
            `failed to load generator: plugin ${describePlugin(config)} not a generator`,
          );
        }
        return { field, config, generate: plugin.generate, origin: pluginOrigin(config) };
      }),
    );
  }

  #makePlugin(config: Resource): Plugin {
    return makePlugin(config, this.#generatorContext);
  }

  /** The resources that configure plugins: written inline, or in files and directories. */
  #pluginConfigs(field: "generators" | "transformers" | "validators", what: string): readonly PluginConfig[] {
    const into = new Accumulator();
    const fields = new Map<Resource, string>();
    const files: Entry[] = [];
    const note = (entry: Entry): void => {
      for (const config of into.resources.resources) if (!fields.has(config)) fields.set(config, entry.field);
    };
    for (const entry of entriesOf(field, this.kustomization[field])) {
      const inline = this.#inlineConfigs(entry.path);
      if (inline === undefined) {
        files.push(entry);
        continue;
      }
      this.at(entry.field, () => withPrefix(what, () => into.resources.appendAll(inline)));
      this.#noteLoaded(inline, { field: entry.field, file: this.file, isConfig: true });
      note(entry);
    }
    for (const entry of files) {
      this.#accumulateResources(into, [entry], true);
      note(entry);
    }
    return into.resources.resources.map((config) => ({ config, field: fields.get(config) ?? field }));
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
    const at: FieldContext["at"] = (field, action) => this.at(field, action);
    const context: FieldContext = { loader: this.#loader, schemas: this.#context.schemas, at };
    const own = fieldTransformers(this.kustomization, into.config, context);
    const steps: Step[] = own.map(({ kind, ...step }) => ({ ...step, origin: this.#builtinOrigin(kind) }));
    steps.push(...this.#transformerPlugins("transformers"));
    for (const step of steps) this.#runTransformer(step, into.resources);
  }

  #runTransformer({ origin, parts, ...step }: Step, resources: ResourceMap): void {
    const isObserved = this.#context.observer !== undefined;
    for (const { transform, ...source } of (isObserved ? parts?.() : undefined) ?? [step]) {
      this.#step(source, resources, () => transform(resources));
    }
    if (origin !== undefined) noteTransformation(resources, origin);
    resources.dropEmpty();
  }

  #transformerPlugins(of: "transformers" | "validators"): readonly Step[] {
    return this.#pluginConfigs(of, "configuring external transformer").map(({ config, field }) =>
      this.at(field, () => {
        const plugin = this.#makePlugin(config);
        if (plugin.kind === "generator") {
          throw new KustomizeError(`plugin ${describePlugin(config)} not a transformer`);
        }
        return { field, config, transform: plugin.transform, origin: pluginOrigin(config) };
      }),
    );
  }

  #validate({ resources }: Accumulator): void {
    for (const { field, transform } of this.#transformerPlugins("validators")) {
      this.at(field, () => validate(resources, transform));
    }
  }

  #addVars({ resources, vars }: Accumulator): void {
    const { vars: own = [] } = this.kustomization;
    const shown = (): string =>
      `merging vars [${own.map((variable) => describeVar(variable, false)).join(" ")}]`;
    this.at("vars", () =>
      withPrefix(shown, () => {
        noteVars(resources, own);
        for (const variable of own) vars.add(variable);
      }),
    );
  }
}

/** The field that a message about decoding a kustomization names. */
function fieldInMessage(message: string): string | undefined {
  const [, unknown, known] = /json: unknown field "([^"]*)"|Go struct field \w+\.(\w+)/.exec(message) ?? [];
  return unknown ?? known;
}

function describePlugin(config: Resource): string {
  return describeId(config.originalId);
}

function noteTransformation({ resources }: ResourceMap, origin: Origin): void {
  for (const resource of resources) {
    resource.rewriteAnnotations();
    if (resource.origin === undefined) resource.origin = origin;
    else resource.transformations = [...resource.transformations, origin];
  }
}
