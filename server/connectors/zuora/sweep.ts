import { z } from 'zod';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { instantIn } from '../../domain/time/instant.ts';
import type { ChangeSource } from '../../workflows/ports/sweep.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import type { ZuoraClient } from './client.ts';
import type { ZuoraContext } from './context.ts';
import { SWEPT, type Swept } from './events.ts';
import { changedRowSchema } from './schema.ts';

/** Changes may become readable late, so each sweep looks back this far; what is known already costs nothing. */
const OVERLAP_MS = 300_000;

const OBJECTS = ['accounts', 'subscriptions', 'invoices', 'payments'] as const;

const cursorSchema = z.iso.datetime();

type Row = z.infer<typeof changedRowSchema>;

function numberOf(object: Swept['object'], row: Row): string {
  if (object === 'subscriptions') return row.name ?? row.id;
  if (object === 'invoices') return row.invoiceNumber ?? row.id;
  if (object === 'payments') return row.paymentNumber ?? row.id;
  return row.id;
}

/**
 * Looks for changed rows by Object Query. The first sweep goes through every account and fetches each; later ones
 * through what changed since, in the order of change.
 */
export function createZuoraSweep(client: ZuoraClient, context: ZuoraContext): ChangeSource {
  const { connection, timeZone } = context;

  function eventOf(object: Swept['object'], row: Row, asOf: Date): ReceivedEvent {
    const account = object === 'accounts' ? row.id : row.accountId;
    const at = new Date(instantIn(timeZone, row.updatedDate));
    const swept: Swept = {
      object,
      number: numberOf(object, row),
      version: row.version ?? 0,
      updatedDate: at.toISOString(),
      status: row.status,
      balance: row.balance ?? null,
    };
    // Times of change have whole seconds: a row may change once more in one that is not over, and is then looked at again.
    const isFinal = at < asOf;
    return {
      connection,
      eventId: `${SWEPT}${object}:${row.id}:${at.toISOString()}${isFinal ? '' : ':first'}`,
      kind: `${SWEPT}${object}`,
      key: account == null ? null : keyOf(connection, 'account', account),
      occurredAt: at,
      payload: swept,
    };
  }

  return {
    connection,
    async sweep(cursor, take) {
      const since = cursorSchema.safeParse(cursor ?? undefined);
      const filter: (readonly [string, string])[] = since.success
        ? [['filter[]', `updateddate.GE:${new Date(Date.parse(since.data) - OVERLAP_MS).toISOString().slice(0, 19)}Z`]]
        : [];
      let startedAt: Date | null = null;
      for (const object of since.success ? OBJECTS : (['accounts'] as const)) {
        const answeredAt = await client.query(
          'looking for changes',
          object,
          [...filter, ['sort[]', 'updateddate.asc']],
          changedRowSchema,
          (rows, asOf) => take(rows.map((row) => eventOf(object, row, asOf))),
        );
        startedAt ??= answeredAt;
      }
      const checkedThrough = startedAt ?? new Date(0);
      return { cursor: checkedThrough.toISOString(), checkedThrough };
    },
  };
}
