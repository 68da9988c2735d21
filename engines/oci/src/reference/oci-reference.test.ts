import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatReference,
  parseArtifactReference,
  parseChartReference,
  parseRepositoryName,
  parseRepositoryUrl,
} from "./oci-reference.ts";

const hex = "a".repeat(64);
const REPOSITORY = "repository can only contain the characters `abcdefghijklmnopqrstuvwxyz0123456789_-./`:";

describe("parseRepositoryUrl", () => {
  test.each([
    { url: "oci://ghcr.example.com/org/app", registry: "ghcr.example.com", repository: "org/app" },
    { url: "oci://127.0.0.1:5000/app", registry: "127.0.0.1:5000", repository: "app" },
    { url: "oci://[::1]:5000/app", registry: "[::1]:5000", repository: "app" },
    { url: "oci://docker.io/nginx", registry: "index.docker.io", repository: "library/nginx" },
    { url: "oci://docker.io/org/app", registry: "index.docker.io", repository: "org/app" },
    { url: "oci://org/app", registry: "index.docker.io", repository: "org/app" },
    { url: "oci://localhost/app", registry: "index.docker.io", repository: "localhost/app" },
  ])("reads $url", ({ url, ...want }) => {
    expect(parseRepositoryUrl(url)).toEqual(want);
  });

  test.each([
    { url: "https://a.example.com/b", message: "URL must be in format 'oci://<domain>/<org>/<repo>'" },
    { url: "oci://", message: "a repository name must be specified" },
    { url: "oci://a.example.com/app:v1", message: `${REPOSITORY} app:v1` },
    { url: "oci://a.example.com/App", message: `${REPOSITORY} App` },
    { url: "oci://a.example.com/a", message: "repository must be between 2 and 255 characters in length: a" },
    { url: "oci://a b.c/app", message: "registries must be valid RFC 3986 URI authorities: a b.c" },
    {
      url: "oci://user@a.example.com/app",
      message: "registries must be valid RFC 3986 URI authorities: user@a.example.com",
    },
  ])("refuses $url in Flux's words", ({ url, message }) => {
    expect(() => parseRepositoryUrl(url)).toThrow(
      expect.objectContaining({ name: "OciReferenceError", reason: "URLInvalid", message }),
    );
  });
});

describe("parseArtifactReference", () => {
  test.each([
    { text: "a.example.com/app", want: { tag: "latest" } },
    { text: "a.example.com:5000/app:v1", want: { registry: "a.example.com:5000", tag: "v1" } },
    { text: `a.example.com/app@sha256:${hex}`, want: { digest: `sha256:${hex}` } },
    { text: `a.example.com/app:v1@sha256:${hex}`, want: { tag: "v1", digest: `sha256:${hex}` } },
    { text: "oci://a.example.com/app:v1", want: { tag: "v1" } },
  ])("reads $text", ({ text, want }) => {
    expect(parseArtifactReference(text)).toMatchObject({ repository: "app", ...want });
  });

  test.each([
    "a.example.com/app:",
    "a.example.com/app:a+b",
    "a.example.com/app@sha256:1",
    "a.example.com/app@sha256",
  ])("refuses %s", (text) => {
    expect(() => parseArtifactReference(text)).toThrow(`could not parse reference: ${text}`);
  });
});

describe("parseChartReference", () => {
  test.each([
    { text: "oci://a.example.com/charts/demo", want: { repository: "charts/demo" } },
    { text: "a.example.com/demo:1.0.0+build.1", want: { repository: "demo", tag: "1.0.0_build.1" } },
    { text: "localhost/demo", want: { registry: "localhost", repository: "demo" } },
    { text: `a.example.com/demo:1.0.0@sha256:${hex}`, want: { tag: "1.0.0", digest: `sha256:${hex}` } },
  ])("reads $text", ({ text, want }) => {
    expect(parseChartReference(text)).toMatchObject(want);
  });

  test.each([
    { text: "oci://a.example.com", message: "invalid reference: missing registry or repository" },
    { text: "oci://a.example.com/Demo", message: 'invalid reference: invalid repository "Demo"' },
    { text: "oci://a.example.com/a//b", message: 'invalid reference: invalid repository "a//b"' },
    { text: "oci://a.example.com/a:b c", message: 'invalid reference: invalid tag "b c"' },
    { text: "oci://a.example.com/a@md5:1", message: 'invalid reference: invalid digest "md5:1"' },
    { text: "oci://a b/a", message: 'invalid reference: invalid registry "a b"' },
  ])("refuses $text in helm's words", ({ text, message }) => {
    expect(() => parseChartReference(text)).toThrow(expect.objectContaining({ message }));
  });
});

const part = fc.stringMatching(/^[a-z0-9]{2,8}([._-][a-z0-9]{1,8})?$/);
const reference = fc.record({
  registry: fc.oneof(
    fc.constantFrom("localhost:5000", "[::1]:80", "127.0.0.1:1"),
    part.map((name) => `${name.replaceAll("_", "-")}.example.com`),
  ),
  repository: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
  tag: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/),
  digest: fc.stringMatching(/^[0-9a-f]{64}$/).map((digits) => `sha256:${digits}`),
});

describe("a reference", () => {
  test("is read as it was written, by tag and by digest, by both parsers", () => {
    fc.assert(
      fc.property(reference, ({ digest, ...tagged }) => {
        expect(parseArtifactReference(formatReference(tagged))).toEqual(tagged);
        expect(parseChartReference(`oci://${formatReference(tagged)}`)).toEqual(tagged);
        const { tag: _tag, ...repository } = tagged;
        const pinned = { ...repository, digest };
        expect(parseChartReference(formatReference(pinned))).toEqual(pinned);
        expect(parseArtifactReference(formatReference(pinned))).toEqual(pinned);
        expect(parseRepositoryName(formatReference(repository))).toEqual(repository);
      }),
    );
  });

  test("of any text is read or refused with a reference error, at once", () => {
    const noise = fc.oneof(
      fc.string({ maxLength: 300, unit: "binary" }),
      fc.stringMatching(/^[a-z./:@_-]{0,60}$/),
    );
    fc.assert(
      fc.property(noise, (text) => {
        for (const parse of [
          parseRepositoryUrl,
          parseRepositoryName,
          parseArtifactReference,
          parseChartReference,
        ]) {
          try {
            parse(text);
          } catch (error) {
            expect(error).toHaveProperty("name", "OciReferenceError");
          }
        }
      }),
    );
  });

  test("that is very long is refused without delay", () => {
    const long = `a.example.com/${"a-".repeat(500_000)}`;
    expect(() => parseChartReference(long)).toThrow(/invalid repository/);
    expect(() => parseRepositoryName(long)).toThrow(/between 2 and 255/);
  });
});
