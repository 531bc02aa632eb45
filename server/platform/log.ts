import { pino, type Logger } from 'pino';

export type Log = Logger;

const EMAIL = /[\w.+%-]+@[\w-]+(\.[\w-]+)+/g;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
const KEY = /\b(sk|rk|pk|whsec)_\w{4,}/g;
/** What this server gave to an org. */
const OWN = /\bb360[st]_[\w-]+/g;
/** Pages on which whoever has the address can pay, and the invoices themselves (Stripe). */
const PAYMENT_PAGE = /https?:\/\/[^\s"'/]+\/(?:i|invoice)\/acct_[^\s"']*/g;
const CARD = /\b\d(?:[ -]?\d){12,18}\b/g;
const HIDDEN_NAMES =
  /^(authorization|cookie|set-cookie|stripe-signature|password|secret|token|access_?token|client_?secret|private_?key|api_?key|email|phone)$/i;

function luhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** @returns the text without e-mail addresses, credentials and card numbers */
function redactText(text: string): string {
  return text
    .replace(BEARER, '$1 [secret]')
    .replace(PAYMENT_PAGE, '[payment page]')
    .replace(OWN, '[secret]')
    .replace(KEY, '$1_[secret]')
    .replace(EMAIL, '[email]')
    .replace(CARD, (match) => (luhn(match.replace(/\D/g, '')) ? '[card]' : match));
}

function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value;
  if (depth > 6) return '[deep]';
  if (value instanceof Error)
    return {
      type: value.name,
      message: redactText(value.message),
      stack: redactText(value.stack ?? ''),
      ...(redact({ ...value }, depth + 1) as object),
      ...(value.cause === undefined ? {} : { cause: redact(value.cause, depth + 1) }),
    };
  if ('toJSON' in value && typeof value.toJSON === 'function') return redact(value.toJSON(), depth + 1);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, HIDDEN_NAMES.test(name) ? '[secret]' : redact(item, depth + 1)]),
  );
}

/**
 * Logger that writes JSON lines to stdout; secrets, authorization headers, e-mail addresses and card numbers are taken
 * out of every line, whatever field they are in.
 * @param destination where lines go instead, for tests
 */
export function createLog(level: string, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: { app: 'billing-360' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (line: Record<string, unknown>) => redact(line) as Record<string, unknown>,
    },
    hooks: {
      logMethod(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn) {
        const clean = args.map((arg) => (typeof arg === 'string' ? redactText(arg) : arg)) as Parameters<pino.LogFn>;
        method.apply(this, clean);
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
