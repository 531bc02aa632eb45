import { expect, test } from 'vitest';
import type { PriceBooks } from '../ports/catalog.ts';
import type { KeyClaim } from '../ports/keyWork.ts';
import type { OrgRow } from '../ports/orgRows.ts';
import { leaveAlone } from '../mirror/handleKeys.ts';
import { mirrorCatalog } from './mirrorCatalog.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const BOOKS: PriceBooks = { standard: '01s1', sold: '01s2', currency: 'USD', namesCurrency: false };
const row = (key: string): OrgRow => ({ object: 'Product2', key, fields: {}, parents: {} });

/** @param ages of events that wait, ms */
function claimOf(...ages: number[]): KeyClaim {
  const events = ages.map((age, index) => ({
    id: String(index + 1),
    connection: 'stripe',
    eventId: `evt_${index}`,
    kind: 'price.created',
    occurredAt: null,
    receivedAt: new Date(NOW.getTime() - age),
    payload: {},
  }));
  const common = { attempt: 1, pollAt: null, pollOnly: false, batch: false, refetch: [] };
  return { key: 'stripe:catalog:all', events, claimedAt: NOW, ...common };
}

function rig(waiting: readonly string[] = []) {
  const calls: string[] = [];
  const handler = mirrorCatalog({
    source: { sellables: () => (calls.push('sellables'), Promise.resolve([])) },
    books: { priceBooks: () => (calls.push('books'), Promise.resolve(BOOKS)) },
    rows: { catalogRows: (connection) => (calls.push(connection), Promise.resolve([row('before')])) },
    toRows: (sellables, books, before) => [...before, row(`${sellables.length} for ${books.sold}`)],
    waiting: (connection) => Promise.resolve(connection === 'stripe' ? waiting : []),
  });
  return { calls, handler };
}

test('all of a catalog is read and set, and again an hour later', async () => {
  const { handler, calls } = rig();
  expect(await handler(claimOf())).toEqual({
    done: [],
    catalog: [row('before'), row('0 for 01s2')],
    pollAt: new Date('2026-11-21T10:00:00Z'),
    pollAsBatch: true,
  });
  expect(calls).toEqual(['stripe', 'books', 'sellables']);
});

test('what waits for something else to be sold is looked at when it is read', async () => {
  const { handler } = rig(['salesforce:Opportunity:006']);
  expect(await handler(claimOf())).toMatchObject({ dirty: ['salesforce:Opportunity:006'] });
  // While edits go on, it is not.
  expect(await handler(claimOf(400))).not.toHaveProperty('dirty');
});

test('many edits are one read, once they have come to rest', async () => {
  const { handler, calls } = rig();
  expect(await handler(claimOf(5_000, 400, 2_000))).toEqual({ done: [], againAt: new Date(NOW.getTime() + 600) });
  expect(calls).toEqual([]);
  expect(await handler(claimOf(5_000, 1_000))).toMatchObject({ done: ['1', '2'] });
});

test('edits without end are read half a minute after the first', async () => {
  const { handler } = rig();
  expect(await handler(claimOf(29_500, 0))).toMatchObject({ againAt: new Date(NOW.getTime() + 500) });
  expect(await handler(claimOf(30_000, 0))).toMatchObject({ done: ['1', '2'] });
});

test('where nothing is sold, events of the catalog are done', async () => {
  expect(await leaveAlone(claimOf(0, 1))).toEqual({ done: ['1', '2'] });
});
