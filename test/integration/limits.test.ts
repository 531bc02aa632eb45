import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { Fault } from '../../server/domain/fault.ts';
import type { Schema } from '../../server/platform/db/schema.ts';
import { withPriority } from '../../server/platform/priority.ts';
import { backoffMs } from '../../server/sync/backoff.ts';
import { registerGauges } from '../../server/sync/gauges.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { createLog } from '../../server/platform/log.ts';
import { createMetrics } from '../../server/platform/metrics.ts';
import { createUpstreamGate, type StoppableGate } from '../../server/sync/limits/gate.ts';
import { countOutage, slowDown, troubles } from '../../server/sync/limits/state.ts';
import { addRows, take, type Asked } from '../../server/sync/limits/take.ts';
import type { CallClass, RateLimit, UpstreamLimits, UpstreamSignal } from '../../server/workflows/ports/upstream.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { randomOf } from '../support/random.ts';
import { faultOf } from '../support/faultOf.ts';

let database: TestDatabase;
const gates: StoppableGate[] = [];
const troublesNoted: unknown[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.db.deleteFrom('upstream').execute());
afterEach(async () => {
  for (const gate of gates.splice(0)) await gate.stop();
  expect(troublesNoted.splice(0)).toEqual([]);
});

const answered = (): UpstreamSignal => ({ kind: 'answered' });
const rate = (calls: number, perSeconds: number, burst: number, name = 'all'): RateLimit => ({
  name,
  calls,
  perSeconds,
  burst,
});

function limitsOf(callClass: Partial<CallClass>, breakerAfter: number | null = 3): UpstreamLimits {
  return {
    upstream: 'stripe',
    classOf: (endpoint) => ({ name: endpoint, rates: [], inFlight: null, ...callClass }),
    breakerAfter,
  };
}

/** A gate of its own, as another process would have it. */
function gateOf(limits: UpstreamLimits, random?: () => number): StoppableGate {
  const gate = createUpstreamGate(database.db, limits, {
    onTrouble: (error) => troublesNoted.push(error),
    ...(random ? { random } : {}),
  });
  gates.push(gate);
  return gate;
}

/** A moment of the database's clock that the test owns. */
const start = Date.parse('2026-11-21T00:00:00Z');
/** Rows that are made by the way carry the real time, so the test's begins later. */
const outageStart = Date.now() + 3_600_000;
const clockAt = (ms: number) => sql<Date>`${new Date(start + ms)}::timestamptz`;

function asked(more: Partial<Asked>): Asked {
  return {
    upstream: 'stripe',
    callClass: 'reads',
    rates: [],
    calls: 1,
    kept: 0,
    inFlight: null,
    process: 'p1',
    held: 0,
    leaseMs: 3000,
    ...more,
  };
}

async function rows(...names: string[]): Promise<void> {
  await addRows(database.db, ['stripe', 'stripe:reads', ...names]);
  await database.db
    .updateTable('upstream')
    .set({ filled_at: new Date(start) })
    .execute();
}

describe('limits of an upstream', () => {
  it('give a burst at once and the rest spread over the time, never more than the limit in any of its stretches', async () => {
    await rows('stripe:all');
    const at: number[] = [];
    for (let ms = 0; ms <= 5000; ms += 10) {
      const { granted } = await take(database.db, asked({ calls: 50, rates: [rate(25, 1, 3)] }), clockAt(ms));
      for (let count = 0; count < granted; count += 1) at.push(ms);
    }
    expect(at.filter((ms) => ms === 0)).toHaveLength(3);
    for (const from of at) expect(at.filter((ms) => ms >= from && ms < from + 1000).length).toBeLessThanOrEqual(25);
    expect(at.length).toBe(3 + 5 * 22);
  });

  it('say when the next call may go', async () => {
    await rows('stripe:all');
    const limit = { rates: [rate(60, 60, 10)], calls: 12 };
    expect(await take(database.db, asked(limit), clockAt(0))).toMatchObject({ granted: 10, waitMs: 1200 });
    expect(await take(database.db, asked(limit), clockAt(1199))).toMatchObject({ granted: 0 });
    expect(await take(database.db, asked(limit), clockAt(1201))).toMatchObject({ granted: 1 });
  });

  it('are all kept to at once: the tightest decides', async () => {
    await rows('stripe:minute', 'stripe:day');
    const rates = [rate(100, 60, 20, 'minute'), rate(10, 86_400, 5, 'day')];
    expect(await take(database.db, asked({ rates, calls: 50 }), clockAt(0))).toMatchObject({ granted: 5 });
    const left = await database.db.selectFrom('upstream').select(['name', 'tokens']).orderBy('name').execute();
    expect(left.filter(({ tokens }) => tokens !== null)).toEqual([
      { name: 'stripe:day', tokens: 0 },
      { name: 'stripe:minute', tokens: 15 },
    ]);
  });

  it('leave a share to work of higher priority', async () => {
    await rows('stripe:all');
    const rates = [rate(100, 60, 11)];
    expect(await take(database.db, asked({ rates, calls: 50, kept: 0.3 }), clockAt(0))).toMatchObject({ granted: 8 });
    expect(await take(database.db, asked({ rates, calls: 50, kept: 0.1 }), clockAt(0))).toMatchObject({ granted: 2 });
    expect(await take(database.db, asked({ rates, calls: 50, kept: 0 }), clockAt(0))).toMatchObject({ granted: 1 });
  });

  it('neither fill up nor stand still when the clock is set back', async () => {
    await rows('stripe:all');
    const limit = { rates: [rate(60, 60, 10)], calls: 50 };
    expect(await take(database.db, asked(limit), clockAt(600_000))).toMatchObject({ granted: 10 });
    expect(await take(database.db, asked(limit), clockAt(0))).toMatchObject({ granted: 0 });
    expect(await take(database.db, asked(limit), clockAt(1_300))).toMatchObject({ granted: 1 });
  });

  it('are halved by a refusal, once for calls that went together, and rise again by themselves', async () => {
    await rows('stripe:all');
    const limit = { rates: [rate(110, 1, 10)], calls: 500 };
    await take(database.db, asked(limit), clockAt(0));
    for (const ms of [0, 10, 20]) await slowDown(database.db, 'stripe:all', null, '', clockAt(ms));
    expect(await take(database.db, asked(limit), clockAt(100))).toMatchObject({ granted: 5 });
    await slowDown(database.db, 'stripe:all', null, '', clockAt(1500));
    const { share } = await database.db
      .selectFrom('upstream')
      .select('share')
      .where('name', '=', 'stripe:all')
      .executeTakeFirstOrThrow();
    expect(share).toBeCloseTo((0.5 + 0.1 / 60) / 2, 5);
    await take(database.db, asked(limit), clockAt(60_000));
    expect(await take(database.db, asked({ ...limit, calls: 0 }), clockAt(60_001))).toMatchObject({ stopped: null });
    const later = await database.db
      .selectFrom('upstream')
      .select('share')
      .where('name', '=', 'stripe:all')
      .executeTakeFirstOrThrow();
    expect(later.share).toBe(1);
  });

  it('hold everybody until the time that the upstream asked for', async () => {
    await rows();
    await slowDown(database.db, 'stripe:reads', 7_000, 'It asked for fewer calls.', clockAt(0));
    const other = asked({ process: 'p2' });
    expect(await take(database.db, other, clockAt(1_000))).toMatchObject({
      granted: 0,
      waitMs: 6_000,
      stopped: 'hold',
    });
    expect(await take(database.db, other, clockAt(7_001))).toMatchObject({ granted: 1, stopped: null });
  });

  it('count calls under way over all processes, and forget those of a process that died', async () => {
    await rows();
    expect(await take(database.db, asked({ inFlight: 4, calls: 3 }), clockAt(0))).toMatchObject({ granted: 3 });
    const other = asked({ inFlight: 4, calls: 3, process: 'p2' });
    expect(await take(database.db, other, clockAt(10))).toMatchObject({ granted: 1 });
    expect(await take(database.db, { ...other, held: 1 }, clockAt(2_990))).toMatchObject({ granted: 0 });
    expect(await take(database.db, { ...other, held: 1 }, clockAt(3_010))).toMatchObject({ granted: 3 });
    expect(await take(database.db, asked({ inFlight: 4, held: 0, calls: 0 }), clockAt(3_020))).toMatchObject({
      granted: 0,
    });
    expect(await take(database.db, asked({ inFlight: 4 }), clockAt(3_020))).toMatchObject({ granted: 0 });
  });

  it('never let more through than they allow while many take at the same time', async () => {
    await rows('stripe:all');
    const rates = [rate(100, 3600, 40)];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        take(database.db, asked({ rates, calls: 2, inFlight: 10, process: `p${index}` }), clockAt(0)),
      ),
    );
    expect(answers.reduce((sum, { granted }) => sum + granted, 0)).toBe(10);
  });
});

describe('the breaker of an upstream', () => {
  const outage = (ms: number, random = 1) =>
    countOutage(database.db, 'stripe', 3, 'No answer came.', () => random, clockAt(ms));

  it('opens after outages in a row, lets one call find out, and waits longer each time it fails', async () => {
    await rows();
    await outage(0);
    await outage(0);
    expect(await take(database.db, asked({ calls: 5 }), clockAt(1))).toMatchObject({ granted: 5, failures: 2 });
    await outage(10);
    expect(await take(database.db, asked({}), clockAt(20))).toMatchObject({
      granted: 0,
      waitMs: 990,
      stopped: 'open',
      reason: 'No answer came.',
    });
    expect(await take(database.db, asked({ calls: 5 }), clockAt(1_010))).toMatchObject({ granted: 1, failures: 3 });
    expect(await take(database.db, asked({ process: 'p2' }), clockAt(1_020))).toMatchObject({
      granted: 0,
      stopped: 'open',
    });
    await outage(1_100);
    expect(await take(database.db, asked({}), clockAt(1_200))).toMatchObject({ granted: 0, waitMs: 1_900 });
    expect(await take(database.db, asked({}), clockAt(3_100))).toMatchObject({ granted: 1 });
  });

  it('asks again when the one call that was to find out never came back', async () => {
    await rows();
    for (let count = 0; count < 3; count += 1) await outage(0);
    expect(await take(database.db, asked({}), clockAt(2_000))).toMatchObject({ granted: 1 });
    expect(await take(database.db, asked({}), clockAt(36_900))).toMatchObject({ granted: 0, waitMs: 100 });
    expect(await take(database.db, asked({}), clockAt(37_001))).toMatchObject({ granted: 1 });
  });

  it('does not wait longer because of calls that were under way when it opened', async () => {
    await rows();
    for (let count = 0; count < 20; count += 1) await outage(0);
    expect(await take(database.db, asked({}), clockAt(1))).toMatchObject({ granted: 0, waitMs: 999 });
  });
});

describe('the gate', () => {
  it('turns away at once when the turn would come too late, says when to come again, and does not call', async () => {
    const gate = gateOf(limitsOf({}), () => 0.5);
    await gate.run(
      'reads',
      async () => 1,
      () => ({ kind: 'slow_down', limit: null, waitMs: 40_000 }),
    );
    let called = 0;
    const fault = await faultOf(gate.run('reads', async () => (called += 1), answered));
    expect(fault).toMatchObject({ code: 'upstream_full', kind: 'rate_limited', notTried: true, retryable: true });
    expect(fault.retryAfterMs).toBeGreaterThan(40_000);
    expect(fault.retryAfterMs).toBeLessThanOrEqual(50_000);
    expect(fault.publicText).toMatch(/^stripe asked for a pause of (3\d|40) s more: It asked for fewer calls\.$/);
    expect(called).toBe(0);
  });

  it('keeps to a pause that another process was asked for', async () => {
    const [one, other] = [gateOf(limitsOf({})), gateOf(limitsOf({}))];
    await one.run(
      'reads',
      async () => 1,
      () => ({ kind: 'slow_down', limit: 'reads', waitMs: 60_000 }),
    );
    await expect(other.run('writes', async () => 'free', answered)).resolves.toBe('free');
    expect(await faultOf(other.run('reads', async () => 1, answered))).toMatchObject({ code: 'upstream_full' });
  });

  it('goes on within moments when a pause is ended before its time, for who waits and for who was turned away', async () => {
    const gate = gateOf(limitsOf({}));
    const run = () => gate.run('reads', async () => 'answer', answered);
    const pauseFor = (seconds: number) =>
      database.db
        .updateTable('upstream')
        .set({ hold_until: new Date(Date.now() + seconds * 1000) })
        .where('name', '=', 'stripe')
        .execute();
    await run();
    await pauseFor(300);
    expect(await faultOf(run())).toMatchObject({ code: 'upstream_full' });
    await pauseFor(0);
    await vi.waitFor(async () => expect(await run()).toBe('answer'), { timeout: 10_000 });
    await pauseFor(15);
    const begun = Date.now();
    const waits = run();
    await pauseFor(0);
    expect(await waits).toBe('answer');
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  it('opens for everybody, lets one call through when it is time, and closes when that is answered', async () => {
    const [one, other] = [gateOf(limitsOf({}), () => 0.1), gateOf(limitsOf({}))];
    const fails = () => one.run('reads', () => Promise.reject(new Error('socket hang up')), answered);
    for (let count = 0; count < 3; count += 1) await expect(fails()).rejects.toThrow('socket hang up');
    expect(await troubles(database.db)).toMatchObject([{ name: 'stripe', state: 'open', reason: 'No answer came.' }]);
    let underWay = 0;
    let most = 0;
    const calls = Array.from({ length: 10 }, () =>
      other.run(
        'reads',
        async () => {
          most = Math.max(most, (underWay += 1));
          await new Promise((done) => setTimeout(done, 20));
          underWay -= 1;
        },
        answered,
      ),
    );
    await Promise.all(calls.slice(0, 1));
    expect(most).toBe(1);
    await Promise.all(calls);
    expect(most).toBeGreaterThan(1);
    expect(await troubles(database.db)).toEqual([]);
  });

  it('takes an answer that refuses as a sign of life', async () => {
    const gate = gateOf(limitsOf({}));
    const refused = () => gate.run('reads', async () => 404, answered);
    for (let count = 0; count < 10; count += 1) await refused();
    expect(await troubles(database.db)).toEqual([]);
  });

  it('never has more calls under way than the class allows, over two processes', async () => {
    const limits = limitsOf({ inFlight: 4 });
    const both = [gateOf(limits), gateOf(limits)];
    let underWay = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        both[index % 2]!.run(
          'reads',
          async () => {
            most = Math.max(most, (underWay += 1));
            await new Promise((done) => setTimeout(done, 5));
            underWay -= 1;
          },
          answered,
        ),
      ),
    );
    // Mirror work leaves a tenth to people who wait.
    expect(most).toBe(3);
  });

  it('gives places back to others when a process dies with calls under way', async () => {
    const limits = limitsOf({ inFlight: 2 });
    const dead = gateOf(limits);
    await new Promise<void>((begun) => {
      void dead.run('reads', () => new Promise(() => begun()), answered);
    });
    const other = gateOf(limits);
    await expect(withPriority('interactive', () => other.run('reads', async () => 1, answered))).resolves.toBe(1);
    await dead.stop();
    const until = Date.now() + 300;
    await database.db
      .updateTable('upstream')
      .set({ in_flight: JSON.stringify({ dead: { held: 2, until: until / 1000 } }) })
      .where('name', '=', 'stripe:reads')
      .execute();
    await expect(other.run('reads', async () => 1, answered)).resolves.toBe(1);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(Date.now()).toBeLessThan(until + 10_000);
  });

  it('lets people who wait go before the mirror, and the mirror before a backfill', async () => {
    const gate = gateOf(limitsOf({ rates: [rate(60, 1, 2)] }));
    const order: string[] = [];
    await Promise.all(
      (['batch', 'mirror', 'interactive'] as const).flatMap((priority) =>
        Array.from({ length: 5 }, () =>
          withPriority(priority, () => gate.run('reads', async () => order.push(priority), answered)),
        ),
      ),
    );
    // The first batch of calls may have gone before the others came.
    const rest = order.slice(3);
    expect(rest).toEqual(rest.toSorted((a, b) => 'imb'.indexOf(a[0]!) - 'imb'.indexOf(b[0]!)));
    expect(order.filter((one) => one === 'batch')).toHaveLength(5);
  });

  it('does not spoil an answer when its signal cannot be noted', async () => {
    const broken = await createTestDatabase();
    const noted: unknown[] = [];
    const gate = createUpstreamGate(broken.db, limitsOf({}), { onTrouble: (error) => noted.push(error) });
    const work = async () => {
      await sql`drop table upstream`.execute(broken.db);
      return 'read';
    };
    await expect(gate.run('reads', work, () => ({ kind: 'slow_down', limit: null, waitMs: 1 }))).resolves.toBe('read');
    expect(noted).toHaveLength(1);
    await gate.stop();
    await broken.close();
  });
});

describe('work that is not let through', () => {
  it('burns no attempt, and comes again when it is worth it', async () => {
    const store = createPostgresStore(database, { orgId: 'org', mappingVersion: '1' });
    const log = createLog('silent');
    let fault = new Fault({
      code: 'x',
      kind: 'rate_limited',
      publicText: 'Full.',
      retryAfterMs: 9_000,
      notTried: true,
    });
    const worker = createKeyWorker({ store, log, handler: () => Promise.reject(fault) });
    const look = async () =>
      (
        await database.pool.query(
          `select attempt, quarantined_at is not null as aside, reason,
            not_before between now() + interval '1 s' and now() + interval '9 s' as waits from dirty`,
        )
      ).rows;
    for (let round = 0; round < 20; round += 1) {
      await store.bumpKeys(['stripe:account:cus_1']);
      await database.pool.query('update dirty set not_before = now()');
      await worker.drain();
    }
    expect(await look()).toEqual([{ attempt: 0, aside: false, reason: 'Full.', waits: true }]);
    fault = new Fault({ code: 'x', kind: 'unavailable', publicText: 'Down.', retryAfterMs: 9_000 });
    await database.pool.query('update dirty set not_before = now()');
    await worker.drain();
    expect(await look()).toMatchObject([{ attempt: 1, reason: 'Down.' }]);
    await database.pool.query('truncate dirty');
  });

  it('is shown: which upstream is left alone, because it does not answer or because it asked for it', async () => {
    await addRows(database.db, ['stripe', 'stripe:reads', 'zuora']);
    const minuteAhead = sql<Date>`now() + interval '1 minute'`;
    for (let count = 0; count < 3; count += 1)
      await countOutage(database.db, 'stripe', 3, 'No answer came.', () => 1, minuteAhead);
    await slowDown(database.db, 'stripe:reads', 60_000, 'It asked for fewer calls.');
    const metrics = createMetrics();
    registerGauges(metrics, database.db);
    const lines = (await metrics.getSingleMetricAsString('billing360_upstream_open')).split('\n');
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
      'billing360_upstream_open{upstream="stripe"} 1',
      'billing360_upstream_open{upstream="stripe:reads"} 0.5',
    ]);
    const shown = await troubles(database.db);
    expect(shown).toMatchObject([
      { name: 'stripe', state: 'open', reason: 'No answer came.' },
      { name: 'stripe:reads', state: 'hold', reason: 'It asked for fewer calls.' },
    ]);
    for (const [index, most] of [61, 60].entries()) {
      expect(shown[index]!.seconds).toBeGreaterThan(most - 20);
      expect(shown[index]!.seconds).toBeLessThanOrEqual(most);
    }
  });
});

describe('an outage of three days', () => {
  /** Lets what the database is asked come back; its own time is not that of the timers. */
  async function answersBack(pool: pg.Pool): Promise<void> {
    const isBusy = () => pool.totalCount !== pool.idleCount || pool.waitingCount > 0;
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise((done) => setImmediate(done));
      for (; isBusy(); quiet = 0) await once(pool, 'release');
    }
  }

  it('costs a bounded number of calls, and ends without everybody coming at once', async () => {
    vi.useFakeTimers({
      toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
      now: outageStart,
    });
    const random = randomOf('20261121');
    // Connections that are idle for long in the time of the test are kept.
    const pool = new pg.Pool({ connectionString: database.url, idleTimeoutMillis: 0, max: 4 });
    const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
    const limits = limitsOf({ rates: [rate(25, 1, 2)] }, 5);
    const clock = () => sql<Date>`${new Date()}::timestamptz`;
    const gate = createUpstreamGate(db, limits, { random: () => random.below(1_000_000) / 1_000_000, clock });
    const endsAt = outageStart + 3 * 86_400_000;
    const callsAt: number[] = [];
    const workedAt: number[] = [];
    let tries = 0;

    /** As the key worker does: waits as long as it is told to, or with full jitter. */
    async function workKey(from: number): Promise<void> {
      await new Promise((done) => setTimeout(done, from - Date.now()));
      for (let attempt = 1; ;) {
        try {
          await gate.run(
            'reads',
            async () => {
              callsAt.push(Date.now());
              if (Date.now() < endsAt) throw new Fault({ code: 'x', kind: 'unavailable', publicText: 'No answer.' });
            },
            answered,
          );
          workedAt.push(Date.now());
          return;
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          tries += 1;
          const waitMs = error.retryAfterMs ?? backoffMs(attempt, 500, 60_000, () => random.below(1000) / 1000);
          if (!error.notTried) attempt += 1;
          await new Promise((done) => setTimeout(done, waitMs));
        }
      }
    }

    const keys = Array.from({ length: 103 }, (_, index) => workKey(index < 3 ? outageStart : endsAt - 120_000));
    const done = Promise.all(keys).then(() => true);
    let ended = false;
    void done.then(() => (ended = true));
    while (!ended) {
      await vi.advanceTimersToNextTimerAsync();
      await answersBack(pool);
    }
    vi.useRealTimers();
    await gate.stop();
    await db.destroy();

    const inOutage = callsAt.filter((at) => at < endsAt);
    expect(inOutage.length, `tries ${tries}`).toBeLessThan(2_500);
    expect(callsAt.length - inOutage.length).toBe(103);
    // Never more than the limit in any second, also at the end, and everything worked soon after it.
    for (const from of callsAt)
      expect(callsAt.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(25);
    expect(Math.max(...workedAt) - endsAt).toBeLessThan(360_000);
    expect(new Set(workedAt.map((at) => Math.floor(at / 1000))).size).toBeGreaterThan(10);
    // Its clock is its own: how long it takes says only how fast the machine is.
  }, 300_000);
});
