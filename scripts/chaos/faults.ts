import type { Fault } from '../../test/simulators/kit/faults.ts';
import type { WebhookSwitches } from '../../test/simulators/kit/webhooks.ts';
import type { Random } from '../../test/support/random.ts';

/** What goes wrong with calls from now on until the next step. */
export type Trouble = {
  org?: Fault[];
  stripe?: Fault[];
  zuora?: Fault[];
  webhooks?: Partial<WebhookSwitches>;
};

/** What can be done to processes, to Postgres and to the org. */
export type Hands = {
  /** SIGKILL to one of the backends, which is started again. */
  kill(): Promise<void>;
  /** SIGTERM, and started again. */
  terminate(): Promise<void>;
  /** Stops one of the backends in its tracks (SIGSTOP) for so long, ms; longer than its leases. */
  freeze(ms: number): Promise<void>;
  /** Stops Postgres, at once or with a checkpoint, and starts it again after `downMs`. */
  restartPostgres(how: 'fast' | 'crash', downMs: number): Promise<void>;
  /** Somebody else holds the lock of an Account for so long, ms. */
  lockAccount(ms: number): void;
  expireSessions(): void;
};

/** One kind of fault, as it can happen at any step. */
export type ChaosFault = {
  /** Trouble with calls and webhooks until the next step. */
  trouble?(random: Random): Trouble;
  /** Something done beside the calls at about every tenth step. */
  act?(hands: Hands, random: Random): Promise<void> | void;
};

const WRITES = { path: '/composite' };
const READS = { method: 'GET' };
const some = (random: Random) => 1 + random.below(3);

const writing = (make: (random: Random) => Fault): ChaosFault => ({
  trouble: (random) => ({ org: [{ ...WRITES, times: some(random), ...make(random) }] }),
});
const reading = (make: (random: Random, busy: object) => Fault): ChaosFault => ({
  trouble: (random) => ({
    stripe: [{ ...READS, times: some(random), ...make(random, STRIPE_BUSY) }],
    zuora: [{ ...READS, times: some(random), ...make(random, ZUORA_BUSY) }],
  }),
});

const STRIPE_BUSY = { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' } };
const ZUORA_BUSY = { reasons: [{ code: 50000070, message: 'Rate limit exceeded' }] };
const serverBusy = [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Server too busy' }];

/**
 * Every fault by name. Only reads of billing systems fail: what people do in them has to succeed. Limits that hold for
 * minutes by design (an org that has used up its calls, a key that is revoked) have tests of their own.
 */
export const FAULTS = {
  'webhooks twice': { trouble: () => ({ webhooks: { duplicate: true } }) },
  'webhooks shuffled': { trouble: (random) => ({ webhooks: { shuffle: true, delayMs: random.below(400) } }) },
  'webhooks lost': { trouble: (random) => ({ webhooks: { drop: random.chance(60) } }) },
  'webhooks late': { trouble: (random) => ({ webhooks: { delayMs: 200 + random.below(1500) } }) },
  'org unavailable': writing(() => ({ status: 503, body: serverBusy })),
  'org reset before': writing(() => ({ reset: 'before' })),
  'org reset after': writing(() => ({ reset: 'after' })),
  'org page instead': writing(() => ({ answer: 'html' })),
  'org answer empty': writing(() => ({ answer: 'empty' })),
  'org answer cut': writing(() => ({ answer: 'cut' })),
  'org answer half a gzip': writing(() => ({ answer: 'broken gzip' })),
  'org answer of another type': writing(() => ({ answer: 'wrong type' })),
  'org slow': writing((random) => ({ latencyMs: 100 + random.below(600), times: 10 })),
  'org login refused': {
    trouble: (random) => ({
      org: [{ method: 'POST', path: '/services/oauth2/token', times: some(random), status: 503, body: 'Unavailable' }],
    }),
    act: (hands) => hands.expireSessions(),
  },
  'org sessions end': { act: (hands) => hands.expireSessions() },
  'org rows locked': { act: (hands, random) => hands.lockAccount(300 + random.below(1500)) },
  'billing busy': reading((_random, body) => ({ status: 429, headers: { 'Retry-After': '1' }, body })),
  'billing fails': reading(() => ({ status: 500, body: { error: { type: 'api_error', message: 'Oops' } } })),
  'billing reset before': reading(() => ({ reset: 'before' })),
  'billing reset after': reading(() => ({ reset: 'after' })),
  'billing page instead': reading(() => ({ answer: 'html' })),
  'billing answer empty': reading(() => ({ answer: 'empty' })),
  'billing answer cut': reading(() => ({ answer: 'cut' })),
  'billing slow': reading((random) => ({ latencyMs: 100 + random.below(600), times: 10 })),
  kill: { act: (hands) => hands.kill() },
  terminate: { act: (hands) => hands.terminate() },
  freeze: { act: (hands, random) => hands.freeze(4500 + random.below(2000)) },
  'Postgres restarts': { act: (hands, random) => hands.restartPostgres('fast', random.below(2000)) },
  'Postgres crashes': { act: (hands, random) => hands.restartPostgres('crash', random.below(2000)) },
} as const satisfies Record<string, ChaosFault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/**
 * The faults of a seed: the first seeds have each fault alone, in turn; all later ones a random pair, every third of which
 * kills a process.
 */
export function faultsOf(seed: number, random: Random): FaultName[] {
  if (seed <= FAULT_NAMES.length) return [FAULT_NAMES[seed - 1]!];
  const first = seed % 3 === 0 ? 'kill' : random.pick(FAULT_NAMES);
  const others = FAULT_NAMES.filter((name) => name !== first);
  return [first, random.pick(others)];
}
