import type { SimClock } from '../../../kit/clock.ts';
import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { toDateTime } from '../../org/values.ts';
import type { SObject, SRecord } from '../../org/types.ts';
import { ok, param, type Call } from '../wire/call.ts';
import { invalidInput } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { readableObject } from './records.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Deleted records stay 15 days in the recycle bin, and ids may be asked for 30 days back (docs: "getDeleted()"). */
const BIN_DAYS = 15;
const MAX_DAYS = 30;

const refused = (message: string): RequestFault => new RequestFault(400, 'INVALID_REPLICATION_DATE', message);

/** Seconds do not count (docs: "getUpdated()"). */
const minute = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS;

function windowOf(call: Call, now: number): { start: number; end: number } {
  const [start, end] = ['start', 'end'].map((name) => {
    const text = call.query.get(name);
    if (text === null) throw new RequestFault(400, 'MISSING_ARGUMENT', `${name} is missing`);
    const ms = Date.parse(text.replace(' ', '+'));
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) || Number.isNaN(ms))
      throw invalidInput(`${name} must be a date and time: ${text}`);
    return minute(ms);
  }) as [number, number];
  if (end - start < MINUTE_MS) throw refused('endDate must be at least one minute greater than startDate');
  if (start < now - MAX_DAYS * DAY_MS) throw refused(`startDate cannot be more than ${MAX_DAYS} days ago`);
  return { start, end };
}

const changedAt = (record: SRecord): number => Date.parse(String(record['SystemModstamp']));

/** `updated` and `deleted` lists of an object, by `SystemModstamp` (docs: "Get Updated", "Get Deleted"). */
export function addReplication(routes: Routes, org: SimulatedOrg, clock: SimClock): void {
  const asked = (call: Call): { object: SObject; start: number; end: number; covered: string; now: number } => {
    const object = readableObject(org, call.access, param(call, 'object'));
    const now = clock.now().getTime();
    const { start, end } = windowOf(call, now);
    return { object, start, end, now, covered: toDateTime(new Date(Math.min(end, minute(now)))) };
  };
  const within = (records: readonly SRecord[], call: Call, object: SObject, start: number, end: number): SRecord[] =>
    records.filter(
      (record) => changedAt(record) >= start && changedAt(record) < end && call.access.seesRecord(object.name, record),
    );
  routes.on('GET', '/sobjects/:object/updated', (call) => {
    const { object, start, end, covered } = asked(call);
    const changed = within(org.all(object.name), call, object, start, end);
    return ok({ ids: changed.map(({ Id }) => Id), latestDateCovered: covered }, changed.length);
  });
  routes.on('GET', '/sobjects/:object/deleted', (call) => {
    const { object, start, end, covered, now } = asked(call);
    const oldest = now - BIN_DAYS * DAY_MS;
    if (start < minute(oldest)) throw refused('startDate before earliestDateAvailable');
    const gone = within(
      org.store.everything(object).filter((record) => record['IsDeleted'] === true),
      call,
      object,
      start,
      end,
    );
    return ok(
      {
        deletedRecords: gone.map((record) => ({ id: record.Id, deletedDate: String(record['SystemModstamp']) })),
        earliestDateAvailable: toDateTime(new Date(minute(oldest))),
        latestDateCovered: covered,
      },
      gone.length,
    );
  });
}
