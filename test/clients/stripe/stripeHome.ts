import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMMAND = createRequire(import.meta.url).resolve('@stripe/cli/bin/shim.js');

/** Where nobody listens: the CLI asks GitHub for newer versions, and no switch of its own stops that. */
const NOWHERE = 'http://127.0.0.1:9';

/** What a command said; `json` is its output, null when that is not JSON. */
export type StripeAnswer = { code: number; stdout: string; stderr: string; json: unknown };

/** One person at the Stripe command line: a home folder of their own, since the CLI keeps its profile there. */
export class StripeHome {
  readonly home = mkdtempSync(join(tmpdir(), 'stripe-home-'));
  readonly #account: readonly string[];

  /** @param account of a running simulator */
  constructor(account: { url: string; secretKey: string }) {
    this.#account = ['--api-base', account.url, '--api-key', account.secretKey];
  }

  /** Runs a command of the stock CLI on the account. */
  async run(...args: string[]): Promise<StripeAnswer> {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.home,
      USERPROFILE: this.home,
      HTTPS_PROXY: NOWHERE,
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    };
    return await new Promise<StripeAnswer>((resolve) =>
      execFile(
        process.execPath,
        [COMMAND, ...args, ...this.#account],
        { env, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr, json: parsed(stdout) }),
      ).stdin?.end(),
    );
  }

  /** @throws Error when the CLI has no program for this machine */
  async check(): Promise<void> {
    const { code, stdout, stderr } = await this.run('version');
    if (code !== 0 || !stdout.startsWith('stripe version'))
      throw new Error(
        `The Stripe CLI does not run on ${process.platform}-${process.arch}: is its program there, ` +
          `which npm installs as an optional dependency of @stripe/cli? ${stderr}`,
      );
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
