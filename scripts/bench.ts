import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { readOptions } from './arguments.ts';
import { measureAcknowledgement } from './bench/acknowledgement.ts';
import { measureBackfill } from './bench/backfill.ts';
import { measureBurst } from './bench/burst.ts';
import { measureDerive } from './bench/derive.ts';
import type { Figure } from './bench/figure.ts';
import { measureLatency } from './bench/latency.ts';
import { measureOrders } from './bench/orders.ts';
import { measurePage } from './bench/page.ts';
import { measureReplay } from './bench/replay.ts';
import { measureWorkers } from './bench/workers.ts';

const benches = {
  acknowledgement: measureAcknowledgement,
  latency: measureLatency,
  burst: measureBurst,
  backfill: (say: (text: string) => void) => measureBackfill(say, customers),
  derive: measureDerive,
  orders: measureOrders,
  page: measurePage,
  replay: measureReplay,
  workers: measureWorkers,
};
type Name = keyof typeof benches;

const options = readOptions(
  `Measures the backend against the simulators, as ratios in one run where a machine's speed would show.

npm run bench -- --json FILE        everything, and the figures as JSON
npm run bench -- --only latency     one of ${Object.keys(benches).join(', ')}
npm run bench -- --only backfill --customers 10000     1000 when not said`,
  { json: { type: 'string' }, only: { type: 'string', multiple: true }, customers: { type: 'string' } },
);
const customers = Number(options.customers ?? 1000);
if (!Number.isSafeInteger(customers) || customers < 100) {
  console.error(`--customers ${options.customers} is no number of at least 100.`);
  process.exit(2);
}
const wanted = options.only ?? Object.keys(benches);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no bench called ${unknown.join(', ')}: choose from ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}

const results: Record<string, Figure[]> = {};
for (const name of wanted) {
  console.log(`\n${name}`);
  const figures = await benches[name as Name]((text) => console.log(`  … ${text}`));
  results[name] = figures;
  for (const { name: what, value, unit, goal, met } of figures)
    console.log(
      `  ${what.padEnd(52)} ${String(Math.round(value * 1000) / 1000).padStart(10)} ${unit.padEnd(8)}${goal ? `goal ${goal} ${met ? 'met' : 'MISSED'}` : ''}`,
    );
}
if (options.json) {
  const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version };
  writeFileSync(options.json, `${JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2)}\n`);
  console.log(`\nWritten to ${options.json}`);
}
process.exit(0);
