import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converge } from '../support/converge.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { differencesOf, expectedRows } from '../support/expected.ts';
import { troubleIn } from '../support/leftovers.ts';
import { randomOf } from '../support/random.ts';
import { MOST_ENTRIES } from '../../server/domain/timeline/timeline.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import { settled } from '../support/settled.ts';
import { watchStack, type Watch } from '../support/watch.ts';
import { makeOffer, makeWorld, type World } from '../support/world.ts';

// BURST_SEED=<seed> repeats a run.
const random = randomOf(process.env['BURST_SEED'] ?? '360');
const EVENTS = 10_000;
const ACCOUNTS = 60;
const DUPLICATES_PERCENT = 6;
/** Deliveries under way at the same time. */
const AT_ONCE = 100;
const SYSTEMS = ['stripe', 'zuora'] as const;

/** Makes one delivery. */
type Send = () => Promise<void>;

let story: Story;
let watch: Watch;
let world: World;
let storedBefore: Map<string, string>;
let sent: Record<(typeof SYSTEMS)[number], number>;
let deliveries: number;
let acknowledged: ReturnType<Watch['acknowledged']>;

async function numbersOf<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await story.database.pool.query<Row>(text, values)).rows;
}

/** What each stored event is told apart by, with its kind. */
async function storedEvents(): Promise<Map<string, string>> {
  const rows = await numbersOf<{ id: string; kind: string }>(
    `select connection || ' ' || event_id as id, kind from inbox`,
  );
  return new Map(rows.map(({ id, kind }) => [id, kind]));
}

/** Lets customers change things until so many events are to be told, none of which leaves. */
async function heldBack(events: number): Promise<Send[]> {
  const held: Send[] = [];
  sent = { stripe: 0, zuora: 0 };
  for (const system of SYSTEMS) {
    const { webhooks } = story.stack[system].ctx;
    webhooks.divert = (delivery) => {
      sent[system] += 1;
      held.push(() => webhooks.deliver(delivery));
    };
  }
  while (held.length < events) await world.change();
  for (const system of SYSTEMS) story.stack[system].ctx.webhooks.divert = undefined;
  return held;
}

/** Some of them twice, and all of them in any order. */
function mixed(held: readonly Send[]): Send[] {
  const order = held.flatMap((send) => (random.chance(DUPLICATES_PERCENT) ? [send, send] : [send]));
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  return order;
}

async function sendAll(order: readonly Send[]): Promise<void> {
  let next = 0;
  const sender = async () => {
    for (let send = order[next++]; send; send = order[next++]) await send();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  // What was not taken is tried again without the senders' waits.
  for (const system of SYSTEMS) story.stack[system].ctx.webhooks.hurry();
}

/** Found by looking, and not told: in billing systems, and by the check of the org where a row is on its way. */
const SWEPT = /^(swept|listed|Account\.checked$)/;

/** What orders of Zuora did is told by sweeps, of which there are none here. */
const TOLD_BY_SWEEPS = /^(Billing_Event__c zuora:event:change:|Billing_Subscription__c zuora:\S+ Last_Change)/;

/** Accounts whose timeline is full: what orders did, which is not told here, pushes its last entries out. */
function fullTimelines(expected: readonly OrgRow[]): Set<string> {
  const { org } = story.stack.org;
  const owners = new Map(
    org.all('Billing_Account__c').map((row) => [String(row['Key__c']), String(row['Account__c'])]),
  );
  const entries = expected.filter(({ object }) => object === 'Billing_Event__c');
  const byAccount = Map.groupBy(entries, ({ parents }) => owners.get(parents['Billing_Account__r']?.key ?? '') ?? '');
  return new Set([...byAccount].filter(([, rows]) => rows.length >= MOST_ENTRIES).map(([accountId]) => accountId));
}

/** On which the burst began. */
let day: string;
beforeAll(async () => {
  day = new Date().toISOString().slice(0, 10);
  // Only events may tell what changed: no sweep, and usage, which has none, is asked for at the end.
  story = await beginStory({ env: { SWEEP_SECONDS: '3600', USAGE_POLL_SECONDS: '3600' } });
  const { stack } = story;
  watch = watchStack(stack);
  world = await makeWorld(stack, story, await makeOffer(story), random, story.account, ACCOUNTS);
  // Of Zuora's payments those with no card, and by default further declines, are told to nobody.
  stack.zuora.tenant.options.declinedAttempt = null;
  for (const account of world.billingAccounts.zuora) await story.act('zuora', 'fail-payment', { account });
  // The mirror knows how everything began, so that many an event is newer than what it holds.
  await settled(stack, 240_000);
  storedBefore = await storedEvents();
  watch.acknowledged();

  const order = mixed(await heldBack(EVENTS));
  deliveries = order.length;
  await sendAll(order);
  await settled(stack, 240_000);
  acknowledged = watch.acknowledged();
  await numbersOf('update dirty set poll_at = now(), not_before = now() where poll_at is not null');
  await settled(stack, 240_000);
}, 600_000);
afterAll(() => story.end());

describe(`a burst of ${EVENTS} events, mixed up and some of them twice (BURST_SEED=${random.seed})`, () => {
  it('comes from both billing systems, one in twenty of its events twice', () => {
    expect(sent.stripe + sent.zuora).toBeGreaterThanOrEqual(EVENTS);
    expect(Math.min(sent.stripe, sent.zuora)).toBeGreaterThan(EVENTS / 20);
    expect(deliveries).toBeGreaterThan((sent.stripe + sent.zuora) * 1.05);
    expect(acknowledged).toHaveLength(deliveries);
  });

  it('loses no event: each that was acknowledged is stored, once, and is worked or waits to be looked at again', async () => {
    expect(await troubleIn(numbersOf, acknowledged)).toEqual([]);
    const taken = new Set(acknowledged.map(({ connection, eventId }) => `${connection} ${eventId}`));
    expect(taken.size).toBe(sent.stripe + sent.zuora);
    // The first sweep may still find something that had changed before.
    const stored = [...(await storedEvents())].filter(([id, kind]) => !storedBefore.has(id) && !SWEPT.test(kind));
    expect(stored.filter(([id]) => !taken.has(id))).toEqual([]);
    expect(stored).toHaveLength(taken.size);
    const forgotten = `select event_id from inbox where conflicts > 0
      or (done_at is null and not exists (select from dirty where dirty.key = inbox.key))`;
    expect(await numbersOf(forgotten)).toEqual([]);
  });

  it('leaves in Salesforce what the billing systems say, field by field', async () => {
    const expected = await expectedRows(story.stack, world);
    expect(expected.length).toBeGreaterThan(ACCOUNTS * 5);
    const full = fullTimelines(expected);
    // Health is worked out again when something changes it, and not because a day begins.
    const isOfDayBefore = (line: string): boolean =>
      new Date().toISOString().slice(0, 10) !== day && /^Billing_Health__c \S+ As_Of__c /.test(line);
    const differences = () => {
      const isPushedOut = (line: string): boolean =>
        /^Billing_Event__c \S+ should be gone/.test(line) && full.has(/"Account__c":"(\w+)"/.exec(line)?.[1] ?? '');
      return differencesOf(story.stack, world, expected).filter(
        (line) => !TOLD_BY_SWEEPS.test(line) && !isPushedOut(line) && !isOfDayBefore(line),
      );
    };
    const { left } = await converge(differences, Date.now(), (ms) => ms > 30_000);
    expect(left).toEqual([]);
  }, 90_000);

  it('doubles no write and lets no row go back to an older state', () => {
    expect(watch.violations()).toEqual([]);
    expect(watch.repeats()).toEqual([]);
  });
});
