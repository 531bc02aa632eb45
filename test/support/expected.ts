import { orgProjection } from '../../server/connectors/salesforce/convert.ts';
import { connect } from '../../server/compose/connections.ts';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../../server/domain/account/facts.ts';
import { loadConfig } from '../../server/platform/config/config.ts';
import { today } from '../../server/domain/time/instant.ts';
import { BILLING_PARTS } from '../../server/workflows/ports/billingSystem.ts';
import { openGate, ownToken } from '../../server/workflows/ports/upstream.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { heldBy, isEmpty, ROW_OBJECTS } from './orgRows.ts';
import type { Stack } from './stack.ts';
import type { World } from './world.ts';

const TIME_ZONE = 'UTC';

type Connection = ReturnType<typeof connect>;

/** The connections of the product, but nothing of its inbox, mirror or outbox: each billing account is read once, at rest. */
function connectionsOf({ env, clock }: Stack): Connection[] {
  const clocks = { now: () => new Date(), businessNow: () => clock.now() };
  const config = loadConfig(env);
  const deps = { clock: clocks, timeZone: config.timeZone, gateOf: () => openGate, shareToken: ownToken };
  return config.connections.map((one) => connect(one, deps));
}

const DAYS_OF_EVENTS_S = 29 * 86_400;

/** What was done to subscriptions of Stripe, which only its events tell: each told once, in the order of the list. */
async function changesTold({ billing, changes }: Connection, stack: Stack): Promise<BillingObject[]> {
  if (billing.connection !== 'stripe') return [];
  const events: ReceivedEvent[] = [];
  const since = Math.floor(stack.clock.now().getTime() / 1000) - DAYS_OF_EVENTS_S;
  await changes.sweep(String(since), async (found) => void events.push(...found));
  const told = events.flatMap(
    (event) => billing.read({ ...event, id: event.eventId, receivedAt: new Date() }, new Map()).changes ?? [],
  );
  return told.map(({ body }) => body);
}

/** What the org is to hold for the Accounts of a world: a function of the billing systems, their events and the day. */
export async function expectedRows(stack: Stack, world: World): Promise<OrgRow[]> {
  const bodies: BillingObject[] = [];
  for (const connection of connectionsOf(stack)) {
    const system = connection.billing;
    bodies.push(...(await changesTold(connection, stack)));
    for (const id of world.billingAccounts[system.connection as keyof World['billingAccounts']]) {
      const fetched = await system.fetch(id, BILLING_PARTS);
      if (!fetched.found) continue;
      bodies.push(...fetched.parts.flatMap(({ records }) => records.map(({ body }) => body)));
    }
  }
  const accountOf = new Map(bodies.flatMap((body) => (body.kind === 'account' ? [[body.key, body.accountId]] : [])));
  const day = today(stack.clock.now(), TIME_ZONE);
  return world.accountIds.flatMap((accountId) => {
    const own = bodies.filter(
      (body) => accountOf.get(body.kind === 'account' ? body.key : body.billingAccountKey) === accountId,
    );
    // An Account whose billing accounts all left it before anybody saw them there is none of the product's.
    const isForeign = own.length === 0 && stack.org.org.get('Account', accountId)?.['Billing_Status__c'] == null;
    return isForeign ? [] : orgProjection.toOrgRows(deriveAccount(accountId, factsOf(own), day, TIME_ZONE));
  });
}

/** Salesforce writes a moment with `+0000` and has no empty text. */
function plain(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  const isMoment = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+0000)$/.test(value);
  return isMoment ? new Date(value).toISOString() : value;
}

function recordsByKey({ org }: Stack, accountIds: readonly string[]): Map<string, SRecord> {
  const records = new Map<string, SRecord>();
  for (const object of ROW_OBJECTS)
    for (const row of org.org.all(object)) records.set(`${object} ${String(row['Key__c'])}`, row);
  for (const id of accountIds) records.set(`Account ${id}`, org.org.get('Account', id)!);
  return records;
}

/** @returns one line for each field, and each row, in which the org differs */
export function differencesOf(stack: Stack, world: World, expected: readonly OrgRow[]): string[] {
  const records = recordsByKey(stack, world.accountIds);
  const keyOfId = new Map([...records.values()].map((row) => [String(row['Id']), row['Key__c']]));
  const lines: string[] = [];
  const compare = (id: string, name: string, held: unknown, wanted: unknown) => {
    if (plain(held) !== plain(wanted))
      lines.push(`${id} ${name} is ${JSON.stringify(plain(held))}, not ${JSON.stringify(plain(wanted))}`);
  };
  const wanted = new Set(expected.map(({ object, key }) => `${object} ${key}`));
  for (const row of expected) {
    const id = `${row.object} ${row.key}`;
    const record = records.get(id);
    if (record === undefined) {
      lines.push(`${id} is missing`);
      continue;
    }
    for (const [name, value] of Object.entries(row.fields)) compare(id, name, record[name], value);
    for (const [relationship, parent] of Object.entries(row.parents))
      compare(id, relationship, keyOfId.get(String(record[relationship.replace(/__r$/, '__c')])), parent.key);
  }
  const day = today(stack.clock.now(), TIME_ZONE);
  for (const [id, held] of heldBy(stack, world.accountIds)) {
    const { fields } = held;
    if (wanted.has(id) || !world.accountIds.includes(String(fields['Account__c'])) || isEmpty(held)) continue;
    // A period of usage that has ended is history: the billing system no longer lists it, and it stays.
    if (id.startsWith('Usage__c ') && String(fields['Period_End__c']) <= day) continue;
    lines.push(`${id} should be gone: ${JSON.stringify(fields)}`);
  }
  return lines;
}
