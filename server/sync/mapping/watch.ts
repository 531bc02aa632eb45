import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import type { BatchReads } from '../../workflows/ports/org.ts';
import type { MappedField, MappingEntry, MappingVerdict } from '../../workflows/ports/orgMapping.ts';
import { digestOf } from '../canonical.ts';
import { pausedObjects } from '../outbox/pause.ts';
import { repeat } from '../repeat.ts';
import { projectAnewBy, projectAnewWhen } from '../restamp.ts';
import { keepVerdict, keptVerdict, troubleOf } from './verdict.ts';

export type MappingWatchOptions = {
  db: Db;
  /** What the admin's mapping adds. */
  entries: readonly MappingEntry[];
  /** Asks the org what of it fits. */
  check: () => Promise<MappingVerdict>;
  batch: BatchReads;
  now: () => Date;
  log: Log;
  /** Told when keys were made dirty. */
  onChange?: () => void;
  everyMs?: number;
};

/** What of a mapping is in force: only what the org was found to take. */
export type MappingWatch = {
  fields(): readonly MappedField[];
  /** What is not written and why; empty when all of it is. */
  trouble(): string;
  /** Takes up what was found by any process before; projects every Account when that is another than at the last start. */
  load(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** Asks the org when that is due. A change projects every Account anew. */
  tick(): Promise<void>;
};

/** An org changes now and then, ms. */
const ASK_AGAIN_MS = 3_600_000;
/** While none of an object's rows can be written, a field of the mapping may be why, ms. */
const ASK_PAUSED_MS = 60_000;

const IN_FORCE = 'mapping_in_force';

/**
 * Keeps to what the org takes of an admin's mapping: asked at start, each hour, and when an object is paused. Fields that
 * are in the mapping no more keep their last value.
 */
export function createMappingWatch(options: MappingWatchOptions): MappingWatch {
  const { db, entries, check, batch, now, log, onChange = () => {}, everyMs = 60_000 } = options;
  const objects = new Set(entries.map(({ object }) => object));
  let verdict: MappingVerdict | null = entries.length === 0 ? { fields: [], refused: [] } : null;

  const none: readonly MappedField[] = [];
  const fields = () => verdict?.fields ?? none;

  async function isDue(checkedAt: Date | undefined): Promise<boolean> {
    if (checkedAt === undefined) return true;
    const ageMs = now().getTime() - checkedAt.getTime();
    if (ageMs >= ASK_AGAIN_MS || ageMs < 0) return true;
    return ageMs >= ASK_PAUSED_MS && (await pausedObjects(db)).some(({ object }) => objects.has(object));
  }

  async function takeUp(next: MappingVerdict): Promise<void> {
    const before = { trouble: troubleOf(entries, verdict), fields: digestOf(fields()) };
    verdict = next;
    const trouble = troubleOf(entries, next);
    if (trouble !== '' && trouble !== before.trouble)
      for (const line of next.refused) log.error({ mapping: true }, line);
    if (digestOf(next.fields) === before.fields) return;
    // Every process does so when it changes over: what one projected before the other knew is projected again.
    const accounts = await projectAnewBy(db, { name: IN_FORCE, value: digestOf(next.fields) });
    log.info({ fields: next.fields.length, accounts }, 'Another mapping is in force; every Account is projected anew');
    onChange();
  }

  async function tick(): Promise<void> {
    if (entries.length === 0) return;
    const kept = await keptVerdict(db, entries);
    if (!(await isDue(kept?.checkedAt))) return takeUp(kept!);
    const found = await batch(check);
    await keepVerdict(db, entries, { ...found, checkedAt: now() });
    await takeUp(found);
  }

  const loop = repeat(tick, everyMs, (error) =>
    log.warn({ err: error }, 'Whether the mapping fits the org could not be found out; it is tried again'),
  );

  return {
    fields,
    trouble: () => troubleOf(entries, verdict),
    async load() {
      if (entries.length > 0) verdict = await keptVerdict(db, entries);
      await projectAnewWhen(db, { name: IN_FORCE, value: digestOf(fields()) });
    },
    // At once: what was found before may hold no longer.
    start: () => loop.start(0),
    stop: () => loop.stop(),
    tick,
  };
}
