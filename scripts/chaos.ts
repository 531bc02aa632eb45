import { readOptions } from './arguments.ts';
import { FAULT_NAMES, type FaultName } from './chaos/faults.ts';
import { openRecord } from './chaos/record.ts';
import { startScene } from './chaos/scene.ts';
import { runSeed, type SeedResult } from './chaos/seed.ts';

const help = `Lets faults happen at random to real processes, a real Postgres and the simulators while customers change things, then
compares Salesforce with the billing systems, field by field.

npm run chaos -- --seeds 1000        seeds 1 to 1000; those that ran before are passed over, so that it can be broken off
npm run chaos -- --from 17 --seeds 1 seed 17 alone, as when it failed (processes are not to the millisecond what they were)
npm run chaos -- --faults 'kill,org reset after'   these faults together, whatever the seed says
npm run chaos -- --events 200        least events of a seed (default 200)
npm run chaos -- --record FILE       where results are kept, one JSON line a seed (default .data/chaos.jsonl)
npm run chaos -- --fresh             forgets what ran before
npm run chaos -- --json              the summary as JSON

Seeds 1 to ${FAULT_NAMES.length} have each fault alone, later ones a pair. Faults: ${FAULT_NAMES.join(', ')}.`;

const options = readOptions(help, {
  seeds: { type: 'string', default: '20' },
  from: { type: 'string', default: '1' },
  events: { type: 'string', default: '200' },
  faults: { type: 'string' },
  record: { type: 'string', default: '.data/chaos.jsonl' },
  fresh: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});

/** Simulators keep everything, so that each seed takes longer than the one before; they are started anew after so many. */
const SEEDS_A_SCENE = 4;

function fail(text: string): never {
  console.error(`${text}\n\n${help}`);
  process.exit(2);
}

function wholeNumber(name: 'seeds' | 'from' | 'events'): number {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1) fail(`--${name} takes a whole number from 1, not "${options[name]}".`);
  return value;
}

const isFault = (name: string): name is FaultName => (FAULT_NAMES as string[]).includes(name);

function faultsAsked(): FaultName[] | undefined {
  if (options.faults === undefined) return undefined;
  const names = options.faults.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isFault(name));
  if (unknown.length > 0) fail(`There is no fault called ${unknown.join(', ')}.`);
  return names.filter(isFault);
}

function say(text: string): void {
  if (!options.json) console.log(text);
}

function line({ seed, faults, ok, events, kills, postgresRestarts, convergedMs, seconds }: SeedResult): string {
  const incidents = `${kills > 0 ? `, ${kills} kills` : ''}${postgresRestarts > 0 ? `, ${postgresRestarts} restarts of Postgres` : ''}`;
  return `${ok ? 'ok    ' : 'FAILED'} seed ${String(seed).padStart(4)} ${String(seconds).padStart(5)} s  ${events} events${incidents}, right after ${convergedMs} ms: ${faults.join(' + ')}`;
}

function summaryOf(results: readonly SeedResult[]) {
  const sum = (of: (result: SeedResult) => number) => results.reduce((total, result) => total + of(result), 0);
  return {
    seeds: results.length,
    failed: results.filter(({ ok }) => !ok).map(({ seed }) => seed),
    events: sum(({ events }) => events),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    kills: sum(({ kills }) => kills),
    postgresRestarts: sum(({ postgresRestarts }) => postgresRestarts),
    slowestConvergenceMs: Math.max(0, ...results.map(({ convergedMs }) => convergedMs)),
    seconds: Math.round(sum(({ seconds }) => seconds)),
  };
}

const [from, seeds, events] = [wholeNumber('from'), wholeNumber('seeds'), wholeNumber('events')];
const only = faultsAsked();
const record = openRecord(options.record, options.fresh);
const wanted = Array.from({ length: seeds }, (_, index) => from + index);
// One seed asked for by number is run again.
const ran = new Set(seeds === 1 ? [] : record.results().map(({ seed }) => seed));
const left = wanted.filter((seed) => !ran.has(seed));
if (left.length < wanted.length)
  say(`${wanted.length - left.length} seeds ran before (${options.record}); ${left.length} are left.`);

let brokenOff = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    brokenOff = true;
    say('Broken off; the seed in hand runs again next time.');
  });

let scene: Awaited<ReturnType<typeof startScene>> | undefined;
for (const [index, seed] of left.entries()) {
  scene ??= await startScene();
  const result = await runSeed(scene, seed, { events, isOver: () => brokenOff, ...(only ? { only } : {}) });
  if (brokenOff) break;
  record.add(result);
  say(`${line(result)}  (${index + 1} of ${left.length})`);
  for (const failure of result.failures.slice(0, 12)) say(`         ${failure}`);
  // What went wrong must not spoil the seeds after it.
  if (!result.ok || index % SEEDS_A_SCENE === SEEDS_A_SCENE - 1) {
    await scene.stop();
    scene = undefined;
  }
}
await scene?.stop();
if (brokenOff) process.exit(130);
const summary = summaryOf(record.results().filter(({ seed }) => wanted.includes(seed)));
if (options.json) console.log(JSON.stringify(summary, null, 2));
else {
  console.log(
    `\n${summary.seeds} seeds, ${summary.events} events (${summary.acknowledged} acknowledged), ${summary.kills} SIGKILLs, ${summary.postgresRestarts} restarts of Postgres; right again ${summary.slowestConvergenceMs} ms after the faults at the latest.`,
  );
  console.log(
    summary.failed.length === 0
      ? 'No seed failed.'
      : `Failed: ${summary.failed.join(', ')}. Repeat one: npm run chaos -- --from ${summary.failed[0]} --seeds 1`,
  );
}
process.exit(summary.failed.length === 0 ? 0 : 1);
