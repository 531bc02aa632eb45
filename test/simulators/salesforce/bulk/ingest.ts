import { RowFault } from '../org/errors.ts';
import type { SimulatedOrg } from '../org/org.ts';
import type { InputRow, RowError, RowResult, SaveOptions } from '../org/types.ts';
import type { IngestJob, RowOutcome } from './jobs.ts';
import { inputRow, type Column } from './rows.ts';

/** Rows that are saved in one transaction, as triggers see them. */
export const CHUNK = 200;
const MAX_RETRIES = 10;

type Read = { row: number; input: InputRow | null; error: RowError | null };

/** `CODE:message:Field,Other --`, byte for byte as results have it. */
function errorText({ statusCode, message, fields }: RowError): string {
  return `${statusCode}:${message}:${fields.length > 0 ? `${fields.join(',')} ` : ''}--`;
}

const idOf = (row: InputRow): string => String(row['Id'] ?? '');

function save(org: SimulatedOrg, job: IngestJob, rows: readonly InputRow[], options: SaveOptions): RowResult[] {
  const { object, operation, externalIdFieldName } = job;
  if (operation === 'insert') return org.insert(object, rows, options).map((one) => ({ ...one, created: true }));
  if (operation === 'update') return org.update(object, rows, options);
  if (operation === 'delete' || operation === 'hardDelete') {
    const results = org.remove(object, rows.map(idOf), options);
    const gone = results.flatMap(({ id, success }) => (success && id !== null ? [id] : []));
    if (operation === 'hardDelete') org.emptyRecycleBin(object, gone, options);
    return results;
  }
  if (externalIdFieldName?.toLowerCase() !== 'id') return org.upsert(object, externalIdFieldName!, rows, options);
  return rows.map((row) => {
    const created = row['Id'] === undefined || row['Id'] === null;
    const [result] = created ? org.insert(object, [row], options) : org.update(object, [row], options);
    return { ...result!, created };
  });
}

function readRow(columns: readonly Column[], cells: readonly string[], row: number): Read {
  try {
    return { row, input: inputRow(columns, cells), error: null };
  } catch (error) {
    if (error instanceof RowFault) return { row, input: null, error: error.toRowError() };
    throw error;
  }
}

const isLocked = ({ errors }: RowResult): boolean =>
  errors.some(({ statusCode }) => statusCode === 'UNABLE_TO_LOCK_ROW');

/**
 * Saves one chunk, rows that are locked again and again after `wait` until they are free or ten retries are over.
 * @param from index of the first row of the chunk
 */
export async function saveChunk(
  org: SimulatedOrg,
  job: IngestJob,
  columns: readonly Column[],
  from: number,
  wait: () => Promise<void>,
): Promise<RowOutcome[]> {
  const options = { userId: job.createdById, origin: job.origin };
  const read = job.table.rows.slice(from, from + CHUNK).map((cells, at) => readRow(columns, cells, from + at));
  const outcomes = new Map<number, RowOutcome>();
  for (const { row, error, input } of read) {
    // A result without an id still names the record that the row is about.
    const id = input && job.operation !== 'insert' ? idOf(input) : null;
    if (error) outcomes.set(row, { row, id, created: false, error: errorText(error) });
  }
  let open = read.filter(({ input }) => input !== null);
  for (let attempt = 0; open.length > 0; attempt++) {
    const inputs = open.map(({ input }) => input!);
    const results = org.transaction(options, () => save(org, job, inputs, options));
    const again = attempt < MAX_RETRIES ? open.filter((_one, at) => isLocked(results[at]!)) : [];
    for (const [at, one] of open.entries()) {
      if (again.includes(one)) continue;
      const { id, success, errors, created = false } = results[at]!;
      const known = job.operation === 'insert' ? '' : idOf(one.input!);
      outcomes.set(one.row, { row: one.row, id: id ?? known, created, error: success ? null : errorText(errors[0]!) });
    }
    open = again;
    if (open.length === 0) break;
    job.retries++;
    await wait();
  }
  return read.map(({ row }) => outcomes.get(row)!);
}
