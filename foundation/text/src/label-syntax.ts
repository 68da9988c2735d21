const NAME_FORMAT = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const NAME_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const LABEL_FORMAT = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const LONGEST_NAME = 63;
const LONGEST_SUBDOMAIN = 253;

/** What keeps a text from being a label key or another qualified name, in Kubernetes' words; empty for a valid one. */
export function labelKeyProblems(key: string): readonly string[] {
  const parts = key.split("/");
  if (parts.length > 2) {
    return [
      `a valid label key ${ruleProblem(NAME_RULE, NAME_FORMAT, ["MyName", "my.name", "123-abc"])} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  const name = parts.at(-1) ?? "";
  if (parts.length === 2) problems.push(...prefixProblems(parts[0] ?? ""));
  if (name === "") problems.push("name part must be non-empty");
  else if (byteLength(name) > LONGEST_NAME) problems.push(`name part ${lengthProblem(LONGEST_NAME)}`);
  if (!NAME.test(name)) {
    problems.push(`name part ${ruleProblem(NAME_RULE, NAME_FORMAT, ["MyName", "my.name", "123-abc"])}`);
  }
  return problems;
}

function prefixProblems(prefix: string): readonly string[] {
  if (prefix === "") return ["prefix part must be non-empty"];
  return dnsSubdomainProblems(prefix).map((problem) => `prefix part ${problem}`);
}

/** What keeps a text from being a label value, in Kubernetes' words; empty for a valid one. */
export function labelValueProblems(value: string): readonly string[] {
  const problems: string[] = [];
  if (byteLength(value) > LONGEST_NAME) problems.push(lengthProblem(LONGEST_NAME));
  if (value !== "" && !NAME.test(value)) {
    const rule =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    problems.push(ruleProblem(rule, `(${NAME_FORMAT})?`, ["MyValue", "my_value", "12345"]));
  }
  return problems;
}

/** What keeps a text from being an RFC 1123 subdomain (most object names), in Kubernetes' words. */
export function dnsSubdomainProblems(text: string): readonly string[] {
  const problems: string[] = [];
  if (byteLength(text) > LONGEST_SUBDOMAIN) problems.push(lengthProblem(LONGEST_SUBDOMAIN));
  if (!SUBDOMAIN.test(text)) {
    const rule =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    problems.push(ruleProblem(rule, `${LABEL_FORMAT}(\\.${LABEL_FORMAT})*`, ["example.com"]));
  }
  return problems;
}

/** What keeps a text from being an RFC 1123 label (namespace names and others), in Kubernetes' words. */
export function dnsLabelProblems(text: string): readonly string[] {
  const problems: string[] = [];
  if (byteLength(text) > LONGEST_NAME) problems.push(lengthProblem(LONGEST_NAME));
  if (LABEL.test(text)) return problems;
  if (SUBDOMAIN.test(text)) return [...problems, "must not contain dots"];
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...problems, ruleProblem(rule, LABEL_FORMAT, ["my-name", "123-abc"])];
}

function ruleProblem(rule: string, format: string, examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return `${rule} (e.g. ${shown}regex used for validation is '${format}')`;
}

function lengthProblem(longest: number): string {
  return `must be no more than ${longest} bytes`;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
