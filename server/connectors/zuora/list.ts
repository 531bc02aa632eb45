import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { instantIn } from '../../domain/time/instant.ts';
import type { BillingAccountList } from '../../workflows/ports/billingAccountList.ts';
import type { ZuoraClient } from './client.ts';
import type { ZuoraContext } from './context.ts';

const pageSchema = z.object({
  data: z.array(z.object({ id: z.string(), updatedDate: z.string() })),
  nextPage: z.string().nullish(),
});

/** `since`: time of change (ISO) of the last account that was seen; where the list goes on when Zuora's cursor has ended. */
const cursorSchema = z.object({ since: z.iso.datetime(), from: z.iso.datetime().nullable(), cursor: z.string() });
type Place = { from: string | null; cursor: string | null };

/** Lists accounts by Object Query in the order of their changes: those that change meanwhile come again at the end. */
export function createZuoraList(client: ZuoraClient, { connection, timeZone }: ZuoraContext): BillingAccountList {
  const read = ({ from, cursor }: Place) =>
    client.get(
      'listing accounts',
      '/object-query/accounts',
      [
        ['sort[]', 'updateddate.asc'],
        ['pageSize', '99'],
        ...(from === null ? [] : [['filter[]', `updateddate.GE:${from.slice(0, 19)}Z`] as const]),
        ...(cursor === null ? [] : [['cursor', cursor] as const]),
      ],
      pageSchema,
    );

  return {
    connection,
    async page(text) {
      let place: Place = { from: null, cursor: null };
      let answer: Awaited<ReturnType<typeof read>>;
      if (text === null) answer = await read(place);
      else {
        const { since, ...before } = cursorSchema.parse(JSON.parse(text));
        place = before;
        answer = await read(place).catch((error: unknown) => {
          if (!(error instanceof Fault) || error.kind !== 'invalid') throw error;
          place = { from: since, cursor: null };
          return read(place);
        });
      }
      const { data, nextPage } = answer.data;
      const last = data.at(-1);
      const next =
        nextPage == null || last === undefined
          ? null
          : JSON.stringify({
              since: new Date(instantIn(timeZone, last.updatedDate)).toISOString(),
              from: place.from,
              cursor: nextPage,
            });
      return { ids: data.map(({ id }) => id), next, asOf: answer.asOf };
    },
    sweepFrom: (asOf) => asOf.toISOString(),
  };
}
