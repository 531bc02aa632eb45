import type { Delivery } from '../../test/simulators/kit/webhooks.ts';
import { metric, settled } from '../../test/support/settled.ts';
import { startStack, type Stack } from '../../test/support/stack.ts';
import type { Figure } from './figure.ts';
import { makeCustomers, stripeOf } from './stack.ts';

const customers = 200;
const rounds = 50;
const burstMs = 10_000;
const renewals = 100;
/** Writes of one flush come within so long, and flushes are twice as far apart, ms. */
const windowMs = 100;
const rowsACollection = 200;

/** What a burst of events costs in calls of Salesforce and of Stripe, and what a burst of renewals does. */
export async function measureBurst(say: (text: string) => void): Promise<Figure[]> {
  const stack = await startStack({ env: { SWEEP_SECONDS: '3600' } });
  try {
    say(`making ${customers} customers`);
    const made = await makeCustomers(stack, customers);
    await settled(stack);
    const stripe = stripeOf(stack);

    say(`making ${customers * rounds} changes, each of one customer`);
    const { webhooks } = stack.stripe.ctx;
    const held: Delivery[] = [];
    webhooks.divert = (delivery) => held.push(delivery);
    for (let round = 0; round < rounds; round++)
      await Promise.all(
        made.map(({ customer }) => stripe.customers.update(customer, { email: `round-${round}@${customer}.example` })),
      );
    webhooks.divert = undefined;
    say(`telling of them within ${burstMs / 1000} s`);
    const changes = await costOf(stack, () => deliver(stack, held));

    say(`${renewals} renewals`);
    const renewed = await costOf(stack, async () => {
      await Promise.all(made.slice(0, renewals).map(({ customer }) => renew(stack, customer)));
    });
    const perThousand = (changes.writes * 1000) / changes.events;
    return [
      { name: 'burst: events', value: changes.events, unit: '' },
      { name: 'burst: time in which they came', value: changes.seconds, unit: 's' },
      { name: 'burst: time until Salesforce held everything', value: changes.settledSeconds, unit: 's' },
      {
        name: 'burst: Salesforce calls per 1,000 events',
        value: perThousand,
        unit: '',
        goal: '≤ 10',
        met: perThousand <= 10,
      },
      {
        name: 'burst: calls beside ⌈rows / 200⌉ of each object and window',
        value: changes.writes / changes.collections,
        unit: '×',
        goal: '≤ 1.2',
        met: changes.writes <= 1.2 * changes.collections,
      },
      { name: 'burst: rows written', value: changes.rows, unit: '' },
      { name: 'burst: rows a call', value: changes.rows / changes.writes, unit: '' },
      {
        name: 'burst: reads of Salesforce on the write path',
        value: changes.reads,
        unit: '',
        goal: '0',
        met: changes.reads === 0,
      },
      { name: 'burst: calls of Stripe', value: changes.stripeCalls, unit: '' },
      { name: 'renewals: events', value: renewed.events, unit: '' },
      {
        name: 'renewals: calls of Stripe',
        value: renewed.stripeCalls,
        unit: '',
        goal: '≤ 200',
        met: renewed.stripeCalls <= 200,
      },
      { name: 'renewals: Salesforce calls', value: renewed.writes, unit: '' },
      { name: 'renewals: rows written', value: renewed.rows, unit: '' },
      { name: 'renewals: rows that are new', value: renewed.newRows, unit: '' },
    ];
  } finally {
    await stack.stop();
  }
}

type Cost = {
  events: number;
  seconds: number;
  settledSeconds: number;
  writes: number;
  reads: number;
  rows: number;
  newRows: number;
  /** Sum over objects and windows of what was written, in whole Collections. */
  collections: number;
  stripeCalls: number;
};

const eventsReceived = (stack: Stack) => metric(stack.backend.url, 'billing360_inbox_events_total');
const rowsWritten = (stack: Stack) => metric(stack.backend.url, 'billing360_salesforce_rows_total');

/** Counts what the org is given from now on. */
function countWrites({ org }: Stack): { newRows(): number; collections(): number; stop(): void } {
  const written = new Map<string, Set<string>>();
  let newRows = 0;
  let openedAt = 0;
  const stop = org.org.onCommit(({ changes }) => {
    if (Date.now() - openedAt > windowMs) openedAt = Date.now();
    for (const { object, before, after } of changes) {
      const name = `${openedAt} ${object.name}`;
      written.set(name, (written.get(name) ?? new Set()).add(String(after['Id'])));
      if (before === null) newRows += 1;
    }
  });
  return {
    newRows: () => newRows,
    collections: () => [...written.values()].reduce((sum, { size }) => sum + Math.ceil(size / rowsACollection), 0),
    stop,
  };
}

/** Makes deliveries evenly over the time of the burst. */
async function deliver({ stripe }: Stack, held: readonly Delivery[]): Promise<void> {
  const started = Date.now();
  const under: Promise<void>[] = [];
  while (under.length < held.length) {
    const due = Math.ceil(((Date.now() - started + 1) / burstMs) * held.length);
    for (const delivery of held.slice(under.length, due)) under.push(stripe.ctx.webhooks.deliver(delivery));
    await new Promise((done) => setTimeout(done, 5));
  }
  await Promise.all(under);
}

/** @param work what happens */
async function costOf(stack: Stack, work: () => Promise<void>): Promise<Cost> {
  const [eventsBefore, rowsBefore] = [await eventsReceived(stack), await rowsWritten(stack)];
  stack.org.ctx.calls.clear();
  stack.stripe.ctx.calls.clear();
  const counted = countWrites(stack);
  const started = Date.now();
  await work();
  const seconds = (Date.now() - started) / 1000;
  await settled(stack, 120_000);
  counted.stop();
  const routes = Object.entries(Object.fromEntries(stack.org.ctx.calls.counts));
  const sum = (of: (route: string) => boolean) =>
    routes.filter(([route]) => of(route)).reduce((total, [, count]) => total + count, 0);
  return {
    events: (await eventsReceived(stack)) - eventsBefore,
    seconds,
    settledSeconds: (Date.now() - started) / 1000,
    writes: sum((route) => /composite|jobs\/ingest/.test(route)),
    reads: sum((route) => /query|^GET .*sobjects/.test(route)),
    rows: (await rowsWritten(stack)) - rowsBefore,
    newRows: counted.newRows(),
    collections: counted.collections(),
    stripeCalls: stack.stripe.ctx.calls.total(),
  };
}

async function renew(stack: Stack, customer: string): Promise<void> {
  const response = await fetch(`${stack.stripe.url}/__sim/act/renew`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer }),
  });
  if (!response.ok) throw new Error(`Stripe did not renew ${customer}: ${await response.text()}`);
}
