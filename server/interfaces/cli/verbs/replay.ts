import { planReplay, replayEvents, type EventSelection, type ReplayPlan } from '../../../sync/operate/replay.ts';
import { count } from '../text.ts';
import { isSet, Refusal, textOf, UsageError, type Input, type Verb } from '../verb.ts';

function moment(input: Input, name: string): Date | null {
  const text = textOf(input, name);
  if (text === undefined) return null;
  const at = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at.getTime()))
    throw new UsageError(`--${name} takes a time such as 2026-11-21T08:00:00Z, not ${text}.`);
  return at;
}

function selectionOf(input: Input): EventSelection {
  const [since, until] = [moment(input, 'since'), moment(input, 'until')];
  const connection = textOf(input, 'connection') ?? null;
  if (input.positionals.length > 0) {
    if (since !== null || until !== null || connection !== null)
      throw new UsageError('Name events, or choose them with --since; not both.');
    return { ids: input.positionals };
  }
  if (since === null) throw new UsageError('Name events, or choose them with --since.');
  if (until !== null && until <= since) throw new UsageError('--until must be later than --since.');
  return { since, until, connection };
}

function describe({ events, keys, withoutKey, withoutPayload }: ReplayPlan): string {
  const lines = [`${count(events, 'event')} of ${count(keys, 'billing account')} would be worked again.`];
  if (withoutKey > 0) lines.push(`${withoutKey} of them concern no billing account: nothing happens for these.`);
  if (withoutPayload > 0)
    lines.push(
      `The content of ${withoutPayload} is no longer kept: what they concern is read from the billing system.`,
    );
  return lines.join('\n');
}

/** Works stored events once more. */
export const replay: Verb = {
  name: 'replay',
  usage: 'replay <event id…> | --since TIME [--until TIME] [--connection NAME]',
  summary: 'works stored events once more, by their ids or by when they came',
  help: `--since TIME, --until TIME  by when they came, such as 2026-11-21T08:00:00Z
--connection NAME           of one connection
--dry-run                   says what it would do
--yes                       does not ask

An event is named by event:<number> or by the provider's id. It is weighed as ever: what is older than what is known
changes nothing. To read billing anew whatever is known, use \`repull\`.`,
  options: {
    since: { type: 'string' },
    until: { type: 'string' },
    connection: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  async run({ db, operator, confirm, say }, input) {
    const selection = selectionOf(input);
    const plan = await planReplay(db, selection);
    if (plan.unknown.length > 0) throw new Refusal(`Nothing was done: no stored event is ${plan.unknown.join(', ')}.`);
    if (isSet(input, 'dry-run') || plan.keys === 0) return { data: { ...plan, replayed: 0 }, text: describe(plan) };
    if (!('ids' in selection)) {
      say(describe(plan));
      await confirm('Work them again?');
    }
    const replayed = await replayEvents(db, operator, selection);
    return { data: { ...plan, replayed }, text: `${count(replayed, 'event')} will be worked again.` };
  },
};
