import { RequestFault, RowFault } from '../errors.ts';
import type { FieldValue, InputRow, RowResult, SaveOptions, SObject, SRecord } from '../types.ts';
import type { Store } from '../store.ts';
import type { DmlContext } from './context.ts';
import { readRow, type ReadRow } from './input.ts';
import { mergeRows } from './merge.ts';
import { removeRow } from './remove.ts';
import { eraseRow, undeleteRow } from './restore.ts';
import { insertRow, updateRow } from './save.ts';

const failed = (fault: RowFault): RowResult => ({ id: null, success: false, errors: fault.toRowErrors() });

const ROLLED_BACK = new RowFault(
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'Record rolled back because not all records were valid and the request was using AllOrNone header',
);

/** Keeps what `save` did, or nothing of it when `allOrNone` and one row failed. */
export function keepOrRollBack(store: Store, allOrNone: boolean, save: () => RowResult[]): RowResult[] {
  return store.transaction((rollback) => {
    const results = save();
    if (!allOrNone || results.every((result) => result.success)) return results;
    rollback();
    return results.map((result) => (result.success ? failed(ROLLED_BACK) : result));
  });
}

/** Runs one act a row, each in its own transaction. */
function each<T>(
  context: DmlContext,
  items: readonly T[],
  options: SaveOptions,
  act: (item: T) => Pick<RowResult, 'id' | 'created'>,
): RowResult[] {
  return keepOrRollBack(context.store, options.allOrNone ?? false, () =>
    items.map((item): RowResult => {
      try {
        return { ...context.store.transaction(() => act(item)), success: true, errors: [] };
      } catch (error) {
        if (error instanceof RowFault) return failed(error);
        throw error;
      }
    }),
  );
}

/** @throws RequestFault when a value has the wrong JSON type */
export function insertRows(
  context: DmlContext,
  object: SObject,
  rows: readonly InputRow[],
  options: SaveOptions,
): RowResult[] {
  const read = rows.map((row) => ({ row, values: readRow(context, object, row, []) }));
  return each(context, read, options, ({ row, values }) => {
    if (Object.keys(row).some((name) => name.toLowerCase() === 'id'))
      throw new RowFault('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
    return { id: insertRow(context, object, values) };
  });
}

/** @throws RequestFault when a value has the wrong JSON type */
export function updateRows(
  context: DmlContext,
  object: SObject,
  rows: readonly InputRow[],
  options: SaveOptions,
): RowResult[] {
  const read = rows.map((row) => ({ id: idOf(row), values: readRow(context, object, row, ['Id']) }));
  return each(context, read, options, ({ id, values }) => {
    if (id === null) throw new RowFault('MISSING_ARGUMENT', 'Id not specified in an update call');
    const before = existing(context, object, id);
    updateRow(context, object, before, values);
    return { id: before.Id };
  });
}

function idOf(row: InputRow): string | null {
  const name = Object.keys(row).find((key) => key.toLowerCase() === 'id');
  const id = name === undefined ? null : row[name];
  return typeof id === 'string' && id !== '' ? id : null;
}

function existing(context: DmlContext, object: SObject, id: string): SRecord {
  if (!/^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/.test(id))
    throw new RowFault('MALFORMED_ID', `${object.label} ID: id value of incorrect type: ${id}`, ['Id']);
  const record = context.store.find(object, id);
  if (!record) throw new RowFault('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (record['IsDeleted'] === true) throw new RowFault('ENTITY_IS_DELETED', 'entity is deleted');
  return record;
}

/**
 * Inserts or updates by an external id.
 * @throws RequestFault when the field is no external id, or a value has the wrong JSON type
 */
export function upsertRows(
  context: DmlContext,
  object: SObject,
  externalIdField: string,
  rows: readonly InputRow[],
  options: SaveOptions,
): RowResult[] {
  const key = context.schema.field(object, externalIdField);
  if (!key?.externalId || !context.access.readsField(object.name, key.name))
    throw new RequestFault(
      404,
      'NOT_FOUND',
      `Provided external ID field does not exist or is not accessible: ${externalIdField}`,
    );
  const read = rows.map((row) => ({ row, values: readRow(context, object, row, []) }));
  const keyOf = ({ values }: { values: ReadRow }): FieldValue => {
    const value = values.values.get(key) ?? null;
    return typeof value === 'string' && !key.caseSensitive ? value.toLowerCase() : value;
  };
  const seen = new Map<FieldValue, number>();
  for (const one of read) seen.set(keyOf(one), (seen.get(keyOf(one)) ?? 0) + 1);
  return each(context, read, options, (one) => {
    const { row, values } = one;
    if (Object.keys(row).some((name) => name.toLowerCase() === 'id'))
      throw new RowFault('INVALID_FIELD', 'The Id field should not be specified in the sobject data.', ['Id']);
    const value = keyOf(one);
    if (value === null)
      throw (
        values.unknown ??
        values.faults.get(key) ??
        new RowFault('MISSING_ARGUMENT', `${key.name} not specified`, [key.name])
      );
    if (seen.get(value)! > 1)
      throw new RowFault('DUPLICATE_VALUE', `Duplicate external id specified: ${String(values.values.get(key))}`, [
        key.name,
      ]);
    const ids = context.store.holding(key, value);
    if (ids.length > 1)
      throw new RowFault(
        'DUPLICATE_EXTERNAL_ID',
        `${key.name}: more than one record found for external id field: [${ids.join(', ')}]`,
        [key.name],
      );
    if (ids.length === 0) return { id: insertRow(context, object, values), created: true };
    const written = new Map([...values.values].filter(([field]) => field !== key));
    updateRow(context, object, context.store.find(object, ids[0]!)!, { ...values, values: written });
    return { id: ids[0]!, created: false };
  });
}

export function removeRows(
  context: DmlContext,
  object: SObject,
  ids: readonly string[],
  options: SaveOptions,
): RowResult[] {
  return each(context, ids, options, (id) => {
    const record = existing(context, object, id);
    removeRow(context, object, record);
    return { id: record.Id };
  });
}

function stored(context: DmlContext, object: SObject, id: string): SRecord {
  const record = context.store.find(object, id);
  if (!record) throw new RowFault('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  return record;
}

export function undeleteRows(
  context: DmlContext,
  object: SObject,
  ids: readonly string[],
  options: SaveOptions,
): RowResult[] {
  return each(context, ids, options, (id) => {
    const record = stored(context, object, id);
    undeleteRow(context, object, record);
    return { id: record.Id };
  });
}

export function eraseRows(
  context: DmlContext,
  object: SObject,
  ids: readonly string[],
  options: SaveOptions,
): RowResult[] {
  return each(context, ids, options, (id) => {
    const record = stored(context, object, id);
    eraseRow(context, object, record);
    return { id: record.Id };
  });
}

/** @throws RequestFault when a value has the wrong JSON type */
export function mergeRow(
  context: DmlContext,
  object: SObject,
  master: InputRow,
  loserIds: readonly string[],
  options: SaveOptions,
): RowResult {
  const row = { id: idOf(master), values: readRow(context, object, master, ['Id']) };
  return each(context, [row], options, ({ id, values }) => {
    if (id === null) throw new RowFault('MISSING_ARGUMENT', 'Id not specified in a merge call');
    const record = existing(context, object, id);
    const losers = loserIds.map((loserId) => existing(context, object, loserId));
    mergeRows(context, object, record, losers, values);
    return { id: record.Id };
  })[0]!;
}
