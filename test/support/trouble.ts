import type { Fault } from '../simulators/kit/faults.ts';
import type { Random } from './random.ts';
import type { Stack } from './stack.ts';

const ORG_WRITES = { path: '/composite' };

function orgFault(random: Random): Fault {
  const times = 1 + random.below(3);
  return random.pick<Fault>([
    { ...ORG_WRITES, times, status: 503, body: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Server too busy' }] },
    { ...ORG_WRITES, times, reset: 'after' },
    { ...ORG_WRITES, times, reset: 'before' },
    { ...ORG_WRITES, times, status: 200, body: '<html>Down for maintenance</html>' },
    { method: 'POST', path: '/services/oauth2/token', times, status: 503, body: 'Service Unavailable' },
    { ...ORG_WRITES, times: 10, latencyMs: 300 },
  ]);
}

/** Only reads: what people do in the billing systems has to succeed. */
function billingFault(random: Random, busy: object): Fault {
  const reads = { method: 'GET', times: 1 + random.below(4) };
  return random.pick<Fault>([
    { ...reads, status: 429, headers: { 'Retry-After': '1' }, body: busy },
    { ...reads, status: 500, body: { error: { type: 'api_error', message: 'Something went wrong' } } },
    { ...reads, reset: 'before' },
    { ...reads, reset: 'after' },
    { ...reads, times: 10, latencyMs: 200 },
  ]);
}

/** Makes something go wrong, at random: calls, webhooks, locks, sessions. */
export function makeTrouble({ org, stripe, zuora }: Stack, random: Random, accountIds: readonly string[]): void {
  if (random.chance(50)) org.ctx.faults.set([orgFault(random)]);
  if (random.chance(20)) org.org.locks.hold(random.pick(accountIds), 500 + random.below(1500));
  if (random.chance(10)) org.org.sessions.expireAll();
  const busy = { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' } };
  if (random.chance(40)) stripe.ctx.faults.set([billingFault(random, busy)]);
  const quota = { reasons: [{ code: 50000070, message: 'Rate limit exceeded' }] };
  if (random.chance(40)) zuora.ctx.faults.set([billingFault(random, quota)]);
  for (const { ctx } of [stripe, zuora])
    ctx.webhooks.switches = {
      duplicate: random.chance(40),
      shuffle: random.chance(60),
      drop: random.chance(25),
      delayMs: random.chance(40) ? random.below(800) : 0,
    };
}

export function endTrouble({ org, stripe, zuora }: Stack): void {
  org.org.locks.clear();
  for (const { ctx } of [org, stripe, zuora]) {
    ctx.faults.set([]);
    ctx.webhooks.switches = { duplicate: false, shuffle: false, drop: false, delayMs: 0 };
  }
}
