import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What a chart is made of. */
export interface ChartShape {
  /** Deployments with their Services, made by one template with helpers. */
  readonly workloads: number;
  readonly subcharts?: number;
  /** Certificates, each with a certificate authority of its own. */
  readonly certificates?: number;
}

const HELPERS = `{{- define "app.name" -}}
{{- printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "app.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{ include "app.selector" . }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
{{- define "app.selector" -}}
app.kubernetes.io/name: {{ .name }}
{{- end -}}
`;

const WORKLOADS = `{{- $root := . -}}
{{- range $i := until (int .Values.workloads) }}
{{- $at := dict "root" $root "name" (printf "app-%d" $i) }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.name" $at }}
  labels:
    {{- include "app.labels" $at | nindent 4 }}
spec:
  replicas: {{ $root.Values.replicas }}
  selector:
    matchLabels:
      {{- include "app.selector" $at | nindent 6 }}
  template:
    metadata:
      annotations:
        checksum/values: {{ toYaml $root.Values.resources | sha256sum }}
      labels:
        {{- include "app.labels" $at | nindent 8 }}
    spec:
      containers:
        - name: {{ $at.name }}
          image: "{{ $root.Values.image.repository }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}"
          env:
            {{- range $key, $value := $root.Values.env }}
            - name: {{ $key | upper | quote }}
              value: {{ tpl $value $root | quote }}
            {{- end }}
          resources:
            {{- toYaml $root.Values.resources | nindent 12 }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "app.name" $at }}
  labels:
    {{- include "app.labels" $at | nindent 4 }}
spec:
  selector:
    {{- include "app.selector" $at | nindent 4 }}
  ports:
    - port: {{ add 8000 $i }}
{{- end }}
`;

const CERTIFICATES = `{{- range $i := until (int .Values.certificates) }}
{{- $ca := genCA (printf "ca-%d" $i) 365 }}
{{- $cert := genSignedCert "svc" nil (list "svc.ns.svc") 365 $ca }}
---
apiVersion: v1
kind: Secret
metadata:
  name: cert-{{ $i }}
data:
  ca.crt: {{ $ca.Cert | b64enc }}
  tls.crt: {{ $cert.Cert | b64enc }}
  tls.key: {{ $cert.Key | b64enc }}
{{- end }}
`;

function values({ workloads, certificates = 0 }: ChartShape): string {
  return `workloads: ${workloads}
certificates: ${certificates}
replicas: 2
image: {repository: registry.example.com/team/app}
commonLabels: {team: platform, tier: backend}
env: {log_level: info, release: "{{ .Release.Name }}", zone: "{{ .Values.image.repository | upper }}"}
resources:
  requests: {cpu: 100m, memory: 128Mi}
  limits: {cpu: 500m, memory: 512Mi}
`;
}

/** Writes a chart of a shape; gives its folder. */
export async function writeChart(folder: string, shape: ChartShape): Promise<string> {
  await writeFiles(folder, "bench", shape);
  for (let at = 0; at < (shape.subcharts ?? 0); at += 1) {
    await writeFiles(join(folder, "charts", `sub-${at}`), `sub-${at}`, { workloads: 1 });
  }
  return folder;
}

async function writeFiles(folder: string, name: string, shape: ChartShape): Promise<void> {
  const files = {
    "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: 1.2.3\nappVersion: "4.5.6"\n`,
    "values.yaml": values(shape),
    "templates/_helpers.tpl": HELPERS,
    "templates/workloads.yaml": WORKLOADS,
    "templates/certificates.yaml": CERTIFICATES,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
