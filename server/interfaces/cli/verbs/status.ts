import { syncStatus } from '../../../sync/operate/status.ts';
import { ago, count, duration, table } from '../text.ts';
import type { Verb } from '../verb.ts';

function seeAlso(putAside: number, retrying: number): string[] {
  if (putAside + retrying === 0) return [];
  return ['', `See: npm run ops -- failures${retrying > 0 ? ' --retrying' : ''}`];
}

/** How everything stands. */
export const status: Verb = {
  name: 'status',
  usage: 'status',
  summary: 'how the connections stand, what waits, what was put aside',
  help: 'Reads only. "Checked through" is the moment up to which every change of the billing system was looked at.',
  options: {},
  async run({ db }) {
    const data = await syncStatus(db);
    const now = new Date();
    const { events, keys, rows, salesforceCalls: calls, drift, holds, orders, processes } = data;
    const lines = [
      table(
        ['CONNECTION', 'STATE', 'CHECKED THROUGH', 'LAG', 'MESSAGE'],
        data.connections.map((one) => [
          one.connection,
          one.state,
          one.checkedThrough === null ? 'never' : ago(one.checkedThrough, now),
          duration(one.lagSeconds),
          one.message,
        ]),
      ),
      '',
      `Events not worked off: ${events.undone}${events.undone > 0 ? `, the oldest came ${duration(events.oldestSeconds)} ago` : ''}`,
      `Keys: ${keys.waiting} to be worked, ${keys.retrying} failed and tried again, ${keys.putAside} put aside`,
      `Rows for Salesforce: ${rows.waiting} waiting${rows.waiting > 0 ? ` (the oldest for ${duration(rows.oldestSeconds)})` : ''}, ${rows.putAside} put aside`,
      calls === null
        ? 'API calls of Salesforce: not known yet'
        : `API calls of Salesforce: ${calls.used} of ${calls.limit} in 24 hours, as it said ${duration(calls.readSecondsAgo)} ago`,
      `Changed in Salesforce by others: ${count(drift.lastDay, 'field or row', 'fields or rows')} in the last day, ${drift.kept} in all`,
      ...holds.map((hold) => `${hold.name} is left alone for ${duration(hold.forSeconds)}: ${hold.reason}`),
      ...orders.map((fault) => `Orders: ${fault}`),
      processes.length === 0
        ? 'No server process is connected to this database.'
        : `${count(processes.length, 'server process', 'server processes')} connected.`,
      ...seeAlso(keys.putAside + rows.putAside + events.conflicts, keys.retrying),
    ];
    return { data, text: lines.join('\n') };
  },
};
