import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, TOOL_PATH, type Ended } from '../../test/support/npmTool.ts';
import { stockSf } from '../../test/support/sfCli.ts';

const ON_PATH = process.platform === 'win32' ? ['sf.cmd', 'sf.exe'] : ['sf'];

/** The `sf` of `SF_CLI`, else the one on the path, else one that is installed into `.cache` once. */
export async function findSf(say: (text: string) => void): Promise<readonly string[]> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.flatMap((folder) => ON_PATH.map((name) => join(folder, name))).find((path) => existsSync(path));
  return process.env['SF_CLI'] === undefined && found !== undefined ? [found] : stockSf(say);
}

export type SfResult = { status: number; result: unknown; message: string };

/** The stock Salesforce CLI, with the logins of whoever runs it. */
export class Sf {
  readonly #command: readonly string[];
  readonly #cwd: string;

  private constructor(command: readonly string[], cwd: string) {
    this.#command = command;
    this.#cwd = cwd;
  }

  /** @param cwd a folder with a `sfdx-project.json` */
  static async find(cwd: string, say: (text: string) => void): Promise<Sf> {
    return new Sf(await findSf(say), cwd);
  }

  /** The same CLI in another project. */
  in(cwd: string): Sf {
    return new Sf(this.#command, cwd);
  }

  /** Runs a command with `--json`. @throws Error when what it prints is no JSON */
  async json(args: readonly string[]): Promise<SfResult> {
    const [command = '', ...first] = this.#command;
    const env = { ...process.env, PATH: TOOL_PATH, SF_AUTOUPDATE_DISABLE: 'true', SF_SKIP_NEW_VERSION_CHECK: 'true' };
    const ended = await run(command, [...first, ...args, '--json'], { cwd: this.#cwd, env });
    const { status, result, message = '' } = this.#parsed(args, ended);
    return { status, result, message };
  }

  #parsed(args: readonly string[], { stdout, stderr }: Ended): { status: number; result?: unknown; message?: string } {
    try {
      return JSON.parse(stdout) as { status: number; result?: unknown; message?: string };
    } catch {
      throw new Error(`sf ${args.slice(0, 3).join(' ')} said: ${(stderr || stdout).trim().slice(0, 2000)}`);
    }
  }
}
