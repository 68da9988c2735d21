import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeBase32, decodeBase64, encodeBase32, encodeBase64 } from "../../src/sprig/base-encoding.ts";
import { renderSprig, sprigError } from "./render-sprig.ts";

describe("base 64 and base 32", () => {
  it("give any bytes back", () => {
    fc.configureGlobal({ seed: 1 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(Buffer.from(decodeBase64(encodeBase64(bytes)))).toEqual(Buffer.from(bytes));
        expect(Buffer.from(decodeBase32(encodeBase32(bytes)))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ["aGVsbG8", 4],
    ["aGVsbG8=x", 8],
    ["aGVsbG8==", 8],
    ["aG=Vs", 2],
    ["=", 0],
    ["aG\n=\nV", 4],
    ["_-8=", 0],
  ])("base 64 stops in %j at %d", (text, at) => {
    expect(decodeBase64(text)).toBe(`illegal base64 data at input byte ${at}`);
  });

  it.each([
    ["nbswy3dp", 0],
    ["NBSWY3D", 0],
    ["MY=====", 7],
    ["MZX=====", 3],
    ["MY====X=", 5],
  ])("base 32 stops in %j at %d", (text, at) => {
    expect(decodeBase32(text)).toBe(`illegal base32 data at input byte ${at}`);
  });

  it.each([
    ['{{ b64enc "é" }} {{ b64dec "w6k=" }} {{ b64dec "!" }}', "w6k= é illegal base64 data at input byte 0"],
    ['{{ b64dec "/w==" | b64enc }} {{ b64dec "/w==" | quote }}', '/w== "\\xff"'],
    ['{{ b32enc "hello" }} {{ b32dec "MY========" }}', "NBSWY3DP f"],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });
});

describe("JSON", () => {
  it.each([
    ['{{ toJson (dict "b" "<a>" "a" (list nil 1.0)) }}', '{"a":[null,1],"b":"\\u003ca\\u003e"}'],
    ['{{ toRawJson "<a>\\u2028" }}', '"<a>\\u2028"'],
    ['{{ toPrettyJson (dict "a" (list 1)) }}', '{\n  "a": [\n    1\n  ]\n}'],
    [
      '{{ fromJson "{\\"a\\":[1,{}]}" }} {{ fromJson "{" }} {{ typeOf (fromJson "1") }}',
      "map[a:[1 map[]]] <no value> float64",
    ],
    ['{{ toJson (float64 "inf") | quote }}', '""'],
    ['{{ get (fromJson "{\\"__proto__\\":1}") "__proto__" }}', "1"],
    ['{{ fromJson "\\"\\\\udc80\\"" | quote }}', '"\ufffd"'],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    ['{{ mustFromJson "{" }}', "unexpected end of JSON input"],
    ['{{ mustFromJson "tru" }}', "invalid character ' ' in literal true (expecting 'e')"],
    ['{{ mustFromJson "[1e400]" }}', "json: cannot unmarshal number 1e400 into Go value of type float64"],
    ['{{ mustFromJson "\\x80" }}', "invalid character '\\u0080' looking for beginning of value"],
    ['{{ mustToJson (float64 "nan") }}', "json: unsupported value: NaN"],
    ['{{ toRawJson (float64 "-inf") }}', "json: unsupported value: -Inf"],
    [
      '{{ $d := dict }}{{ $x := set $d "a" (list $d) }}{{ mustToJson $d }}',
      "json: unsupported value: encountered a cycle via map[string]interface {}",
    ],
    [
      '{{ $d := dict }}{{ $x := set $d "a" (list $d) }}{{ toRawJson $d }}',
      "json: unsupported value: encountered a cycle via []interface {}",
    ],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });

  it("stops at a value that holds itself many times over", () => {
    const template =
      '{{ $x := dict "a" 1 }}{{ range until 40 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ toJson $x | len }}';
    expect(() => renderSprig(template, { steps: 100_000 })).toThrow(/steps/);
  });
});

describe("URLs", () => {
  it.each([
    [
      '{{ urlParse "http://u:p%40@h:80/a%20b?x=%3D#f" | toJson }}',
      '{"fragment":"f","host":"h:80","hostname":"h","opaque":"","path":"/a b","query":"x=%3D","scheme":"http","userinfo":"u:p%40"}',
    ],
    ['{{ (urlParse "HTTP://[::1]:80/").hostname }} {{ (urlParse "mailto:a@b").opaque }}', "::1 a@b"],
    [
      '{{ urlJoin (dict "scheme" "http" "host" "h" "path" "a b" "query" "q" "fragment" "f g") }}',
      "http://h/a%20b?q#f%20g",
    ],
    [
      '{{ urlJoin (dict "path" "a:b") }} {{ urlJoin (dict "userinfo" "u:p@x" "host" "h") }}',
      "./a:b //u:p%40x@h",
    ],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    [
      '{{ urlParse "http://a b/" }}',
      'unable to parse url: parse "http://a b/": invalid character " " in host name',
    ],
    ['{{ urlParse "a:b:c/%zz" | urlJoin }}', "no error: a:b:c/%zz"],
    ['{{ urlParse "%zz" }}', 'unable to parse url: parse "%zz": invalid URL escape "%zz"'],
    ['{{ urlParse ":x" }}', 'unable to parse url: parse ":x": missing protocol scheme'],
    [
      '{{ urlParse "1:x" }}',
      'unable to parse url: parse "1:x": first path segment in URL cannot contain colon',
    ],
    [
      '{{ urlParse "http://h:x/" }}',
      'unable to parse url: parse "http://h:x/": invalid port ":x" after host',
    ],
    [
      '{{ urlParse "http://[x]/" }}',
      'unable to parse url: parse "http://[x]/": invalid host: ParseAddr("x"): unable to parse IP',
    ],
    ['{{ urlJoin (dict "host" 5) }}', "unable to parse host key, must be of type string, but int found"],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });
});
