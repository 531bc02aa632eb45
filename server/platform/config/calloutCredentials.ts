import { z } from 'zod';
import { Secret } from './secret.ts';

const text = z.string().min(1, 'It is empty.');
const secret = text.transform((value) => new Secret(value));
/** What is not chosen by Zuora has to be long enough not to be guessed. */
const longSecret = z
  .string()
  .min(16, 'It must have at least 16 characters.')
  .transform((value) => new Secret(value));
const headerName = text.regex(/^[\w-]+$/, 'It must be the name of a header.');

const PART = /\{\{\s*([^{}]*?)\s*\}\}/g;

const signed = text
  .refine(
    (template) => [...template.matchAll(PART)].every(([, part]) => /^Request\.(Body|Headers\.[\w-]+)$/.test(part!)),
    'It may hold {{Request.Body}} and {{Request.Headers.<Name>}} only.',
  )
  .refine(
    (template) => [...template.matchAll(PART)].some(([, part]) => part === 'Request.Body'),
    'It must hold {{Request.Body}}: what is not signed could have been changed.',
  );

/** One way in which a callout of Zuora may prove where it comes from. */
export const calloutCredential = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('basic'),
    user: text.regex(/^[^:]+$/, 'It must not hold a colon.'),
    password: secret,
  }),
  /** The tenant's OAuth provider gets its tokens from `/webhooks/<connection>/token`. */
  z.strictObject({ kind: z.literal('oauth'), clientId: text, clientSecret: longSecret }),
  /** A header with a fixed value, `Authorization` with `Bearer …` too. */
  z.strictObject({ kind: z.literal('header'), name: headerName, value: longSecret }),
  /** As the tenant has set its callout template up: hmacKey, hmacData, hmacAlgorithm, hmacOutputFormat. */
  z.strictObject({
    kind: z.literal('hmac'),
    secret,
    header: headerName,
    signed,
    algorithm: z.enum(['MD5', 'SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512']).default('SHA-256'),
    encoding: z.enum(['HEX', 'BASE64']).default('BASE64'),
    /** What stands before the signature in the header. */
    prefix: z.string().default(''),
    /** Age up to which a signed `Date` is accepted, either way. */
    toleranceSeconds: z.number().int().min(1).max(86_400).default(300),
  }),
]);

export type CalloutCredential = z.output<typeof calloutCredential>;

/** The list of them as JSON text; a fault names the place. */
export const calloutCredentials = z.string().transform((value, context): CalloutCredential[] => {
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    context.addIssue({ code: 'custom', message: 'It must be a list in JSON.' });
    return z.NEVER;
  }
  const parsed = z.array(calloutCredential).min(1, 'It is empty.').safeParse(json);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    const [index, ...names] = path;
    const place =
      index === undefined ? '' : `Entry ${Number(index) + 1}${names.length > 0 ? `, ${names.join('.')}` : ''}: `;
    context.addIssue({ code: 'custom', message: `${place}${message}` });
  }
  return z.NEVER;
});
