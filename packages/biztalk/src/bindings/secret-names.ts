/**
 * What is a secret in a binding file. The file does not say, so names decide, and the shapes that
 * secrets have in connection strings, addresses and headers. Too much masked costs a `--reveal`,
 * too little a secret: where in doubt, it is one.
 */

/**
 * Names of properties, elements and attributes that hold a secret, in any case. A name that ends
 * in `password` is one too, such as `ProxyPassword`.
 */
export const SECRET_PROPERTY_NAMES: readonly string[] = [
  "AccessKey",
  "AccessKeySecret",
  "AccessToken",
  "AccountKey",
  "ApiKey",
  "AuthenticationKey",
  "AuthorizationToken",
  "ClientSecret",
  "ConsumerSecret",
  "IssuerSecret",
  "PassPhrase",
  "Passwd",
  "Password",
  "PrivateKeyPassPhrase",
  "Pwd",
  "RefreshToken",
  "SasKey",
  "SasToken",
  "Secret",
  "SecretAccessKey",
  "SecretKey",
  "SecurityToken",
  "SharedAccessKey",
  "SharedAccessSignature",
  "SharedKey",
  "SharedSecret",
  "StorageAccountKey",
  "SubscriptionKey",
];

/** What stands where the product has blanked a secret. */
export const HIDDEN_SECRET = "******";

/** Whether a text holds a secret, or the blank of one. `present` wins over `blank`. */
export type Secrecy = "none" | "blank" | "present";

const NAMES = new Set(SECRET_PROPERTY_NAMES.map((name) => name.toLowerCase()));

/** Nothing that is without one of these holds a secret; a quick test before the thorough ones. */
const HINT = /pass|pwd|secret|key|token|sig|authorization|:\/\//i;

// Each begins with something that has to be there, so that none is tried at every character of a
// long text with another long look ahead.
/** `Password=…` in connection strings and queries, `"password": …` in JSON. */
const PAIR =
  /(?:password|passwd|pwd|passphrase|secret|access[ _-]?(?:key|token|signature)|account[ _-]?key|api[ _-]?key|shared[ _-]?key|subscription[ _-]?key|sastoken|\bsig)["']?\s*[=:]\s*("[^"]*"|'[^']*'|[^;,&\s"'}]*)/gi;
/** `ftp://user:password@host`. */
const IN_ADDRESS = /:\/\/[^\s/:@?#]*:([^\s/@?#]*)@/g;
const IN_HEADER = /\bauthorization["']?\s*[=:]\s*(\S*)/gi;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const SHAPES = [PAIR, IN_ADDRESS, IN_HEADER];

const KNOWN_NAMES_MAX = 10_000;

/** The list, and what the caller masks beside it. */
export class SecretNames {
  readonly #more: ReadonlySet<string>;
  /** Names come again and again. */
  readonly #known = new Map<string, boolean>();

  constructor(more: readonly string[]) {
    this.#more = new Set(more.map((name) => name.toLowerCase()));
  }

  /** Whether what has this name is a secret. A name may be that of a whole property or a part. */
  has(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) {
      return known;
    }
    const own = ownName(name);
    const isSecret = NAMES.has(own) || own.endsWith("password") || this.masks(name);
    if (this.#known.size < KNOWN_NAMES_MAX) {
      this.#known.set(name, isSecret);
    }
    return isSecret;
  }

  /** Whether the caller has named it: also a switch, which is no secret by its name alone. */
  masks(name: string): boolean {
    return this.#more.has(name.toLowerCase()) || this.#more.has(ownName(name));
  }

  /** What a value is that has a name. */
  judge(name: string, value: string): Secrecy {
    if (value === HIDDEN_SECRET) {
      return "blank";
    }
    if (this.has(name)) {
      return value === "" ? "blank" : "present";
    }
    return secrecyOf(value);
  }
}

/** What a text holds by its shape alone. */
export function secrecyOf(text: string): Secrecy {
  if (!HINT.test(text)) {
    return "none";
  }
  if (PRIVATE_KEY.test(text)) {
    return "present";
  }
  return SHAPES.flatMap((shape) => [...text.matchAll(shape)]).reduce<Secrecy>(
    (held, [, value]) => worse(held, isBlank(value ?? "") ? "blank" : "present"),
    "none",
  );
}

/** A comment has no structure to go by: one that speaks of secrets is taken to hold one. */
export function secrecyOfComment(comment: string): Secrecy {
  return /pass(word|wd|phrase)|pwd|secret|access-?key|account-?key|private key/i.test(comment)
    ? "present"
    : secrecyOf(comment);
}

export function worse(one: Secrecy, other: Secrecy): Secrecy {
  if (one === "present" || other === "present") {
    return "present";
  }
  return one === "blank" ? one : other;
}

/** In lower case and without what it lies in. */
function ownName(name: string): string {
  return name.toLowerCase().replace(/^.*[.:@]/, "");
}

function isBlank(value: string): boolean {
  return /^["']?\**["']?$/.test(value);
}
