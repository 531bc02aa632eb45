import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Process id in postmaster.pid; null when there is none. */
function readPid(dataFolder: string): number | null {
  try {
    const pid = Number(readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function commandOf(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Process id of the Postgres that runs on this data, whoever started it; null when none does. */
export function runningPostmaster(dataFolder: string): number | null {
  const pid = readPid(dataFolder);
  return pid !== null && commandOf(pid).includes(dataFolder) ? pid : null;
}

/**
 * Removes what a Postgres that was killed left behind. Postgres does so itself, unless its old process id belongs to
 * another process by now, as is usual in containers.
 */
export function removeStaleFiles(dataFolder: string, socketFolder: string): void {
  if (runningPostmaster(dataFolder) !== null) return;
  rmSync(join(dataFolder, 'postmaster.pid'), { force: true });
  rmSync(join(socketFolder, '.s.PGSQL.5432'), { force: true });
  rmSync(join(socketFolder, '.s.PGSQL.5432.lock'), { force: true });
}

const gone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return commandOf(pid) === '';
  } catch {
    return true;
  }
};

/** Fast shutdown (SIGINT): ends sessions, writes a checkpoint. After `timeoutMs` an immediate one (SIGQUIT). */
export async function stopPostmaster(pid: number, timeoutMs = 10_000): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (gone(pid)) return;
    process.kill(pid, signal);
    const deadline = Date.now() + timeoutMs;
    while (!gone(pid) && Date.now() < deadline) await new Promise((done) => setTimeout(done, 20));
  }
}
