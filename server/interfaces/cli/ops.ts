import { parseArgs } from 'node:util';
import { UsageError, Refusal, type Answer, type Context, type Input, type Verb } from './verb.ts';
import { actions } from './verbs/actions.ts';
import { backfill } from './verbs/backfill.ts';
import { billTo } from './verbs/billTo.ts';
import { confirmOrg } from './verbs/confirmOrg.ts';
import { dismiss } from './verbs/dismiss.ts';
import { explain } from './verbs/explain.ts';
import { failures } from './verbs/failures.ts';
import { history } from './verbs/history.ts';
import { link, links, unlink } from './verbs/links.ts';
import { mapping } from './verbs/mapping.ts';
import { orgClient } from './verbs/orgClient.ts';
import { order } from './verbs/order.ts';
import { pause, resume } from './verbs/pause.ts';
import { provision } from './verbs/provision.ts';
import { replay } from './verbs/replay.ts';
import { renewals } from './verbs/renewals.ts';
import { repull } from './verbs/repull.ts';
import { restored } from './verbs/restored.ts';
import { retry } from './verbs/retry.ts';
import { rotate } from './verbs/rotate.ts';
import { status } from './verbs/status.ts';
import { storage } from './verbs/storage.ts';

const VERBS: readonly Verb[] = [
  status,
  failures,
  retry,
  dismiss,
  replay,
  repull,
  backfill,
  pause,
  resume,
  links,
  link,
  unlink,
  mapping,
  storage,
  confirmOrg,
  orgClient,
  rotate,
  restored,
  explain,
  renewals,
  order,
  provision,
  billTo,
  actions,
  history,
];

const COMMON = `--json                    the answer as JSON
--data-dir DIR            folder of a server with the embedded database; DATA_DIR, or where one runs below .data
--help                    this text

DATABASE_URL names any other database.
Exit codes: 0 done, 1 could not be done, 2 not understood.`;

const GLOBAL_OPTIONS = {
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  'data-dir': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A command line that was understood. */
export type Request = {
  verb: Verb;
  input: Input;
  json: boolean;
  yes: boolean;
  dataDir: string | null;
};

export function helpText(verb?: Verb): string {
  if (verb) return `npm run ops -- ${verb.usage}\n\n${capitalised(verb.summary)}.\n\n${verb.help}\n\n${COMMON}`;
  const width = Math.max(...VERBS.map(({ name }) => name.length));
  const verbs = VERBS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
  return `npm run ops -- <command> [--help]\n\nOperates the sync: looks at it and repairs what failed.\n\n${verbs}\n\n${COMMON}`;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Reads a command line.
 * @returns the text of --help where that was asked for
 * @throws UsageError
 */
export function readRequest(args: readonly string[]): Request | { help: string } {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return { help: helpText() };
  const verb = VERBS.find((one) => one.name === name);
  if (verb === undefined)
    throw new UsageError(`There is no command ${name}: choose from ${VERBS.map((one) => one.name).join(', ')}.`);
  if (rest.some((word) => word === '--help' || word === '-h')) return { help: helpText(verb) };
  let parsed: { values: Input['values']; positionals: string[] };
  try {
    parsed = parseArgs({ args: rest, options: { ...GLOBAL_OPTIONS, ...verb.options }, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  const { values, positionals } = parsed;
  const dataDir = values['data-dir'];
  return {
    verb,
    input: { values, positionals },
    json: values['json'] === true,
    yes: values['yes'] === true,
    dataDir: typeof dataDir === 'string' ? dataDir : null,
  };
}

/** Carries a request out. @returns what is to be printed, and the exit code */
export async function runRequest(
  { verb, input, json }: Request,
  context: Context,
): Promise<{ out: string; code: number }> {
  try {
    const { data, text }: Answer = await verb.run(context, input);
    return { out: json ? JSON.stringify(data, null, 2) : text, code: 0 };
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof UsageError)) throw error;
    const code = error instanceof UsageError ? 2 : 1;
    return { out: json ? JSON.stringify({ error: error.message }) : error.message, code };
  }
}
