import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ProcessFailedError } from "../processes/run-process.ts";

/** A kustomization of many manifests on the disk. */
export interface BuildInput {
  /** The folder to build. */
  readonly folder: string;
  /** Who made it. */
  readonly origin: "recorded data" | "bench";
}

/** Writes a kustomization of `count` manifests: by the generator of the recorded data where it is there, else one of ours. */
export async function writeInput(root: string, folder: string, count: number): Promise<BuildInput> {
  const generator = resolve(root, "../shared/corpus/kustomize/performance/generate.mjs");
  if (!existsSync(generator)) {
    await writeOwnInput(folder, count);
    return { folder: join(folder, "overlay"), origin: "bench" };
  }
  const { status, stderr } = spawnSync(process.execPath, [generator, String(count), folder], {
    encoding: "utf8",
  });
  if (status !== 0) throw new ProcessFailedError(`${generator} ended with ${status}\n${stderr}`);
  return { folder: join(folder, "overlay"), origin: "recorded data" };
}

const MANIFESTS_IN_FILE = 50;
const MAKERS = [workload, service, settings];

/** A base of Deployments, Services and ConfigMaps in equal parts, below an overlay that touches each of them. */
export async function writeOwnInput(folder: string, count: number): Promise<void> {
  const manifests = Array.from({ length: count }, (_, index) =>
    (MAKERS[index % MAKERS.length] ?? workload)(`app-${Math.floor(index / MAKERS.length)}`),
  );
  const files = new Map<string, string>();
  for (let index = 0; index < count; index += MANIFESTS_IN_FILE) {
    const part = manifests.slice(index, index + MANIFESTS_IN_FILE);
    files.set(`part-${index}.yaml`, part.join("---\n"));
  }
  const base = `resources:\n${[...files.keys()].map((name) => `- ${name}\n`).join("")}`;
  await writeFiles(join(folder, "base"), new Map([...files, ["kustomization.yaml", base]]));
  await writeFiles(
    join(folder, "overlay"),
    new Map([
      ["kustomization.yaml", OVERLAY],
      ["patch.yaml", PATCH],
    ]),
  );
}

async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) await writeFile(join(folder, name), text);
}

function workload(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - name: app
        image: registry.example.com/apps/web:1.4.2
        ports:
        - containerPort: 8080
          name: http
        envFrom:
        - configMapRef:
            name: shared
        volumeMounts:
        - name: settings
          mountPath: /etc/app
      volumes:
      - name: settings
        configMap:
          name: ${name}
`;
}

function service(name: string): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
  - port: 80
    targetPort: http
`;
}

function settings(name: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  title: ${name}
  app.conf: |
    [server]
    url = https://${name}.example.com/
`;
}

const OVERLAY = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: bench
resources:
- ../base
labels:
- includeSelectors: true
  pairs:
    team: bench
images:
- name: registry.example.com/apps/web
  newTag: 1.5.0
configMapGenerator:
- name: shared
  literals:
  - level=info
patches:
- path: patch.yaml
  target:
    kind: Deployment
`;

const PATCH = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: every
spec:
  template:
    spec:
      containers:
      - name: app
        resources:
          requests:
            cpu: 10m
`;
