import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmTool, run, TOOL_PATH } from '../../support/npmTool.ts';

const VERSION = '1.52.0';

/** Where nobody listens: the CLI asks GitHub for newer versions, and no switch of its own stops that. */
const NOWHERE = 'http://127.0.0.1:9';

/** What a command said; `json` is its output, null when that is not JSON. */
export type StripeAnswer = { code: number; stdout: string; stderr: string; json: unknown };

/** One person at the Stripe command line: a home folder of their own, since the CLI keeps its profile there. */
export class StripeHome {
  readonly home = mkdtempSync(join(tmpdir(), 'stripe-home-'));
  readonly #command: readonly string[];
  readonly #account: readonly string[];

  private constructor(command: readonly string[], account: { url: string; secretKey: string }) {
    this.#command = command;
    this.#account = ['--api-base', account.url, '--api-key', account.secretKey];
  }

  /**
   * @param account of a running simulator
   * @throws Error when the CLI cannot be installed or has no program for this machine
   */
  static async enter(account: { url: string; secretKey: string }): Promise<StripeHome> {
    const modules = await npmTool('@stripe/cli', VERSION, () => undefined);
    const person = new StripeHome([process.execPath, join(modules, '@stripe/cli/bin/shim.js')], account);
    const { code, stdout, stderr } = await person.run('version');
    if (code === 0 && stdout.startsWith('stripe version')) return person;
    person.remove();
    throw new Error(
      `The Stripe CLI does not run on ${process.platform}-${process.arch}: is its program there, ` +
        `which npm installs as an optional dependency of @stripe/cli? ${stderr}`,
    );
  }

  /** Runs a command of the stock CLI on the account. */
  async run(...args: string[]): Promise<StripeAnswer> {
    const env = {
      PATH: TOOL_PATH,
      HOME: this.home,
      USERPROFILE: this.home,
      HTTPS_PROXY: NOWHERE,
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    };
    const [command = '', ...first] = this.#command;
    const ended = await run(command, [...first, ...args, ...this.#account], { env });
    return { ...ended, json: parsed(ended.stdout) };
  }

  /** @returns path of a file with this text */
  file(name: string, text: string): string {
    const path = join(this.home, name);
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
