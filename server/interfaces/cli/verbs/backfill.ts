import {
  backfillProgress,
  commandBackfill,
  connectionSystem,
  type BackfillCommand,
} from '../../../sync/operate/backfill.ts';
import { isSet, Refusal, UsageError, type Answer, type Context, type Input, type Verb } from '../verb.ts';

const FOLLOW_MS = 1000;

function commandOf(input: Input): BackfillCommand | null {
  const chosen = ['start', 'resume', 'cancel'].filter((name) => isSet(input, name));
  if (chosen.length > 1) throw new UsageError('Choose one of --start, --resume and --cancel.');
  if (isSet(input, 'rewrite') && chosen[0] !== 'start') throw new UsageError('--rewrite goes with --start.');
  if (chosen[0] === 'start') return { do: 'start', rewrite: isSet(input, 'rewrite') };
  return chosen[0] === undefined ? null : { do: chosen[0] as 'resume' | 'cancel' };
}

async function answerOf({ db }: Context, name: string): Promise<Answer & { over: boolean }> {
  const found = await backfillProgress(db, name);
  if (found === null) return { data: null, text: `${name} has had no backfill.`, over: true };
  const { progress, words } = found;
  const trouble = progress.message === '' ? '' : `\nIt does not get on: ${progress.message}`;
  return { data: progress, text: `${progress.state}: ${words}.${trouble}`, over: progress.endedAt !== null };
}

/** Reads a whole billing system anew. */
export const backfill: Verb = {
  name: 'backfill',
  usage: 'backfill <connection> [--start | --resume | --cancel]',
  summary: 'reads a whole billing system anew; without an option it shows how far that is',
  help: `--start                   begins; what changes meanwhile goes first
--rewrite                 with --start: also rows that Salesforce has confirmed are written again
--cancel, --resume        stops it; goes on from where it was
--follow                  shows the progress until it is over; Ctrl+C ends showing, not the backfill
--yes                     does not ask before --rewrite`,
  options: {
    start: { type: 'boolean' },
    resume: { type: 'boolean' },
    cancel: { type: 'boolean' },
    rewrite: { type: 'boolean' },
    follow: { type: 'boolean' },
  },
  async run(context, input) {
    const [name, ...others] = input.positionals;
    if (name === undefined || others.length > 0) throw new UsageError('Name one connection, such as stripe.');
    const command = commandOf(input);
    if ((await connectionSystem(context.db, name)) === null)
      throw new Refusal(`There is no connection ${name}; \`status\` lists them.`);
    if (isSet(input, 'rewrite')) await context.confirm('Write every row of the connection to Salesforce once more?');
    const refusal = command === null ? null : await commandBackfill(context.db, context.operator, name, command);
    if (refusal !== null) throw new Refusal(refusal);
    for (;;) {
      const answer = await answerOf(context, name);
      if (answer.over || !isSet(input, 'follow')) return answer;
      context.say(answer.text);
      await new Promise((done) => setTimeout(done, FOLLOW_MS));
    }
  },
};
