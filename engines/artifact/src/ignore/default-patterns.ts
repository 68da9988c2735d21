import { type IgnorePattern, parseIgnore } from "./ignore-pattern.ts";

const VERSION_CONTROL = [".git/", ".gitignore", ".gitmodules", ".gitattributes"];
const EXTENSIONS = ["*.jpg", "*.jpeg", "*.gif", "*.png", "*.wmv", "*.flv", "*.tar.gz", "*.zip"];
const CONTINUOUS_INTEGRATION = [
  ".github/",
  ".circleci/",
  ".travis.yml",
  ".gitlab-ci.yml",
  "appveyor.yml",
  ".drone.yml",
  "cloudbuild.yaml",
  "codeship-services.yml",
  "codeship-steps.yml",
];
const TOOLS = ["**/.goreleaser.yml", "**/.sops.yaml", "**/.flux.yaml"];

/** Left out of every artifact: the version control's own files. */
export function versionControlPatterns(domain: readonly string[] = []): readonly IgnorePattern[] {
  return parseIgnore(VERSION_CONTROL.join("\n"), domain);
}

/** Left out only where neither a `.sourceignore` nor `spec.ignore` says anything: media, archives, CI and tools' files. */
export function defaultPatterns(domain: readonly string[] = []): readonly IgnorePattern[] {
  return parseIgnore([...EXTENSIONS, ...CONTINUOUS_INTEGRATION, ...TOOLS].join("\n"), domain);
}
