import type { Dice } from "../dice.ts";
import { ExpressionMaker, type Scope } from "./expressions.ts";
import type { ValueType } from "./signatures.ts";

/** Types that a statement may print. */
const PRINTED: readonly ValueType[] = [
  "str",
  "str",
  "int64",
  "float",
  "bool",
  "list",
  "dict",
  "any",
  "any",
  "strs",
  "time",
];

/** Writes the lines of templates: one action a line, so that a shrinker can leave lines out. */
export class TemplateWriter {
  readonly #dice: Dice;
  readonly #maker: ExpressionMaker;
  #keys = 0;
  #names = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#maker = new ExpressionMaker(dice);
  }

  /** Entries of a mapping, indented by two spaces. */
  entries(scope: Scope, depth: number): readonly string[] {
    const lines: string[] = [];
    let inner = scope;
    const count = this.#dice.int(1, depth > 1 ? 7 : 3);
    for (let at = 0; at < count; at += 1) {
      if (this.#dice.chance(0.2)) {
        const [line, next] = this.#variable(inner);
        lines.push(line);
        inner = next;
      } else {
        lines.push(...this.#entry(inner, depth));
      }
    }
    return lines;
  }

  /** A template with a name, called with the root, a dictionary or anything. */
  definition(name: string, templates: readonly string[]): readonly string[] {
    const dice = this.#dice;
    const scope: Scope = { root: "", variables: [], templates, dotIsRoot: true };
    const word = dice.chance(0.15) ? "block" : "define";
    const open = word === "block" ? `{{ block "${name}" . -}}` : `{{- define "${name}" -}}`;
    const body = dice.many(1, 3, () => {
      const expression = this.#maker.pipeline(dice.pick(["str", "any", "int64"]), scope, 2);
      return dice.chance(0.3) ? `text {{ ${expression} }} more` : this.#action(expression);
    });
    return [open, ...body, dice.chance(0.5) ? "{{- end -}}" : "{{ end }}"];
  }

  /** Text and actions with spaces of all kinds around them, each line a comment of YAML. */
  loose(scope: Scope): readonly string[] {
    const dice = this.#dice;
    return dice.many(1, 4, () => {
      const [left, right] = [dice.pick(["{{", "{{-", "{{ "]), dice.pick(["}}", "-}}", " }}"])];
      const expression = this.#maker.pipeline(dice.pick(["str", "int64", "bool", "any"]), scope, 2);
      const space = (brace: string): string => (brace.includes("-") ? " " : dice.pick(["", " "]));
      const safe =
        dice.risks(0.5) || expression.includes("|") ? expression : `${expression} | toString | quote`;
      return `# x ${left}${space(left)}${safe}${space(right)}${right} y`;
    });
  }

  #action(expression: string): string {
    const dice = this.#dice;
    return `${dice.pick(["{{ ", "{{- "])}${expression}${dice.pick([" }}", " -}}"])}`;
  }

  #variable(scope: Scope): readonly [line: string, scope: Scope] {
    const dice = this.#dice;
    const type = dice.pick(PRINTED);
    if (scope.variables.length > 0 && dice.chance(0.25)) {
      const [name, held] = dice.pick(scope.variables);
      return [`  {{- ${name} = ${this.#maker.pipeline(held, scope, 2)} }}`, scope];
    }
    this.#names += 1;
    const name = `$v${this.#names}`;
    const line = `  {{- ${name} := ${this.#maker.pipeline(type, scope, 3)} }}`;
    return [line, { ...scope, variables: [...scope.variables, [name, type]] }];
  }

  #entry(scope: Scope, depth: number): readonly string[] {
    const dice = this.#dice;
    const roll = dice.int(0, 19);
    if (depth > 0 && roll < 3) return this.#conditional(scope, depth);
    if (depth > 0 && roll < 6) return this.#range(scope, depth);
    if (depth > 0 && roll < 8) return this.#with(scope, depth);
    if (roll < 10 && scope.templates.length > 0) return [this.#call(scope)];
    if (roll < 11) return [`  {{- /* a comment */}}`];
    return this.#printed(scope);
  }

  #key(): string {
    this.#keys += 1;
    return `k${this.#keys}`;
  }

  /** A key whose value is printed in one of the usual ways. */
  #printed(scope: Scope): readonly string[] {
    const dice = this.#dice;
    const expression = this.#maker.pipeline(dice.pick(PRINTED), scope, 3);
    const key = this.#key();
    const roll = dice.int(0, 9);
    if (roll < 4) return [`  ${key}: {{ ${expression} | quote }}`];
    if (roll < 5) return [`  ${key}: {{ ${expression} | toJson | quote }}`];
    if (roll < 6) return [`  ${key}: {{ ${expression} | toString | squote }}`];
    if (roll < 7) return [`  ${key}: {{- ${expression} | toYaml | nindent 4 }}`];
    if (roll < 8) return [`  ${key}: {{ printf ${dice.pick(FORMATS)} (${expression}) | quote }}`];
    if (roll < 9) return [`  ${key}: |-`, `    {{- ${expression} | toString | nindent 4 }}`];
    if (dice.takesRisks) return [`  ${key}: {{ ${expression} }}`];
    return [`  ${key}: {{ ${expression} | toJson }}`];
  }

  #call(scope: Scope): string {
    const dice = this.#dice;
    const name = dice.pick(scope.templates);
    const data = scope.dotIsRoot ? "." : "$";
    const given = dice.chance(0.8) ? data : `(merge (dict "x" ${this.#maker.operand("any", scope)}) $)`;
    const key = this.#key();
    const roll = dice.int(0, 5);
    if (roll === 0) return `  ${key}: {{ template "${name}" ${given} }}`;
    if (roll === 1)
      return `  ${key}: {{ tpl ${dice.pick(dice.risks(0.5) ? TEMPLATES : TEMPLATES.slice(0, 6))} $ | quote }}`;
    if (roll === 2) return `  ${key}: {{ tpl $.Values.tpl0 $ | quote }}`;
    return `  ${key}: {{ include "${name}" ${given} | quote }}`;
  }

  #conditional(scope: Scope, depth: number): readonly string[] {
    const dice = this.#dice;
    const test = (): string => this.#maker.pipeline(dice.pick(["bool", "any", "bool"]), scope, 2);
    return [
      `  {{- if ${test()} }}`,
      ...this.entries(scope, depth - 1),
      ...(dice.chance(0.4) ? [`  {{- else if ${test()} }}`, ...this.entries(scope, depth - 1)] : []),
      ...(dice.chance(0.5) ? ["  {{- else }}", ...this.entries(scope, depth - 1)] : []),
      "  {{- end }}",
    ];
  }

  #range(scope: Scope, depth: number): readonly string[] {
    const dice = this.#dice;
    const type = dice.pick<ValueType>(["list", "dict", "strs", "list", "int"]);
    const over =
      type === "int"
        ? dice.pick(["3", "0", "(int $.Values.i0)", dice.risks(0.5) ? "$.Values.i0" : "2"])
        : this.#maker.pipeline(type, scope, 2);
    this.#names += 1;
    const [index, item] = [`$i${this.#names}`, `$e${this.#names}`];
    const isInt = type === "int";
    const variables = isInt || dice.chance(0.3) ? item : `${index}, ${item}`;
    const key = this.#key();
    const inner: Scope = {
      ...scope,
      root: "$",
      dotIsRoot: false,
      variables: [
        ...scope.variables,
        [item, "any"],
        ...(variables.includes(index) ? [[index, "any"] as const] : []),
      ],
    };
    const stop = dice.chance(0.2)
      ? [
          `  {{- if ${this.#maker.pipeline("bool", inner, 1)} }}{{ ${dice.pick(["break", "continue"])} }}{{ end }}`,
        ]
      : [];
    const suffix = variables.includes(index) ? `{{ ${index} }}` : `{{ ${item} | toString | adler32sum }}`;
    return [
      `  {{- range ${variables} := ${over} }}`,
      ...stop,
      `  "${key}-${suffix}": {{ ${dice.pick([".", item])} | ${dice.pick(["toJson | quote", "quote", "toString | quote", "kindOf"])} }}`,
      ...(dice.chance(0.3) ? ["  {{- else }}", `  ${key}: none`] : []),
      "  {{- end }}",
    ].concat(depth > 5 ? this.entries(scope, 0) : []);
  }

  #with(scope: Scope, depth: number): readonly string[] {
    const dice = this.#dice;
    const type = dice.pick<ValueType>(["any", "dict", "str", "list"]);
    const inner: Scope = { ...scope, root: "$", dotIsRoot: false };
    const dot = dice.pick([". | toJson | quote", ". | quote", ". | kindOf", ". | toYaml | nindent 4"]);
    return [
      `  {{- with ${this.#maker.pipeline(type, scope, 2)} }}`,
      `  ${this.#key()}: {{ ${dot} }}`,
      ...this.entries(inner, depth - 1),
      ...(dice.chance(0.3)
        ? [`  {{- else with ${this.#maker.pipeline("any", scope, 1)} }}`, `  ${this.#key()}: {{ . | quote }}`]
        : []),
      ...(dice.chance(0.3) ? ["  {{- else }}", ...this.entries(scope, 0)] : []),
      "  {{- end }}",
    ];
  }
}

const FORMATS = [
  '"%v"',
  '"%s"',
  '"%d"',
  '"%5.2f"',
  '"%q"',
  '"%x"',
  '"%T"',
  '"%#v"',
  '"%-8v|"',
  '"%+v"',
  '"%t"',
  '"%03d"',
  '"%g"',
  '"%c"',
  '"%v %v"',
  '"%e"',
];

const TEMPLATES = [
  '"{{ .Values.s0 }}"',
  '"{{ .Values.s0 | upper }}-{{ .Release.Name }}"',
  '"{{ range .Values.words }}[{{ . }}]{{ end }}"',
  '"{{ .Values.missing }}x"',
  '"plain"',
  '"{{ toYaml .Values.d0 }}"',
  '"{{ include \\"c.name\\" . }}"',
  '"{{ .Values.s0 }}{{"',
  '"{{ fail \\"no\\" }}"',
];
