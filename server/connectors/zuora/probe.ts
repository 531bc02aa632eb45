import { request } from 'undici';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { ConnectionProbe } from '../../workflows/ports/connectionProbe.ts';
import type { ZuoraClient } from './client.ts';
import { toZuoraFault, toZuoraOutage } from './errors.ts';

export type ZuoraProbeOptions = {
  connection: string;
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  /** Kinds of objects that are read besides accounts. */
  objects: readonly string[];
};

/** Objects of Object Query by the kind that needs them. */
const OBJECTS: readonly (readonly [kind: string, object: string])[] = [
  ['subscriptions', 'subscriptions'],
  ['invoices', 'invoices'],
  ['payments', 'payments'],
];

const anything = z.unknown();
const tokenSchema = z.object({ access_token: z.string().min(1), scope: z.string().nullish() });
/** Longest time for the answer to a login, ms. */
const TIMEOUT_MS = 20_000;

/**
 * Logs in anew, whether or not a token still holds: what was revoked shows here first.
 * @returns the tenant that the scope of the token names (Zuora docs, "Create an OAuth token"); null when it names none
 */
async function tenantOf({ baseUrl, clientId, clientSecret }: ZuoraProbeOptions): Promise<string | null> {
  const doing = 'logging in';
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
  let status: number;
  let body: unknown;
  try {
    const answer = await request(new URL('/oauth/token', baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = answer.statusCode;
    body = await answer.body.json();
  } catch (error) {
    throw toZuoraOutage(error, doing);
  }
  const parsed = tokenSchema.safeParse(body);
  if (status !== 200) throw toZuoraFault({ status, body, requestId: undefined, retryAfterMs: null, doing });
  if (!parsed.success) throw toZuoraOutage(parsed.error, doing);
  return /(?:^|\s)tenant\.(\S+)/.exec(parsed.data.scope ?? '')?.[1] ?? null;
}

/** Asks Zuora which tenant the OAuth client belongs to, and whether its user may read what is needed. */
export function createZuoraProbe(client: ZuoraClient, options: ZuoraProbeOptions): ConnectionProbe {
  const { connection } = options;
  const objects = [
    'accounts',
    ...OBJECTS.filter(([kind]) => options.objects.includes(kind)).map(([, object]) => object),
  ];

  function refused(publicText: string, cause: unknown): Fault {
    return new Fault({ code: 'zuora_forbidden', kind: 'forbidden', publicText, cause });
  }

  return {
    async probe() {
      const tenant = await tenantOf(options).catch((error: unknown) => {
        if (!(error instanceof Fault) || error.kind !== 'forbidden') throw error;
        throw refused(
          `Zuora refuses the OAuth client of the connection ${connection} (it is revoked, its user is inactive, or id, secret or base address are wrong). Put valid ones into its settings and start the server again.`,
          error,
        );
      });
      const answers = await Promise.allSettled(
        objects.map((object) =>
          client.get('looking what may be read', `/object-query/${object}`, [['pageSize', '1']], anything),
        ),
      );
      const errors = answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as unknown) : null));
      const lacking = objects.filter((_, index) => {
        const error = errors[index];
        return error instanceof Fault && error.kind === 'forbidden';
      });
      const [first] = errors.filter((error) => error !== null);
      if (lacking.length > 0)
        throw refused(
          `The user of the OAuth client of the connection ${connection} may not read ${lacking.join(', ')} in Zuora. Give its role that permission, or leave these objects out by a filter; work goes on by itself within a minute.`,
          first,
        );
      if (first !== undefined) throw first;
      return { providerId: tenant };
    },
  };
}
