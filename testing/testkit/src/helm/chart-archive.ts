import { loadChartFiles, packageChart } from "@weir/helm";

/** What a chart for tests is made of. */
export interface ChartArchiveOptions {
  readonly name: string;
  readonly version: string;
  /** By file name below `templates/`; a ConfigMap and a Deployment by default. */
  readonly templates?: Readonly<Record<string, string>>;
  /** The text of values.yaml. */
  readonly values?: string;
}

/** A ConfigMap with the values and a Deployment that becomes ready: enough to see a release work. */
const TEMPLATES: Readonly<Record<string, string>> = {
  "config.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
data:
  values: {{ toJson .Values | quote }}
`,
  "deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels: {app: {{ .Release.Name | quote }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name | quote }}}
    spec:
      containers:
      - name: main
        image: "example.com/{{ .Chart.Name }}:{{ .Chart.Version }}"
`,
};

/** Packages a small chart; the same options give the same bytes. */
export function chartArchive(options: ChartArchiveOptions): Uint8Array {
  const { name, version, templates = TEMPLATES, values = "" } = options;
  const file = (path: string, text: string) => ({ name: path, data: Buffer.from(text) });
  const chart = loadChartFiles([
    file("Chart.yaml", `apiVersion: v2\nname: ${name}\nversion: ${version}\n`),
    file("values.yaml", values),
    ...Object.entries(templates).map(([path, text]) => file(`templates/${path}`, text)),
  ]);
  return packageChart(chart).archive;
}
