import { z } from 'zod';
import { instant, instantIn } from '../../domain/time/instant.ts';
import type { Instant } from '../../domain/time/instant.ts';
import type { ZuoraClient } from './client.ts';
import { maybeText } from './schema.ts';

/** What a gateway answered to an attempt that it declined. Its raw request and response, which name cards and persons, are never asked for. */
export type GatewayAnswer = { code: string | null; text: string | null; at: Instant | null };

/** Logs of what gateways were asked, by the field that names what it was for (Zuora docs, "CRUD: Retrieve a … transaction log"). */
const FIELD = { PaymentTransactionLog: 'PaymentId', PaymentMethodTransactionLog: 'PaymentMethodId' } as const;
export type TransactionLog = keyof typeof FIELD;

/** Conditions that one query of ZOQL may have (Zuora docs, "ZOQL"). */
const MOST_CONDITIONS = 200;

/** What gives money back says nothing of why an attempt to take it failed. */
const GIVES_BACK = /^(void|credit|refund)/i;

/** Gateways have no word for it in common; of an answer that is none of these nobody knows that it is a yes. */
const APPROVED = /\b(approved?|success(ful(ly)?)?)\b/i;
const NOT_APPROVED = /\b(not|never|cannot)\b/i;

/** @returns whether the gateway said yes (`00` is ISO 8583) */
function isApproval({ GatewayReasonCode: code, GatewayReasonCodeDescription: text }: Row): boolean {
  const words = `${code ?? ''} ${text ?? ''}`;
  return code === '00' || (APPROVED.test(words) && !NOT_APPROVED.test(words));
}

const rowSchema = z.object({
  Id: z.string(),
  PaymentId: maybeText,
  PaymentMethodId: maybeText,
  GatewayReasonCode: maybeText,
  GatewayReasonCodeDescription: maybeText,
  GatewayTransactionType: maybeText,
  TransactionDate: maybeText,
});
type Row = z.infer<typeof rowSchema>;

/** ZOQL leaves out the records where there are none. */
const pageSchema = z.object({
  records: z
    .array(rowSchema)
    .nullish()
    .transform((value) => value ?? []),
  done: z.boolean(),
  queryLocator: maybeText,
});

async function readRows(client: ZuoraClient, log: TransactionLog, ids: readonly string[]): Promise<Row[]> {
  const doing = 'reading transaction logs';
  const fields = `Id, ${FIELD[log]}, GatewayReasonCode, GatewayReasonCodeDescription, GatewayTransactionType, TransactionDate`;
  const conditions = ids.map((id) => `${FIELD[log]} = '${id.replace(/[\\']/g, '\\$&')}'`).join(' or ');
  const queryString = `select ${fields} from ${log} where ${conditions}`;
  const rows: Row[] = [];
  let { data: page } = await client.post(doing, '/v1/action/query', { queryString }, pageSchema);
  for (;;) {
    rows.push(...page.records);
    if (page.done || page.queryLocator === null) return rows;
    const { queryLocator } = page;
    ({ data: page } = await client.post(doing, '/v1/action/queryMore', { queryLocator }, pageSchema));
  }
}

/**
 * Reads why the gateway last declined payments or payment methods. Only ZOQL has these logs.
 * @param ids of payments or payment methods, by the log
 * @returns by id; those that no log tells of are missing
 */
export async function readGatewayAnswers(
  client: ZuoraClient,
  log: TransactionLog,
  ids: readonly string[],
  timeZone: string,
): Promise<ReadonlyMap<string, GatewayAnswer>> {
  const last = new Map<string, GatewayAnswer & { id: string }>();
  for (let start = 0; start < ids.length; start += MOST_CONDITIONS)
    for (const row of await readRows(client, log, ids.slice(start, start + MOST_CONDITIONS))) {
      const of = row[FIELD[log]];
      if (of === null || GIVES_BACK.test(row.GatewayTransactionType ?? '') || isApproval(row)) continue;
      const at = row.TransactionDate === null ? null : instant(instantIn(timeZone, row.TransactionDate));
      const answer = { id: row.Id, code: row.GatewayReasonCode, text: row.GatewayReasonCodeDescription, at };
      const known = last.get(of);
      const order = (one: { at: Instant | null; id: string }): string => `${one.at ?? ''} ${one.id}`;
      if (known === undefined || order(known) < order(answer)) last.set(of, answer);
    }
  return new Map([...last].map(([of, { code, text, at }]) => [of, { code, text, at }]));
}
