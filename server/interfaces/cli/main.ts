import { hostname, userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Fault } from '../../domain/fault.ts';
import { today } from '../../domain/time/instant.ts';
import { ConfigError } from '../../platform/config/configError.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Sealer } from '../../platform/seal.ts';
import type { OrgTools } from '../../workflows/ports/orgTools.ts';
import { connectToServer } from './connect.ts';
import { readRequest, runRequest } from './ops.ts';
import { Refusal, UsageError, type Context } from './verb.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Io = {
  env: Env;
  stdin: NodeJS.ReadStream;
  /** Connects to the org by the settings of the servers. @throws ConfigError when they are not there */
  openOrg: (env: Env, db: Db, sealer: Sealer) => Promise<OrgTools>;
};

async function withOrg<T>(open: () => Promise<OrgTools>, work: (org: OrgTools) => Promise<T>): Promise<T> {
  try {
    const org = await open();
    return await work(org).finally(() => org.close());
  } catch (error) {
    if (error instanceof ConfigError)
      throw new Refusal(`Salesforce is asked with the settings of the servers, which are not here.\n${error.message}`, {
        cause: error,
      });
    if (error instanceof Fault) throw new Refusal(error.publicText, { cause: error });
    throw error;
  }
}

async function ask({ stdin }: Io, question: string): Promise<void> {
  if (!stdin.isTTY) throw new Refusal(`${question} Nobody can be asked here; add --yes.`);
  const prompt = createInterface({ input: stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [y/N] `).finally(() => prompt.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new Refusal('Nothing was done.');
}

/** Runs one command of an operator. Prints the answer to stdout, what went wrong to stderr. @returns the exit code */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    const request = readRequest(args);
    if ('help' in request) {
      console.log(request.help);
      return 0;
    }
    const { db, close, sealer, settings } = await connectToServer(io.env, request.dataDir);
    const context: Context = {
      db,
      sealer,
      operator: `${io.env['SUDO_USER'] || userInfo().username}@${hostname()}`,
      confirm: (question) => (request.yes ? Promise.resolve() : ask(io, question)),
      say: (line) => void (request.json || console.error(line)),
      today: () => today(new Date(), settings['TIME_ZONE'] || 'UTC'),
      withOrg: (work) => withOrg(() => io.openOrg(settings, db, sealer()), work),
      readInput: () => text(io.stdin),
    };
    const { out, code } = await runRequest(request, context).finally(close);
    (code === 0 || request.json ? console.log : console.error)(out);
    return code;
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof Refusal)) throw error;
    console.error(args.includes('--json') ? JSON.stringify({ error: error.message }) : error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}
