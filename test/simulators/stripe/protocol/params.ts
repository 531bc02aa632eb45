import { invalid, StripeRefusal } from './errors.ts';

/** A form body as text: leaves are strings, arrays are hashes with numbers as keys. */
export type Raw = string | { [key: string]: Raw };

/** Reads one parameter; `path` is its name in Stripe's bracket notation. */
export type Reader<T> = (raw: Raw, path: string) => T;

type Shape = Record<string, Reader<unknown>>;
export type Read<S extends Shape> = { [Key in keyof S]?: ReturnType<S[Key]> };

const hash = (): { [key: string]: Raw } => Object.create(null) as { [key: string]: Raw };

/** Parses `a[b][0]=c&d[]=e`, as query string or as form body (Stripe docs, "Request bodies"). */
export function parseForm(text: string): { [key: string]: Raw } {
  const root = hash();
  for (const [name, value] of new URLSearchParams(text)) {
    const keys = [...name.matchAll(/^[^[]*|\[([^\]]*)\]/g)].map((match) => match[1] ?? match[0]);
    let at = root;
    keys.forEach((part, depth) => {
      const key = part === '' && depth > 0 ? String(Object.keys(at).length) : part;
      if (depth === keys.length - 1) {
        at[key] = value;
        return;
      }
      const next = at[key];
      if (next === undefined || typeof next === 'string') at[key] = hash();
      at = at[key] as { [key: string]: Raw };
    });
  }
  return root;
}

/** @throws 400 for an empty text, which unsets a value where that can be done */
function filled(raw: Raw, path: string): void {
  if (raw !== '') return;
  throw invalid(
    `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
    path,
    'parameter_invalid_empty',
  );
}

export const text: Reader<string> = (raw, path) => {
  filled(raw, path);
  if (typeof raw !== 'string') throw invalid('Invalid string: {}', path);
  return raw;
};

/** A text of so many characters at most; a longer one is told by its first and last ten, as the real service does. */
export const textUpTo =
  (most: number): Reader<string> =>
  (raw, path) => {
    const value = text(raw, path);
    if (value.length > most)
      throw invalid(
        `Invalid string: ${value.slice(0, 10)}...${value.slice(-10)}; must be at most ${most} characters`,
        path,
      );
    return value;
  };

/** An address with its scheme, to which a browser can be sent or a webhook posted. */
export const webUrl: Reader<string> = (raw, path) => {
  const value = text(raw, path);
  if (!URL.canParse(value) || !/^https?:/.test(value))
    throw invalid('Invalid URL: An explicit scheme (such as https) must be provided.', path, 'url_invalid');
  return value;
};

export const integer: Reader<number> = (raw, path) => {
  filled(raw, path);
  if (typeof raw !== 'string' || !/^-?\d+$/.test(raw))
    throw invalid(`Invalid integer: ${String(raw)}`, path, 'parameter_invalid_integer');
  return Number(raw);
};

/** A whole number that is not less than `least`, nor more than `most`. */
export const integerFrom =
  (least: number, most = Infinity): Reader<number> =>
  (raw, path) => {
    const value = integer(raw, path);
    if (value < least)
      throw invalid(`This value must be greater than or equal to ${least}.`, path, 'parameter_invalid_integer');
    if (value > most)
      throw invalid(`This value must be less than or equal to ${most}.`, path, 'parameter_invalid_integer');
    return value;
  };

export const decimal: Reader<string> = (raw, path) => {
  filled(raw, path);
  if (typeof raw !== 'string' || !/^-?\d+(\.\d{1,12})?$/.test(raw))
    throw invalid(`Invalid decimal: ${String(raw)}`, path, 'parameter_invalid_decimal');
  return raw;
};

/** A decimal that is not negative. */
export const notNegative: Reader<string> = (raw, path) => {
  const value = decimal(raw, path);
  if (value.startsWith('-'))
    throw invalid('This value must be greater than or equal to 0.', path, 'parameter_invalid_decimal');
  return value;
};

/** Currencies that Stripe takes (Stripe docs, "Supported currencies"). */
const currencies = [
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp',
  'cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr',
  'isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr',
  'mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd',
  'std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw',
].flatMap((line) => line.split(' '));

/** A currency, in lower case whatever was given. */
export const currency: Reader<string> = (raw, path) => {
  const value = text(raw, path).toLowerCase();
  if (!currencies.includes(value))
    throw invalid(
      `Invalid currency: ${value}. Stripe currently supports these currencies: ${currencies.join(', ')}`,
      path,
    );
  return value;
};

export const flag: Reader<boolean> = (raw, path) => {
  filled(raw, path);
  if (raw !== 'true' && raw !== 'false') throw invalid(`Invalid boolean: ${String(raw)}`, path);
  return raw === 'true';
};

/** A parameter that the real service knows and the simulator does not: 501, which the protocol counts. */
export const unsimulated: Reader<never> = (_raw, path) => {
  throw new StripeRefusal(501, { type: 'api_error', message: `The parameter ${path} is not simulated.`, param: path });
};

/** Seconds since 1970. */
export const time: Reader<number> = (raw, path) => {
  filled(raw, path);
  if (typeof raw !== 'string' || !/^\d{1,10}$/.test(raw))
    throw invalid(`Invalid timestamp: ${String(raw)}. Must be an integer Unix timestamp.`, path);
  return Number(raw);
};

export const oneOf =
  <const T extends string>(...allowed: readonly T[]): Reader<T> =>
  (raw, path) => {
    filled(raw, path);
    const found = allowed.find((one) => one === raw);
    if (found === undefined)
      throw invalid(`Invalid ${path}: must be one of ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`, path);
    return found;
  };

/** The empty string, which unsets a value, or what `reader` reads. */
export const clearable =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (raw, path) =>
    raw === '' ? null : reader(raw, path);

export const either =
  <A, B>(first: Reader<A>, second: Reader<B>): Reader<A | B> =>
  (raw, path) => {
    try {
      return first(raw, path);
    } catch {
      return second(raw, path);
    }
  };

export const shape =
  <S extends Shape>(fields: S): Reader<Read<S>> =>
  (raw, path) => {
    if (typeof raw === 'string') throw invalid('Invalid object', path);
    const read: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(raw)) {
      const name = path === '' ? key : `${path}[${key}]`;
      const reader = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (!reader) throw invalid(`Received unknown parameter: ${name}`, name, 'parameter_unknown');
      read[key] = reader(value, name);
    }
    return read as Read<S>;
  };

export const array =
  <T>(element: Reader<T>): Reader<T[]> =>
  (raw, path) => {
    if (raw === '') return [];
    if (typeof raw === 'string' || Object.keys(raw).some((key) => !/^\d+$/.test(key)))
      throw invalid('Invalid array', path);
    return Object.entries(raw).map(([key, value]) => element(value, `${path}[${key}]`));
  };

/** A hash with any keys, such as currencies. */
export const hashOf =
  <T>(value: Reader<T>): Reader<Record<string, T>> =>
  (raw, path) => {
    if (typeof raw === 'string') throw invalid('Invalid object', path);
    return Object.fromEntries(Object.entries(raw).map(([key, one]) => [key, value(one, `${path}[${key}]`)]));
  };

const metadataKeys = 50;

function checkMetadataSize(entries: object, path: string): void {
  if (Object.keys(entries).length > metadataKeys) throw invalid(`Metadata can have at most ${metadataKeys} keys`, path);
}

/** Metadata: the empty string removes a key, or all of them (Stripe docs, "Metadata": 50 keys of 40, values of 500). */
export const metadata: Reader<Record<string, string> | ''> = (raw, path) => {
  if (raw === '') return '';
  if (typeof raw === 'string') throw invalid('Invalid object', path);
  checkMetadataSize(raw, path);
  for (const [key, value] of Object.entries(raw)) {
    if (typeof value !== 'string') throw invalid('Metadata values must be strings', `${path}[${key}]`);
    if (key.length > 40 || value.length > 500)
      throw invalid('Metadata keys have at most 40 characters, values at most 500', `${path}[${key}]`);
  }
  return { ...(raw as Record<string, string>) };
};

export type Range = { gt?: number; gte?: number; lt?: number; lte?: number };

export const range: Reader<Range> = (raw, path) => {
  if (typeof raw !== 'string') return shape({ gt: time, gte: time, lt: time, lte: time })(raw, path) as Range;
  const exact = time(raw, path);
  return { gte: exact, lte: exact };
};

export const address = clearable(
  shape({ city: text, country: text, line1: text, line2: text, postal_code: text, state: text }),
);

/** An address as objects show it: every part there, null when not given. */
export const fullAddress = <Given extends ReturnType<typeof address>>(given: Given) =>
  given && { city: null, country: null, line1: null, line2: null, postal_code: null, state: null, ...given };

/** Metadata after an update. */
export function mergeMetadata(
  now: Record<string, string>,
  update: Record<string, string> | '' | undefined,
): Record<string, string> {
  if (update === undefined) return now;
  if (update === '') return {};
  const merged = { ...now, ...update };
  for (const [key, value] of Object.entries(update)) if (value === '') delete merged[key];
  checkMetadataSize(merged, 'metadata');
  return merged;
}

/** @throws 400 `parameter_missing` */
export function required<T>(value: T | undefined | null, param: string): T {
  if (value === undefined || value === null)
    throw invalid(`Missing required param: ${param}.`, param, 'parameter_missing');
  return value;
}
