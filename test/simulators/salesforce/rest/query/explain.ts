import { malformed } from '../../soql/fault.ts';
import type { QueryContext } from '../../soql/names.ts';
import { parse } from '../../soql/parse.ts';
import { runQuery } from '../../soql/query.ts';

/** Names of fields that a plan may read by an index. */
function indexedFields(context: QueryContext, object: string, text: string): string[] {
  const found = context.org.object(object)!;
  return [...found.fields.values()]
    .filter((field) => context.org.store.isIndexed(field) || field.type === 'id')
    .filter((field) => new RegExp(`\\bWHERE\\b.*\\b${field.name}\\b`, 'is').test(text))
    .map((field) => field.name);
}

/**
 * Answer of `query?explain=`: an index plan when the filter names an indexed field, and a table scan.
 * @throws RequestFault for queries that would not run
 */
export function explain(context: QueryContext, text: string): Record<string, unknown> {
  if (text.trim() === '') throw malformed('', '', 'SOQL statement cannot be empty');
  const result = runQuery(context, 66);
  const { sObject = '' } = parse(text);
  const object = context.org.object(sObject)!;
  const sobjectCardinality = context.org.all(object.name).length;
  const cardinality = result.kind === 'count' ? result.totalSize : result.rows.length;
  const fields = indexedFields(context, sObject, text);
  const plan = (leadingOperationType: string, names: string[], relativeCost: number, notes: unknown[]) => ({
    cardinality,
    fields: names,
    leadingOperationType,
    notes,
    relativeCost,
    sobjectCardinality,
    sobjectType: object.name,
  });
  const note = {
    description: 'Not considering filter for optimization because unindexed',
    fields: ['IsDeleted'],
    tableEnumOrId: object.name,
  };
  const scan = plan('TableScan', [], 2.8, [note]);
  const share = sobjectCardinality === 0 ? 0 : cardinality / sobjectCardinality;
  return { plans: fields.length > 0 ? [plan('Index', fields, share, [note]), scan] : [scan], sourceQuery: text };
}
