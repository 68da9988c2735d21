/** What an expression gives, as far as the generator cares. */
export type ValueType =
  | "str"
  | "int"
  | "int64"
  | "float"
  | "bool"
  | "list"
  | "strs"
  | "dict"
  | "any"
  | "time"
  | "semver";

/** What a function takes: a kind of value, or a kind of literal text. */
export type ParamType =
  | ValueType
  | "num"
  | "small"
  | "pos"
  | "cmp"
  | "key"
  | "regex"
  | "layout"
  | "zone"
  | "version"
  | "range"
  | "yaml"
  | "json"
  | "toml"
  | "path"
  | "url"
  | "kind"
  | "duration"
  | "decimal";

/** A function of templates: what it gives and takes. `many` stands for any number of the last one. */
export interface Signature {
  readonly name: string;
  readonly result: ValueType;
  readonly params: readonly ParamType[];
  readonly many: boolean;
  /** Whether a call mostly fails, or often does. */
  readonly isRisky: boolean;
}

/** One line for each: result, name, parameters; a last one with `*` may come any number of times. `?` marks a risk. */
const LINES = `
str abbrev small str
str abbrevboth small small str
int64 add num*
int64 add1 num
float add1f num
float addf num num
str adler32sum str
bool all any*
bool any any*
list append list any
int atoi str
str b32dec str
str b32enc str
str b64dec str
str b64enc str
str base path
int64 biggest num num
str camelcase str
str cat any*
float ceil num
list chunk pos list
str clean path
any coalesce any*
list compact list
list concat list list
bool contains str str
str date layout time
str dateInZone layout time zone
time dateModify duration time
dict deepCopy dict
bool deepEqual any any
any default any any
any dig key any dict
str dir path
?int64 div num num
?float divf num num
str duration int64
str durationRound duration
bool empty any
str ext path
any first list
float float64 any
float floor num
any fromJson json
list fromJsonArray json
any fromToml toml
dict fromYaml yaml
list fromYamlArray yaml
any get dict key
bool has any list
bool hasKey dict key
bool hasPrefix str str
bool hasSuffix str str
str htmlDate time
str htmlDateInZone time zone
str indent small str
list initial list
str initials str
int int any
int64 int64 any
bool isAbs path
str join str list
str kebabcase str
bool kindIs kind any
str kindOf any
any last list
int len list
?int len any
str lower str
int64 max num num*
float maxf num num
dict merge dict dict
dict mergeOverwrite dict dict
int64 min num num*
float minf num num
?int64 mod num num
int64 mul num num*
float mulf num num
list mustAppend list any
?list mustChunk small list
list mustCompact list
?time mustDateModify duration time
any mustDeepCopy any
any mustFirst list
?any mustFromJson json
bool mustHas any list
list mustInitial list
any mustLast list
dict mustMerge dict dict
list mustPrepend list any
?str mustRegexFind regex str
?strs mustRegexFindAll regex str int
?bool mustRegexMatch regex str
?str mustRegexReplaceAll regex str str
?str mustRegexReplaceAllLiteral regex str str
?strs mustRegexSplit regex str int
list mustRest list
list mustReverse list
?list mustSlice list small small
?time mustToDate layout str
str mustToJson any
str mustToPrettyJson any
str mustToYaml any
?str mustToToml dict
list mustUniq list
list mustWithout list any
str nindent small str
str nospace str
dict omit dict key
str osBase path
dict pick dict key
list pluck key dict dict
str plural str str int
list prepend list any
str print any*
str println any*
str quote any*
str regexFind regex str
strs regexFindAll regex str int
bool regexMatch regex str
str regexQuoteMeta str
str regexReplaceAll regex str str
str regexReplaceAllLiteral regex str str
strs regexSplit regex str int
str repeat small str
str replace str str str
?any required str any
list rest list
list reverse list
float round num small
semver semver version
bool semverCompare range version
str seq small
dict set dict key str
str sha1sum str
str sha256sum str
str sha512sum str
?list slice list small small
str snakecase str
strs sortAlpha list
any split str str
strs splitList str str
any splitn str small str
str squote any*
int64 sub num num
float subf num num
str substr small small str
str swapcase str
any ternary any any bool
str title str
time toDate layout str
int64 toDecimal decimal
str toJson any
str toPrettyJson any
str toRawJson any
str toString any
strs toStrings list
str toToml dict
str toYaml any
str toYamlPretty any
str trim str
str trimAll str str
str trimPrefix str str
str trimSuffix str str
str trunc small str
list tuple any*
bool typeIs kind any
bool typeIsLike kind any
str typeOf any
list uniq list
str unixEpoch time
dict unset dict key
list until small
list untilStep small small small
str untitle str
str upper str
?str urlJoin dict
dict urlParse url
list without list any
str wrap small str
str wrapWith small str str
bool and any any*
bool or any any*
bool not any
bool eq str str
bool eq cmp cmp
?bool eq any any
bool ne str str
bool ne cmp cmp
?bool ne any any
bool lt cmp cmp
?bool lt num num
bool le cmp cmp
?bool le num num
bool gt cmp cmp
?bool gt num num
bool ge cmp cmp
?bool ge num num
?any index list small
?any index dict key
str html any*
str js any*
str urlquery any*
list list any*
int64 div num pos
int64 mod num pos
float divf num pos
list slice list
`;

/** The functions that always give the same for the same arguments, whatever the machine and the time. */
export const SIGNATURES: readonly Signature[] = LINES.trim()
  .split("\n")
  .map((line) => {
    const [result = "any", name = "", ...params] = line.replace("?", "").split(" ");
    const many = params.at(-1)?.endsWith("*") === true;
    return {
      name,
      result: result as ValueType,
      params: params.map((param) => param.replace("*", "") as ParamType),
      many,
      isRisky: line.startsWith("?"),
    };
  });

/** Functions by what they give. */
export function functionsGiving(type: ValueType): readonly Signature[] {
  if (type === "any") return SIGNATURES;
  return SIGNATURES.filter(({ result }) => result === type || (type === "list" && result === "strs"));
}
