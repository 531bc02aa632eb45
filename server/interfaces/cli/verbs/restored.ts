import { afterRestore } from '../../../sync/operate/restored.ts';
import { count } from '../text.ts';
import { UsageError, type Verb } from '../verb.ts';

/** What is to be done after the database was restored from a backup. */
export const restored: Verb = {
  name: 'restored',
  usage: 'restored',
  summary: 'after the database was restored from a backup: writes every row to Salesforce once more',
  help: `--yes                     does not ask

Salesforce may hold rows that are newer than those of the backup. A server that finds its database in another Postgres
does this by itself at its start; after a restore in place (snapshot of a disk, point in time) it cannot know.`,
  options: {},
  async run({ db, operator, confirm }, { positionals }) {
    if (positionals.length > 0) throw new UsageError('It takes no names.');
    await confirm('Write every row to Salesforce once more?');
    const rows = await afterRestore(db, operator);
    return { data: { rows }, text: `${count(rows, 'row')} will be written again.` };
  },
};
