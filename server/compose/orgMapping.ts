import { checkMapping } from '../connectors/salesforce/mapping/check.ts';
import { describeObjects } from '../connectors/salesforce/mapping/describe.ts';
import { shapesWith } from '../connectors/salesforce/mapping/apply.ts';
import { ownFieldsOf } from '../connectors/salesforce/shapes.ts';
import type { RowShape } from '../connectors/salesforce/changes/reader.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { createMappingWatch, type MappingWatch } from '../sync/mapping/watch.ts';
import { createBatchReads } from '../sync/outbox/batchReads.ts';
import type { BatchReads } from '../workflows/ports/org.ts';
import type { MappedField } from '../workflows/ports/orgMapping.ts';
import type { Base } from './base.ts';

/** The mapping in force, and what rows look like by it. */
export type OrgMapping = {
  watch: MappingWatch;
  shapes(): readonly RowShape[];
  ownFields(): Readonly<Record<string, ReadonlySet<string>>>;
};

/** What follows from the fields of a mapping is worked out once for each list of them. */
function by<T>(fields: () => readonly MappedField[], make: (fields: readonly MappedField[]) => T): () => T {
  let known: { fields: readonly MappedField[]; made: T } | undefined;
  return () => {
    const now = fields();
    if (known?.fields !== now) known = { fields: now, made: make(now) };
    return known.made;
  };
}

/** Calls of the org that can wait, while what is left of its API calls is not kept for others. */
export function batchCalls({ config, store }: Pick<Base, 'config' | 'store'>, client: SalesforceClient): BatchReads {
  return createBatchReads({
    store,
    reserve: config.salesforce.apiReserve,
    usage: async () => (await client.session()).limitInfo.apiUsage ?? null,
  });
}

/** Keeps what an admin's mapping adds in step with what the org can take. */
export function orgMapping(base: Base, client: SalesforceClient): OrgMapping {
  const { config, database, clock, log, keysReady } = base;
  const watch = createMappingWatch({
    db: database.db,
    entries: config.mapping,
    check: () => checkMapping(config.mapping, describeObjects(client)),
    batch: batchCalls(base, client),
    now: clock.now,
    log,
    onChange: keysReady.notify,
    everyMs: config.sweepSeconds * 1000,
  });
  const shapes = by(watch.fields, shapesWith);
  return { watch, shapes, ownFields: by(watch.fields, (fields) => ownFieldsOf(shapesWith(fields))) };
}
