import { readFileSync } from 'node:fs';

/** Memory of a process now and at its highest, MB. Linux only. */
export function memoryOf(pid: number): { now: number; highest: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
  return { now: mb('VmRSS'), highest: mb('VmHWM') };
}
