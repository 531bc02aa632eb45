import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { COMPILED } from './backend.ts';

const root = resolve(import.meta.dirname, '../..');

/** What a command of an operator came to. */
export type OpsAnswer = { code: number | null; out: string; err: string; json: unknown };

/** Runs `npm run ops -- <args>` as a process of its own, without npm. */
export async function ops(env: Record<string, string>, args: readonly string[], input = ''): Promise<OpsAnswer> {
  const child = spawn(process.execPath, [join(root, 'scripts/ops.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...COMPILED, ...env },
  });
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err, json: args.includes('--json') && out !== '' ? JSON.parse(out) : null };
}
