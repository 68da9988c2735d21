import {
  ALIAS_NODE,
  FLOW,
  FOLDED,
  LITERAL,
  MAPPING_NODE,
  SCALAR_NODE,
  SEQUENCE_NODE,
  SINGLE_QUOTED,
  type YamlNode,
} from "@weir/yaml";

/**
 * How a document was laid out, as far as it decides on which lines go-yaml v3 writes it again: which lists stand in
 * brackets, which texts are blocks, and where comments are.
 *
 * Upstream finds keys that are defined twice only when it reads what it wrote, so its messages count these lines.
 */
export type Shape = MapShape | ListShape | ScalarShape;

export interface MapShape {
  readonly kind: "map";
  /** In the order of the source; a key that occurs twice is two of them. */
  readonly fields: readonly FieldShape[];
}

export interface FieldShape {
  readonly key: string;
  /** Lines of comments above it. */
  readonly comments: number;
  readonly value: Shape;
}

export interface ListShape {
  readonly kind: "list";
  readonly flow: boolean;
  readonly items: readonly ItemShape[];
}

export interface ItemShape {
  readonly comments: number;
  readonly value: Shape;
}

export interface ScalarShape {
  readonly kind: "scalar";
  readonly style: "plain" | "single-quoted" | "double-quoted" | "literal" | "folded";
}

const PLAIN: ScalarShape = { kind: "scalar", style: "plain" };

/** The shape of a document. */
export function shapeOf(root: YamlNode, text: string): Shape {
  return new Shaper(text).shape(root);
}

/** The shape of one item of a list that a document holds. */
export function shapeOfItem(shape: Shape | undefined, field: string, at: number): Shape | undefined {
  if (shape?.kind !== "map") return undefined;
  const list = shape.fields.find(({ key }) => key === field)?.value;
  return list?.kind === "list" ? list.items[at]?.value : undefined;
}

class Shaper {
  readonly #source: readonly string[];
  readonly #done = new Map<YamlNode, Shape>();

  constructor(text: string) {
    this.#source = text.split("\n");
  }

  shape(node: YamlNode, isItem = false): Shape {
    switch (node.kind) {
      case ALIAS_NODE:
        return (node.target && this.#done.get(node.target)) ?? PLAIN;
      case SCALAR_NODE:
        return this.#noted(node, scalarShape(node));
      case SEQUENCE_NODE:
        return this.#noted(node, this.#listShape(node));
      case MAPPING_NODE:
        return this.#noted(node, this.#mapShape(node, isItem));
      default:
        return PLAIN;
    }
  }

  #noted(node: YamlNode, shape: Shape): Shape {
    this.#done.set(node, shape);
    return shape;
  }

  #listShape(node: YamlNode): ListShape {
    const flow = node.style === FLOW;
    const items = node.children.map((child) => ({
      comments: flow ? 0 : commentLines(this.#source, child.line),
      value: this.shape(child, true),
    }));
    return { kind: "list", flow, items };
  }

  #mapShape(node: YamlNode, isItem: boolean): MapShape {
    const { children } = node;
    const fields: FieldShape[] = [];
    for (let at = 0; at + 1 < children.length; at += 2) {
      const [key, value] = [children[at], children[at + 1]];
      if (key === undefined || value === undefined) continue;
      // A mapping in a list starts beside its dash, whose comments are counted already.
      const isCounted = node.style !== FLOW && (at > 0 || !isItem);
      const comments = isCounted ? commentLines(this.#source, key.line) : 0;
      fields.push({ key: key.value, comments, value: this.shape(value) });
    }
    return { kind: "map", fields };
  }
}

function scalarShape({ style }: YamlNode): ScalarShape {
  switch (style) {
    case 0:
      return PLAIN;
    case SINGLE_QUOTED:
      return { kind: "scalar", style: "single-quoted" };
    case LITERAL:
      return { kind: "scalar", style: "literal" };
    case FOLDED:
      return { kind: "scalar", style: "folded" };
    default:
      return { kind: "scalar", style: "double-quoted" };
  }
}

/** Lines of comments above a line, and the blank lines that part them from what comes below. */
function commentLines(source: readonly string[], line: number): number {
  let count = 0;
  let blank = 0;
  for (let at = line - 1; at >= 0; at--) {
    const text = source[at]?.trim() ?? "";
    if (text === "") blank = 1;
    else if (text.startsWith("#")) {
      count += 1 + blank;
      blank = 0;
    } else break;
  }
  return count;
}
