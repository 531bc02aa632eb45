import { deletedLately, sampleOfAccounts, waitingRemovals } from '../../../sync/operate/storage.ts';
import type { OrgTools } from '../../../workflows/ports/orgTools.ts';
import { count, table } from '../text.ts';
import { isSet, UsageError, type Answer, type Context, type Verb } from '../verb.ts';

/**
 * What a row of a custom object takes, whatever is in it.
 * Source: Salesforce Help, "Data and File Storage Allocations": 2 KB a record, but for a few standard objects.
 */
const KB_A_ROW = 2;
/** Accounts that a forecast projects; from more it goes by these, picked from all over. */
const SAMPLE = 2000;

const megabytes = (rows: number): number => Math.round((rows * KB_A_ROW * 10) / 1024) / 10;
const add = (counts: Map<string, number>, object: string, rows = 1): void =>
  void counts.set(object, (counts.get(object) ?? 0) + rows);

/** Rows that the org is to hold, and rows that are to go, by what is mirrored now; nothing is written. */
async function forecast(
  { db, say }: Context,
  org: OrgTools,
): Promise<{ rows: Map<string, number>; dropped: Map<string, number>; accounts: number; total: number }> {
  const { accountIds, total } = await sampleOfAccounts(db, SAMPLE);
  const rows = new Map<string, number>();
  const dropped = new Map<string, number>();
  for (const [index, accountId] of accountIds.entries()) {
    const projected = await org.project(accountId);
    for (const { object } of projected.rows) if (object !== 'Account') add(rows, object);
    for (const { object } of projected.dropped) add(dropped, object);
    if ((index + 1) % 500 === 0) say(`${index + 1} of ${accountIds.length} Accounts were projected.`);
  }
  const share = accountIds.length === 0 ? 1 : total / accountIds.length;
  for (const counts of [rows, dropped])
    for (const [object, number] of counts) counts.set(object, Math.round(number * share));
  return { rows, dropped, accounts: accountIds.length, total };
}

async function report(context: Context, org: OrgTools): Promise<Answer> {
  const now = await org.countRows();
  const limits = await org.dataStorage();
  const { rows: then, accounts, total } = await forecast(context, org);
  const objects = [...new Set([...now.keys(), ...then.keys()])].map((object) => ({
    object,
    rows: now.get(object) ?? 0,
    megabytes: megabytes(now.get(object) ?? 0),
    forecastRows: then.get(object) ?? 0,
    forecastMegabytes: megabytes(then.get(object) ?? 0),
  }));
  const sum = (pick: (one: (typeof objects)[number]) => number) => objects.reduce((all, one) => all + pick(one), 0);
  const rows = sum((one) => one.rows);
  const forecastRows = sum((one) => one.forecastRows);
  const data = {
    objects,
    total: { rows, megabytes: megabytes(rows), forecastRows, forecastMegabytes: megabytes(forecastRows) },
    dataStorage: limits,
    accounts: { projected: accounts, inAll: total },
  };
  const line = (name: string, a: number, b: number) => [
    name,
    String(a),
    String(megabytes(a)),
    String(b),
    String(megabytes(b)),
  ];
  const lines = table(
    ['OBJECT', 'ROWS', 'MB', 'FORECAST ROWS', 'MB'],
    [...objects.map((one) => line(one.object, one.rows, one.forecastRows)), line('All', rows, forecastRows)],
  );
  const basis =
    accounts < total
      ? `The forecast goes by ${accounts} of ${total} Accounts, picked from all over.`
      : `The forecast is what ${count(total, 'Account')} would have by what is mirrored now.`;
  const space =
    limits === null
      ? 'The org does not tell the integration user how much data storage it has.'
      : `Data storage of the org: ${limits.allowedMb - limits.leftMb} of ${limits.allowedMb} MB are used.`;
  return { data, text: `${lines}\n\n${basis} A row takes ${KB_A_ROW} KB. ${space}` };
}

async function pruning(context: Context, org: OrgTools): Promise<Answer> {
  const waiting = await waitingRemovals(context.db, org.removedDays);
  const { dropped, accounts, total } = await forecast(context, org);
  const lately = await deletedLately(context.db);
  const due = [...dropped].map(([object, rows]) => ({ object, reason: 'too old by now', rows, refusal: null }));
  const all = [...waiting, ...due];
  const data = { remove: all, deletedLately: lately, accounts: { projected: accounts, inAll: total } };
  const deleted = lately.reduce((sum, { rows }) => sum + rows, 0);
  const foot = `${count(deleted, 'row')} ${deleted === 1 ? 'was' : 'were'} deleted in the last 30 days. The servers delete by themselves; nothing was done here.`;
  if (all.length === 0) return { data, text: `No row is to be deleted. ${foot}` };
  const lines = table(
    ['OBJECT', 'ROWS', 'MB', 'WHY', 'REFUSED WITH'],
    all.map(({ object, rows, reason, refusal }) => [
      object,
      String(rows),
      String(megabytes(rows)),
      reason,
      refusal ?? '-',
    ]),
  );
  return { data, text: `${lines}\n\n${foot}` };
}

/** What billing takes of the org's data storage. */
export const storage: Verb = {
  name: 'storage',
  usage: 'storage --org | --prune --dry-run',
  summary: 'rows and megabytes of billing in Salesforce, now and as forecast; what falls out by age',
  help: `--org                     rows and megabytes by object in Salesforce now, and as they will be by what is mirrored
--prune --dry-run         rows that are to be deleted in Salesforce, and why (ORG_RETENTION)

Reads only. Salesforce is asked with the settings of the servers (SALESFORCE_…, ORG_RETENTION), so give it their environment.`,
  options: { org: { type: 'boolean' }, prune: { type: 'boolean' }, 'dry-run': { type: 'boolean' } },
  run(context, input) {
    const [org, prune, dry] = [isSet(input, 'org'), isSet(input, 'prune'), isSet(input, 'dry-run')];
    if (input.positionals.length > 0 || org === prune || (org && dry))
      throw new UsageError('Say --org, or --prune --dry-run.');
    if (prune && !dry)
      throw new UsageError('The servers delete what falls out by themselves; --prune --dry-run shows what.');
    return context.withOrg((tools) => (org ? report(context, tools) : pruning(context, tools)));
  },
};
