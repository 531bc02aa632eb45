import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bumpKeys } from '../../server/sync/keys/bump.ts';
import type { Fault } from '../simulators/kit/faults.ts';
import { SPOILT_ANSWERS, type SpoiltAnswer } from '../simulators/kit/spoiltAnswers.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { settled, workedOff } from '../support/settled.ts';

/** How many calls of each system are hit. */
const TIMES = 2;

let story: Story;
let accounts: Record<'stripe' | 'zuora', string>;
let subscriptions: Record<'stripe' | 'zuora', string>;
let customer: string;
let quantity = 10;

beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '3600', USAGE_POLL_SECONDS: '3600' } });
  const { stripe, zuora } = story;
  accounts = { stripe: await story.account('Of Stripe'), zuora: await story.account('Of Zuora') };
  customer = await stripe.customer('Of Stripe', accounts.stripe);
  const price = await stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  const number = await zuora.account('Of Zuora', 'EUR', accounts.zuora);
  const plan = await zuora.ratePlan('Platform', 'EUR', [
    { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
  ]);
  const start = new Date().toISOString().slice(0, 10);
  subscriptions = {
    stripe: (await stripe.subscribe(customer, [{ price, quantity: 1 }])).id,
    zuora: await zuora.subscribe(number, plan, { start, months: 12, quantity: 1 }),
  };
  await settled(story.stack);
  // Some events wait a moment for others: one that came to the key later would name the parts that are read.
  await workedOff(story.database.url);
  await settled(story.stack);
});
afterAll(() => story.end());
afterEach(() => {
  for (const { ctx } of [story.stack.org, story.stack.stripe, story.stack.zuora]) ctx.faults.set([]);
});

const shown = (system: 'stripe' | 'zuora') =>
  story.rows('Billing_Subscription__c', accounts[system]).map((row) => row['MRR__c']);

/** Ends waits after a failure, which are not what this is about. */
const endWaits = () =>
  story.database.pool.query(`
    update dirty set not_before = now() where not_before > now() and quarantined_at is null;
    update upstream set hold_until = now() where hold_until > now();
    update upstream set open_until = now() where open_until > now();
    update org_rows set not_before = now() where pending`);

/** Ends every session and token, so that logins are among the calls that are hit. */
function endSessions(): void {
  const { org, zuora } = story.stack;
  org.org.sessions.expireAll();
  for (const token of Object.keys(zuora.tenant.data.tokens)) zuora.tenant.data.tokens[token] = 0;
}

const html = '<!DOCTYPE html><html><body>Bad gateway</body></html>';
const busyOrg = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }];
const busyStripe = { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' } };
const busyZuora = { reasons: [{ code: 50000070, message: 'Rate limit exceeded' }] };
const same = (fault: Fault) => ({ org: fault, stripe: fault, zuora: fault });
/** Those that never end by themselves are ended by deadlines: test/contract/deadlines.test.ts. */
const ENDING = SPOILT_ANSWERS.filter((answer) => !(['hang', 'drip'] as SpoiltAnswer[]).includes(answer));

const FAULTS: [string, Record<'org' | 'stripe' | 'zuora', Fault>][] = [
  ...ENDING.map((answer): [string, ReturnType<typeof same>] => [
    `an answer that is spoilt: ${answer}`,
    same({ answer }),
  ]),
  ...[500, 504].map((status): [string, ReturnType<typeof same>] => [
    `status ${status} with a page`,
    same({ status, body: html }),
  ]),
  ['status 503 after the call had its effect', same({ status: 503, body: html, after: true })],
  ['a connection that is reset before the call', same({ reset: 'before' })],
  ['a connection that is reset after the call', same({ reset: 'after' })],
  [
    'a limit that says for how long',
    {
      org: { status: 403, body: busyOrg },
      stripe: { status: 429, headers: { 'Retry-After': '1' }, body: busyStripe },
      zuora: { status: 429, headers: { 'Retry-After': '1' }, body: busyZuora },
    },
  ],
  [
    'a limit that does not say for how long',
    {
      org: { status: 503, body: busyOrg },
      stripe: { status: 429, body: busyStripe },
      zuora: { status: 429, body: busyZuora },
    },
  ],
];

it.each(FAULTS)(
  '%s, from every system: the process goes on, nothing is put aside, and each change is shown once',
  async (_what, faults) => {
    const { stack } = story;
    quantity += 1;
    endSessions();
    stack.stripe.ctx.faults.set([{ method: 'GET', ...faults.stripe, times: TIMES }]);
    stack.zuora.ctx.faults.set([{ ...faults.zuora, times: TIMES }]);
    stack.org.ctx.faults.set([
      { path: '/services/oauth2/token$', ...faults.org, times: 1 },
      { path: '/composite', ...faults.org, times: TIMES },
    ]);
    // What an event of Stripe tells completely is not read: without it the change is found by a read alone.
    stack.stripe.ctx.webhooks.switches.drop = true;
    for (const system of ['stripe', 'zuora'] as const)
      await story.act(system, 'upgrade', { subscription: subscriptions[system], quantity });
    await stack.stripe.ctx.webhooks.idle();
    stack.stripe.ctx.webhooks.switches.drop = false;
    await bumpKeys(story.database.db, [`stripe:account:${customer}`]);
    const sims = [stack.stripe, stack.zuora, stack.org];
    const left = () => sims.flatMap(({ ctx }) => ctx.faults.list());
    const deadline = Date.now() + 25_000;
    const expected = JSON.stringify([[quantity * 10], [quantity * 10]]);
    while (
      (left().length > 0 || JSON.stringify([shown('stripe'), shown('zuora')]) !== expected) &&
      Date.now() < deadline
    ) {
      await endWaits();
      await new Promise((done) => setTimeout(done, 50));
    }
    expect(
      [stack.backend.process.exitCode, stack.backend.process.signalCode],
      stack.backend.output().slice(-3000),
    ).toEqual([null, null]);
    expect(shown('stripe')).toEqual([quantity * 10]);
    expect(shown('zuora')).toEqual([quantity * 10]);
    expect(left(), 'every fault was met').toEqual([]);
    const { rows } = await story.database.pool.query(`
      select (select count(*) from dirty where quarantined_at is not null)::int as keys,
        (select count(*) from org_rows where quarantined_at is not null)::int as rows,
        (select count(*) from connection where state <> 'Connected')::int as stopped`);
    expect(rows).toEqual([{ keys: 0, rows: 0, stopped: 0 }]);
  },
);
