import { operatorActions } from '../../../sync/operate/action.ts';
import { table } from '../text.ts';
import type { Verb } from '../verb.ts';

const LIMIT = 50;

/** Who did what by these commands. */
export const history: Verb = {
  name: 'history',
  usage: 'history',
  summary: 'what operators did by these commands, the latest first',
  help: `Shows the last ${LIMIT}.`,
  options: {},
  async run({ db }) {
    const data = await operatorActions(db, LIMIT);
    const rows = data.map(({ at, operator, action, targets, detail }) => [
      at.toISOString(),
      operator,
      action,
      targets.length > 3 ? `${targets.slice(0, 3).join(' ')} and ${targets.length - 3} more` : targets.join(' '),
      JSON.stringify(detail),
    ]);
    return { data, text: data.length === 0 ? 'Nothing yet.' : table(['AT', 'WHO', 'DID', 'TO', 'DETAIL'], rows) };
  },
};
