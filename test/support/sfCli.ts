import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILED } from './backend.ts';
import { npmTool, run, TOOL_PATH, type Ended } from './npmTool.ts';

/** Its package carries a shrinkwrap, so that this pins everything in it. */
const VERSION = '2.150.6';

/**
 * The stock `sf`: one that `SF_CLI` names, else installed from npm into `.cache` once; takes about a minute.
 * @returns command and first arguments
 * @throws Error with what npm said
 */
export async function stockSf(onProgress: (text: string) => void = () => undefined): Promise<readonly string[]> {
  const given = process.env['SF_CLI'];
  if (given) return given.endsWith('.js') ? [process.execPath, given] : [given];
  const modules = await npmTool('@salesforce/cli', VERSION, (text) => onProgress(`${text} About 300 MB.`));
  return [process.execPath, join(modules, '@salesforce/cli/bin/run.js')];
}

/** What a command said; `result` is what `--json` prints under that name. */
export type SfAnswer = Ended & { status: number; result: unknown; message: string };

/** One person at the command line: a home folder of their own, since the CLI keeps its logins there. */
export class SfHome {
  readonly home = mkdtempSync(join(tmpdir(), 'sf-home-'));
  readonly #command: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#command = command;
    this.#env = env;
  }

  /** Runs a command as a person would. */
  async run(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<Ended> {
    const [command = '', ...first] = this.#command;
    const env = {
      ...COMPILED,
      PATH: TOOL_PATH,
      HOME: this.home,
      SF_DISABLE_TELEMETRY: 'true',
      SF_AUTOUPDATE_DISABLE: 'true',
      SF_SKIP_NEW_VERSION_CHECK: 'true',
      SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
      ...this.#env,
      ...options.env,
    };
    return run(command, [...first, ...args], { cwd: options.cwd ?? this.home, env });
  }

  /** Runs a command with `--json`. */
  async json(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<SfAnswer> {
    const ended = await this.run([...args, '--json'], options);
    const printed = JSON.parse(ended.stdout) as { status: number; result?: unknown; message?: string };
    return { ...ended, status: printed.status, result: printed.result, message: printed.message ?? '' };
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
