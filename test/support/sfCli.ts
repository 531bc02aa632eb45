import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { alone } from '../simulators/salesforce/page/build/lock.ts';

/** Its package carries a shrinkwrap, so that this pins everything in it. It is too large (300 MB) to be a dependency. */
const VERSION = '2.150.6';
const FOLDER = join(import.meta.dirname, '../..', '.cache', `sf-cli-${VERSION}`);
const ENTRY = join(FOLDER, 'node_modules/@salesforce/cli/bin/run.js');

/** The Node that runs the tests: the CLI wants a newer one than what the system may have. */
const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);

type Ended = { code: number; stdout: string; stderr: string };

function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, ...text }));
  });
}

/**
 * The stock `sf`: one that `SF_CLI` names, else installed from npm into `.cache` once, whoever comes first; takes about a minute.
 * @returns command and first arguments
 * @throws Error with what npm said
 */
export async function stockSf(onProgress: (text: string) => void = () => undefined): Promise<readonly string[]> {
  const given = process.env['SF_CLI'];
  if (given) return given.endsWith('.js') ? [process.execPath, given] : [given];
  mkdirSync(FOLDER, { recursive: true });
  const complete = join(FOLDER, 'installed');
  if (!existsSync(complete))
    await alone(FOLDER, async () => {
      if (existsSync(complete)) return;
      onProgress(`Installing the Salesforce CLI ${VERSION} into .cache, once: about 300 MB.`);
      const args = [
        'install',
        '--prefix',
        FOLDER,
        '--no-audit',
        '--no-fund',
        '--no-save',
        `@salesforce/cli@${VERSION}`,
      ];
      const { code, stderr } = await run('npm', args, { env: { ...process.env, PATH } });
      if (code !== 0) throw new Error(`npm could not install the Salesforce CLI: ${stderr}`);
      writeFileSync(complete, VERSION);
    });
  return [process.execPath, ENTRY];
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
      PATH,
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
