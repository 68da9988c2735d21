import type { Dice } from "../dice.ts";
import { someStyle, type Yaml, type YamlStyle, YamlWriter } from "../yaml-writer.ts";
import type { Manifest } from "./resources.ts";

/** What all layers of a generated repository share. */
export interface Repository {
  readonly dice: Dice;
  readonly files: Record<string, string>;
  /** Files that are no text, in base64. */
  readonly binary: Record<string, string>;
  readonly vars: Set<string>;
}

interface Renaming {
  readonly prefix: string;
  readonly suffix: string;
  readonly namespace: string;
}

/** What one layer of a generated repository holds, and what it knows of the layers below. */
export class World {
  readonly #dice: Dice;
  readonly #files: Record<string, string>;
  readonly #binary: Record<string, string>;
  readonly #style: YamlStyle;
  readonly directory: string;
  /** Resources that lie below or in this layer, under their first names. */
  readonly known: Manifest[] = [];
  /** Names of variables that the whole repository declares. */
  readonly usedVars: Set<string>;
  constructor(repository: Repository, directory: string) {
    const { dice, files, binary, vars } = repository;
    this.#dice = dice;
    this.#files = files;
    this.#binary = binary;
    this.#style = someStyle(dice);
    this.directory = directory;
    this.usedVars = vars;
  }

  write(value: Yaml): string {
    return new YamlWriter(this.#dice, this.#style).document(value);
  }

  learn(manifest: Manifest): void {
    this.known.push(manifest);
  }

  /** Takes over what a layer below knows, under what it goes by once that layer is done. */
  learnFrom(below: World): void {
    this.known.push(...below.known);
  }

  /** Renames what is known as the fields of this layer do. */
  rename({ prefix, suffix, namespace }: Renaming): void {
    for (const [at, manifest] of this.known.entries()) {
      const { name, namespace: old } = manifest.current;
      const isFixed = /^(?:Namespace|CustomResourceDefinition|APIService)$/.test(manifest.kind);
      this.known[at] = {
        ...manifest,
        current: { name: isFixed ? name : `${prefix}${name}${suffix}`, namespace: namespace || old },
      };
    }
  }

  /** The manifest under its name of now, or still under its first one. */
  asKnown(manifest: Manifest): Manifest {
    const same = this.known.filter(({ kind, name }) => kind === manifest.kind && name === manifest.name);
    if (same.length < 2 && this.#dice.chance(0.5)) return manifest;
    return { ...manifest, ...manifest.current };
  }

  /** Puts a file beside the kustomization; returns its path from there. */
  addFile(stem: string, extension: string, text: string): string {
    const count = Object.keys(this.#files).length;
    const name = `${this.#dice.chance(0.1) ? "sub/" : ""}${stem}${count}.${extension}`;
    this.#files[this.#path(name)] = text;
    return name;
  }

  /** Puts a file that is no text beside the kustomization; returns its path from there. */
  addBinary(stem: string, bytes: readonly number[]): string {
    const name = `${stem}${Object.keys(this.#binary).length}.bin`;
    this.#binary[this.#path(name)] = Buffer.from(bytes).toString("base64");
    return name;
  }

  /** Puts a folder with a kustomization of its own beside the layer; returns its path from there. */
  addFolder(stem: string, files: Readonly<Record<string, string>>): string {
    const name = `${stem}${Object.keys(this.#files).length}`;
    for (const [file, text] of Object.entries(files)) this.#files[this.#path(`${name}/${file}`)] = text;
    return name;
  }

  /** Writes the kustomization itself. */
  setFile(name: string, text: string): void {
    this.#files[this.#path(name)] = text;
  }

  #path(name: string): string {
    return this.directory === "." ? name : `${this.directory}/${name}`;
  }
}
