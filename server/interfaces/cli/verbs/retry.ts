import { parseFailureId, type FailureRef } from '../../../sync/operate/failureId.ts';
import { listFailures } from '../../../sync/operate/failures.ts';
import { retryFailures } from '../../../sync/operate/retry.ts';
import { count } from '../text.ts';
import { isSet, Refusal, UsageError, type Context, type Input, type Verb } from '../verb.ts';
import { FILTER_HELP, FILTER_OPTIONS, filterOf } from './failures.ts';

/** @throws Refusal that names what has not failed */
async function named({ db }: Context, ids: readonly string[]): Promise<FailureRef[]> {
  const refs = ids.map((id) => {
    const ref = parseFailureId(id);
    if (ref === null) throw new UsageError(`${id} is no id of a failure; \`failures\` lists them.`);
    return ref;
  });
  const found = [
    ...(await listFailures(db, { ids, retrying: true })),
    ...(await listFailures(db, { ids, dismissed: true })),
  ];
  const unknown = ids.filter((id) => !found.some((failure) => failure.id === id));
  if (unknown.length > 0) throw new Refusal(`Nothing was done: no failure is called ${unknown.join(', ')}.`);
  return refs;
}

async function chosen({ db }: Context, input: Input): Promise<FailureRef[]> {
  const found = await listFailures(db, { ...filterOf(input), retrying: true });
  return found.flatMap(({ id }) => parseFailureId(id) ?? []);
}

/** Tries failed work anew. */
export const retry: Verb = {
  name: 'retry',
  usage: 'retry <id…> | --all | --connection NAME …',
  summary: 'tries failed or dismissed work anew, at once and with all its tries',
  help: `--all                     everything that failed
${FILTER_HELP}

A key is worked again, a row is sent to Salesforce again as it stands, a dismissed failure comes back.`,
  options: { ...FILTER_OPTIONS, all: { type: 'boolean' } },
  async run(context, input) {
    const ids = input.positionals;
    const choosing = isSet(input, 'all') || Object.keys(filterOf(input)).length > 0;
    if (ids.length > 0 === choosing)
      throw new UsageError(
        'Name what is to be tried anew, or choose it with --all, --connection, --kind or --account.',
      );
    const refs = choosing ? await chosen(context, input) : await named(context, ids);
    if (refs.length > 0) await retryFailures(context.db, context.operator, refs);
    return {
      data: { retried: refs.length },
      text:
        refs.length === 0
          ? 'Nothing has failed.'
          : `${count(refs.length, 'failure')} will be tried anew. See: npm run ops -- failures --retrying`,
    };
  },
};
