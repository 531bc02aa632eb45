import type { Summary } from '../schema/summaries.ts';
import type { FieldValue, SObject, SRecord } from '../types.ts';
import { checkRules } from './checks.ts';
import { nowOf, target, type DmlContext } from './context.ts';

type Working = Summary & { master: SObject };

function worked(context: DmlContext, summary: Working, masterId: string): FieldValue {
  const { store, evaluator, access } = context;
  const details = store
    .holding(summary.reference, masterId)
    .map((id) => store.find(summary.detail, id)!)
    .filter((detail) => summary.matches((field) => evaluator.value(summary.detail, detail, field, access)));
  if (summary.operation === 'count') return details.length;
  const values = details.map((detail) => detail[summary.summarized!.name] ?? null).filter((value) => value !== null);
  if (summary.operation === 'sum')
    return Number(values.reduce<number>((sum, value) => sum + Number(value), 0).toPrecision(15));
  if (values.length === 0) return null;
  return values.reduce((best, value) => ((summary.operation === 'min' ? value < best : value > best) ? value : best));
}

/**
 * Works the roll-up summaries of the masters of a record out anew, and so on upwards. Rules of the masters are checked,
 * as for any save of theirs.
 */
export function summarize(context: DmlContext, object: SObject, before: SRecord | null, after: SRecord): void {
  const touched = new Map<string, { master: SObject; values: Record<string, FieldValue> }>();
  for (const summary of context.schema.summaries) {
    if (summary.detail !== object) continue;
    for (const id of new Set([before?.[summary.reference.name], after[summary.reference.name]])) {
      const master = target(context, summary.master.name, id);
      if (!master) continue;
      const value = worked(context, summary, master.Id);
      if ((master[summary.field.name] ?? null) === value) continue;
      const entry = touched.get(master.Id) ?? { master: summary.master, values: {} };
      entry.values[summary.field.name] = value;
      touched.set(master.Id, entry);
    }
  }
  for (const [id, { master, values }] of touched) {
    const old = context.store.find(master, id)!;
    const at = nowOf(context);
    const stamp = { LastModifiedDate: at, LastModifiedById: context.access.userId, SystemModstamp: at };
    const changed: SRecord = { ...old, ...values, ...stamp };
    checkRules({ context, object: master, before: old, after: changed, written: new Set() });
    context.store.put(master, changed);
    summarize(context, master, old, changed);
  }
}
