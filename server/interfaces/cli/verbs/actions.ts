import { listActions } from '../../../sync/operate/orgActions.ts';
import { table } from '../text.ts';
import { textOf, UsageError, type Verb } from '../verb.ts';

const LIMIT = 100;

/** What people asked of billing from Salesforce. */
export const actions: Verb = {
  name: 'actions',
  usage: 'actions [--account ID] [--user ID]',
  summary: 'what people asked of billing from Salesforce, and what came of it, the latest first',
  help: `--account ID              those on one Account
--user ID                 those of one user

Shows the last ${LIMIT}, of 400 days. Refused ones are there too, by the code of docs/errors.md; one without an outcome is
under way, or its process died.`,
  options: { account: { type: 'string' }, user: { type: 'string' } },
  async run({ db }, input) {
    if (input.positionals.length > 0) throw new UsageError('It takes no arguments but options.');
    const [accountId, userId] = [textOf(input, 'account') ?? null, textOf(input, 'user') ?? null];
    const data = await listActions(db, { accountId, userId, limit: LIMIT });
    const rows = data.map((one) => [
      one.at.toISOString(),
      one.userId,
      one.operation,
      one.accountId,
      one.subject ?? '-',
      one.outcome ?? 'under way',
    ]);
    const head = ['AT', 'USER', 'ASKED FOR', 'ACCOUNT', 'ABOUT', 'OUTCOME'];
    return { data, text: data.length === 0 ? 'Nothing yet.' : table(head, rows) };
  },
};
