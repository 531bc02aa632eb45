import { detailOf } from '../../../sync/operate/detail.ts';
import { parseFailureId } from '../../../sync/operate/failureId.ts';
import { listFailures, type FailureFilter } from '../../../sync/operate/failures.ts';
import type { Failure, FailureKind } from '../../../workflows/ports/failures.ts';
import { ago, count, redacted, table } from '../text.ts';
import { isSet, Refusal, textOf, UsageError, type Answer, type Context, type Input, type Verb } from '../verb.ts';

const KINDS: readonly FailureKind[] = ['key', 'row', 'event', 'notice', 'connection', 'object'];
const LIMIT = 100;

/** Options that choose failures, for every command that takes some. */
export const FILTER_OPTIONS = {
  kind: { type: 'string' },
  connection: { type: 'string' },
  account: { type: 'string' },
} as const;

export const FILTER_HELP = `--kind KIND               key: cannot be worked; row: Salesforce refuses it; event: needs a look; notice: an owner
                          could not be told of an Opportunity; connection: broken or paused; object: none of its
                          rows can be written
--connection NAME         of one connection, such as stripe
--account ID              of one Salesforce Account`;

export function filterOf(input: Input): FailureFilter {
  const kind = textOf(input, 'kind');
  if (kind !== undefined && !KINDS.some((known) => known === kind))
    throw new UsageError(`--kind is ${KINDS.join(', ')}, not ${kind}.`);
  const connection = textOf(input, 'connection');
  const account = textOf(input, 'account');
  if (account !== undefined && !/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(account))
    throw new UsageError('--account takes the 15- or 18-character id of an Account.');
  return {
    ...(kind === undefined ? {} : { kind: kind as FailureKind }),
    ...(connection === undefined ? {} : { connection }),
    ...(account === undefined ? {} : { account }),
  };
}

function textOfList(failures: readonly Failure[], more: boolean, now: Date): string {
  if (failures.length === 0) return 'Nothing has failed.';
  const list = table(
    ['ID', 'STATE', 'SINCE', 'TRIES', 'ACCOUNT', 'REASON'],
    failures.map(({ id, state, since, attempts, account, reason }) => [
      id,
      state,
      ago(since, now),
      String(attempts),
      account ?? '-',
      reason,
    ]),
  );
  return more ? `${list}\n\nThere are more than ${LIMIT}; choose with --connection, --kind or --account.` : list;
}

async function oneOf({ db }: Context, id: string): Promise<Answer> {
  const ref = parseFailureId(id);
  if (ref === null) throw new UsageError(`${id} is no id of a failure; \`failures\` without an id lists them.`);
  const [failures, detail] = [
    [
      ...(await listFailures(db, { ids: [id], retrying: true })),
      ...(await listFailures(db, { ids: [id], dismissed: true })),
    ],
    await detailOf(db, ref),
  ];
  if (detail === null && failures.length === 0) throw new Refusal(`There is nothing under ${id}.`);
  const [failure] = failures;
  const data = { failure: failure ?? null, detail: redacted(detail) };
  const head =
    failure === undefined
      ? `${id} has not failed.`
      : `${id}: ${failure.state}, ${count(failure.attempts, 'try', 'tries')}, since ${failure.since.toISOString()}\n${failure.reason}`;
  return { data, text: `${head}\n\n${JSON.stringify(data.detail, null, 2)}` };
}

/** What has failed and waits for somebody. */
export const failures: Verb = {
  name: 'failures',
  usage: 'failures [<id>]',
  summary: 'what was put aside and why; with an id everything that is known of it',
  help: `${FILTER_HELP}
--retrying                also what failed and is still tried again by itself
--dismissed               what was dismissed instead

With an id it shows what is stored, personal data hidden.`,
  options: { ...FILTER_OPTIONS, retrying: { type: 'boolean' }, dismissed: { type: 'boolean' } },
  async run(context, input) {
    const [id, ...others] = input.positionals;
    if (others.length > 0) throw new UsageError('One id at a time.');
    if (id !== undefined) return oneOf(context, id);
    const found = await listFailures(context.db, {
      ...filterOf(input),
      retrying: isSet(input, 'retrying'),
      dismissed: isSet(input, 'dismissed'),
      limit: LIMIT + 1,
    });
    const shown = found.slice(0, LIMIT);
    return { data: shown, text: textOfList(shown, found.length > LIMIT, new Date()) };
  },
};
