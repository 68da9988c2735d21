import { FakeClock } from "@weir/core";
import type { HttpAnswer, HttpRequest } from "@weir/oci";
import { describe, expect, test } from "vitest";
import { fetchUrl, limited, type UrlFetch } from "./fetch-url.ts";

interface Scripted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** Answers by URL; everything else is not found. */
function serverOf(answers: Readonly<Record<string, Scripted>>) {
  const seen: HttpRequest[] = [];
  const send = (request: HttpRequest): Promise<HttpAnswer> => {
    seen.push(request);
    const { status, headers = {}, text = "" } = answers[request.url.href] ?? { status: 404 };
    const body = (async function* () {
      yield Buffer.from(text);
    })();
    return Promise.resolve({ status, headers: new Map(Object.entries(headers)), body, discard: () => {} });
  };
  return { seen, sender: { send } };
}

const basic = { username: "user", password: "canary" };

async function run(fetch: Partial<UrlFetch>, answers: Readonly<Record<string, Scripted>>) {
  const { seen, sender } = serverOf(answers);
  const text = await fetchUrl(
    {
      url: "https://a.example.com/index.yaml",
      repository: "https://a.example.com/",
      access: { basic },
      passCredentials: false,
      timeoutMs: 1000,
      signal: new AbortController().signal,
      ...fetch,
    },
    { sender, clock: new FakeClock() },
    async ({ body }) => {
      let read = "";
      for await (const piece of body) read += Buffer.from(piece).toString();
      return read;
    },
  );
  const asked = seen.map(({ url, headers, isTrusted }) => ({
    url: url.href,
    knows: Object.hasOwn(headers, "authorization"),
    isTrusted,
  }));
  return { text, asked };
}

const ok = { status: 200, text: "ok" };
const to = (location: string) => ({ status: 302, headers: { location } });

describe("fetchUrl", () => {
  test.each([
    {
      name: "the repository's own host",
      fetch: {},
      answers: { "https://a.example.com/index.yaml": ok },
      want: [true],
    },
    {
      name: "another path of it, by a redirect",
      fetch: {},
      answers: {
        "https://a.example.com/index.yaml": to("/other"),
        "https://a.example.com/other": ok,
      },
      want: [true, true],
    },
    {
      name: "no other host, by a redirect",
      fetch: {},
      answers: {
        "https://a.example.com/index.yaml": to("https://b.example.com/x"),
        "https://b.example.com/x": ok,
      },
      want: [true, false],
    },
    {
      name: "no other host, by a redirect, whatever passCredentials says",
      fetch: { passCredentials: true },
      answers: {
        "https://a.example.com/index.yaml": to("https://sub.a.example.com/x"),
        "https://sub.a.example.com/x": ok,
      },
      want: [true, false],
    },
    {
      name: "not the host itself in the clear, or at another port",
      fetch: {},
      answers: {
        "https://a.example.com/index.yaml": to("http://a.example.com/x"),
        "http://a.example.com/x": to("https://a.example.com:8443/y"),
        "https://a.example.com:8443/y": ok,
      },
      want: [true, false, false],
    },
    {
      name: "no other host that an index names",
      fetch: { url: "https://b.example.com/x.tgz" },
      answers: { "https://b.example.com/x.tgz": ok },
      want: [false],
    },
    {
      name: "another host that an index names, with passCredentials",
      fetch: { url: "https://b.example.com/x.tgz", passCredentials: true },
      answers: { "https://b.example.com/x.tgz": ok },
      want: [true],
    },
  ])("gives the password to $name", async ({ fetch, answers, want }) => {
    const { text, asked } = await run(fetch, answers);
    expect(text).toBe("ok");
    expect(asked.map(({ knows }) => knows)).toEqual(want);
  });

  test("logs in by the URL that an index names, where nothing else is given there", async () => {
    const url = "https://user:canary@b.example.com/x.tgz";
    const { asked } = await run({ url }, { "https://b.example.com/x.tgz": ok });
    expect(asked).toEqual([{ url: "https://b.example.com/x.tgz", knows: true, isTrusted: false }]);
  });

  test("shows who we are to the repository's host only", async () => {
    const { asked } = await run(
      {},
      {
        "https://a.example.com/index.yaml": to("https://b.example.com/x"),
        "https://b.example.com/x": ok,
      },
    );
    expect(asked.map(({ isTrusted }) => isTrusted)).toEqual([true, false]);
  });

  test.each([
    ["a status", { "https://a.example.com/index.yaml": { status: 503 } }, / : 503 Service Unavailable$/],
    [
      "what it did not ask for",
      { "https://a.example.com/index.yaml": { status: 304 } },
      / : 304 Not Modified$/,
    ],
    [
      "a redirect to itself",
      { "https://a.example.com/index.yaml": to("/index.yaml") },
      /stopped after 10 redirects$/,
    ],
    [
      "a redirect to another protocol",
      { "https://a.example.com/index.yaml": to("file:///etc/passwd") },
      /unsupported protocol scheme "file"$/,
    ],
    [
      "a redirect to nowhere",
      { "https://a.example.com/index.yaml": to("http://") },
      /failed to parse Location/,
    ],
  ])("refuses %s", async (_name, answers, message) => {
    await expect(run({}, answers)).rejects.toThrow(message);
  });

  test("names no password", async () => {
    const url = "https://user:canary@a.example.com/index.yaml";
    await expect(run({ url }, {})).rejects.toThrow(
      "failed to fetch https://a.example.com/index.yaml : 404 Not Found",
    );
  });

  test("ends in time", async () => {
    const clock = new FakeClock();
    const sender = {
      send: ({ signal }: HttpRequest) =>
        new Promise<HttpAnswer>((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason as Error));
        }),
    };
    const fetch = { url: "https://a/x", repository: "https://a/", access: {}, passCredentials: false };
    const running = fetchUrl(
      { ...fetch, timeoutMs: 1000, signal: new AbortController().signal },
      { sender, clock },
      () => Promise.resolve(),
    );
    const failed = expect(running).rejects.toThrow(
      'Get "https://a/x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    );
    await clock.advance(1000);
    await failed;
  });
});

test("limited ends behind its bytes", async () => {
  const pieces = (async function* () {
    yield Buffer.from("abc");
    yield Buffer.from("def");
  })();
  const read = async () => {
    for await (const _piece of limited(pieces, 5, () => new RangeError("too much"))) continue;
  };
  await expect(read()).rejects.toThrow("too much");
});
