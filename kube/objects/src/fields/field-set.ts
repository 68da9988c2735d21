import { comparePathElements, type FieldPath, fieldElement, type PathElement } from "./path-element.ts";

/** One step below a `FieldSet`: whether the field itself is in the set, and what is in the set below it. */
export interface FieldNode {
  readonly element: PathElement;
  readonly isMember: boolean;
  readonly children: FieldSet;
}

/**
 * An immutable set of field paths, as structured-merge-diff keeps for each manager.
 *
 * A field and what lies below it are separate members: owning `.spec` says nothing of `.spec.replicas`. All operations
 * are linear in the sets they read, and give back an operand where nothing changes.
 */
export class FieldSet {
  static readonly empty: FieldSet = new FieldSet(new Map());

  /** Steps by their text; a node is a member or has children, never neither. */
  readonly nodes: ReadonlyMap<string, FieldNode>;

  private constructor(nodes: ReadonlyMap<string, FieldNode>) {
    this.nodes = nodes;
  }

  /** Makes a set of nodes; those that hold nothing are left out, and of two for one step the later counts. */
  static of(nodes: Iterable<FieldNode>): FieldSet {
    const map = new Map<string, FieldNode>();
    for (const node of nodes) {
      if (node.isMember || !node.children.isEmpty) map.set(node.element.text, node);
    }
    return map.size === 0 ? FieldSet.empty : new FieldSet(map);
  }

  /** Makes a set of paths. The empty path, the whole object, is never a member. */
  static ofPaths(paths: Iterable<FieldPath>): FieldSet {
    const builder = new FieldSetBuilder();
    for (const path of paths) builder.add(path);
    return builder.build();
  }

  get isEmpty(): boolean {
    return this.nodes.size === 0;
  }

  /** What the set holds below one step. */
  child(element: PathElement): FieldSet {
    return this.nodes.get(element.text)?.children ?? FieldSet.empty;
  }

  has(path: FieldPath): boolean {
    let node: FieldNode | undefined;
    for (const element of path) {
      node = (node === undefined ? this : node.children).nodes.get(element.text);
      if (node === undefined) return false;
    }
    return node?.isMember ?? false;
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.nodes.size !== other.nodes.size) return false;
    for (const [text, node] of this.nodes) {
      const match = other.nodes.get(text);
      if (match === undefined || match.isMember !== node.isMember) return false;
      if (!node.children.equals(match.children)) return false;
    }
    return true;
  }

  union(other: FieldSet): FieldSet {
    if (this.isEmpty || this === other) return other;
    if (other.isEmpty) return this;
    const nodes = new Map(this.nodes);
    for (const [text, node] of other.nodes) {
      const mine = nodes.get(text);
      nodes.set(text, mine === undefined ? node : joinNodes(mine, node));
    }
    return new FieldSet(nodes);
  }

  intersection(other: FieldSet): FieldSet {
    if (this === other) return this;
    return this.#map((node) => {
      const match = other.nodes.get(node.element.text);
      if (match === undefined) return undefined;
      return withParts(node, node.isMember && match.isMember, node.children.intersection(match.children));
    });
  }

  /** Takes out the members of the other set, and only those: what lies below them stays. */
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    return this.#map((node) => {
      const match = other.nodes.get(node.element.text);
      if (match === undefined) return node;
      return withParts(node, node.isMember && !match.isMember, node.children.difference(match.children));
    });
  }

  /** Takes out the members of the other set with all that lies below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    return this.#map((node) => {
      const match = other.nodes.get(node.element.text);
      if (match === undefined) return node;
      if (match.isMember) return undefined;
      return withParts(node, node.isMember, node.children.recursiveDifference(match.children));
    });
  }

  /** The members below which the set holds nothing. */
  leaves(): FieldSet {
    return this.#map((node) =>
      withParts(node, node.isMember && node.children.isEmpty, node.children.leaves()),
    );
  }

  /** All members, in the order of structured-merge-diff: at each level first the members, then what lies below. */
  *paths(prefix: FieldPath = []): Generator<FieldPath> {
    const nodes = this.sortedNodes();
    for (const node of nodes) if (node.isMember) yield [...prefix, node.element];
    for (const node of nodes) yield* node.children.paths([...prefix, node.element]);
  }

  /** The steps of this level in canonical order. */
  sortedNodes(): readonly FieldNode[] {
    const nodes = [...this.nodes.values()];
    return nodes.length < 2 ? nodes : nodes.sort((a, b) => comparePathElements(a.element, b.element));
  }

  #map(change: (node: FieldNode) => FieldNode | undefined): FieldSet {
    const nodes = new Map<string, FieldNode>();
    let isSame = true;
    for (const [text, node] of this.nodes) {
      const changed = change(node);
      isSame &&= changed === node;
      if (changed !== undefined) nodes.set(text, changed);
    }
    if (isSame) return this;
    return nodes.size === 0 ? FieldSet.empty : new FieldSet(nodes);
  }
}

/** Collects paths into a `FieldSet`. */
export class FieldSetBuilder {
  readonly #root: BuilderNode = { isMember: false, element: undefined, children: new Map() };

  /** Adds one path; the fields on the way to it are not added. */
  add(path: FieldPath): void {
    if (path.length === 0) return;
    let node = this.#root;
    for (const element of path) {
      let next = node.children.get(element.text);
      if (next === undefined) {
        next = { isMember: false, element, children: new Map() };
        node.children.set(element.text, next);
      }
      node = next;
    }
    node.isMember = true;
  }

  build(): FieldSet {
    return buildSet(this.#root);
  }
}

interface BuilderNode {
  isMember: boolean;
  readonly element: PathElement | undefined;
  readonly children: Map<string, BuilderNode>;
}

function buildSet(node: BuilderNode): FieldSet {
  if (node.children.size === 0) return FieldSet.empty;
  const nodes: FieldNode[] = [];
  for (const child of node.children.values()) {
    if (child.element === undefined) continue;
    nodes.push({ element: child.element, isMember: child.isMember, children: buildSet(child) });
  }
  return FieldSet.of(nodes);
}

function joinNodes(left: FieldNode, right: FieldNode): FieldNode {
  const isMember = left.isMember || right.isMember;
  return withParts(left, isMember, left.children.union(right.children)) ?? left;
}

function withParts(node: FieldNode, isMember: boolean, children: FieldSet): FieldNode | undefined {
  if (!isMember && children.isEmpty) return undefined;
  if (node.isMember === isMember && node.children === children) return node;
  return { element: node.element, isMember, children };
}

/** Makes a set of plain field paths, such as the fields that a subresource resets: `[["status"], ["metadata", "labels"]]`. */
export function fieldSetOf(...paths: readonly (readonly string[])[]): FieldSet {
  return FieldSet.ofPaths(paths.map((path) => path.map(fieldElement)));
}
