const USER_INFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const HOST = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\uffff]*$/;

/**
 * What Go's `net/url` refuses of a URL with a scheme and an authority, in its words; `undefined` where it takes it. The
 * scp-like `ssh://git@host:org/repo.git` is such a URL: its port is no number.
 */
export function urlProblem(url: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\0-\u001f\u007f]/.test(url)) return "net/url: invalid control character in URL";
  const [withQuery = "", fragment = ""] = splitAt(url, "#");
  const [bare] = splitAt(withQuery, "?");
  const rest = bare.slice(bare.indexOf("://") + 3);
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? "" : rest.slice(slash);
  const at = authority.lastIndexOf("@");
  return (
    escapeProblem(fragment) ??
    hostProblem(authority.slice(at + 1)) ??
    userProblem(at < 0 ? "" : authority.slice(0, at)) ??
    escapeProblem(path)
  );
}

function splitAt(text: string, mark: string): readonly [string, string] {
  const index = text.indexOf(mark);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}

function hostProblem(host: string): string | undefined {
  const bracket = host.lastIndexOf("]");
  if (host.startsWith("[") && bracket < 0) return "missing ']' in host";
  const colon = host.startsWith("[") ? bracket + 1 : host.lastIndexOf(":");
  const port = colon < 0 ? "" : host.slice(colon);
  if (!/^(:\d*)?$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`;
  const stranger = [...host].find((character) => !HOST.test(character));
  if (stranger !== undefined) return `invalid character ${JSON.stringify(stranger)} in host name`;
  return escapeProblem(host);
}

function userProblem(userInfo: string): string | undefined {
  return USER_INFO.test(userInfo) ? escapeProblem(userInfo) : "net/url: invalid userinfo";
}

function escapeProblem(text: string): string | undefined {
  const match = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text);
  return match === null ? undefined : `invalid URL escape ${JSON.stringify(match[0])}`;
}
