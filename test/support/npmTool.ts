import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { alone } from '../simulators/salesforce/page/build/lock.ts';

const CACHE = join(import.meta.dirname, '../..', '.cache');

/** With the Node that runs the tests in front: the tools want a newer one than what the system may have. */
export const TOOL_PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);

export type Ended = { code: number; stdout: string; stderr: string };

/** Runs a command to its end, whatever that is. */
export function run(
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
 * A command-line tool that is no dependency, since it is too large or not there for every platform: installed from npm into
 * `.cache` once, whoever comes first.
 * @returns its folder of modules
 * @throws Error with what npm said
 */
export async function npmTool(name: string, version: string, onProgress: (text: string) => void): Promise<string> {
  const folder = join(CACHE, `${name.replaceAll(/\W+/g, '-').replace(/^-/, '')}-${version}`);
  mkdirSync(folder, { recursive: true });
  const complete = join(folder, 'installed');
  if (!existsSync(complete))
    await alone(folder, async () => {
      if (existsSync(complete)) return;
      onProgress(`Installing ${name} ${version} into .cache, once.`);
      // npm takes what an interrupted installation left for whole.
      rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
      const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
      const { code, stderr } = await run('npm', [...args, `${name}@${version}`], {
        env: { ...process.env, PATH: TOOL_PATH },
      });
      if (code !== 0) throw new Error(`npm could not install ${name} ${version}: ${stderr}`);
      writeFileSync(complete, version);
    });
  return join(folder, 'node_modules');
}
