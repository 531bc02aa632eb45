import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
/** Options of Node that `npm start` runs the backend with. */
const NODE_OPTIONS = scripts.start.split(' ').filter((word) => word.startsWith('--'));
/** What Node has stripped of types and compiled is kept for the next process. */
export const COMPILED = { NODE_COMPILE_CACHE: join(root, '.cache/compiled') };

/** The backend as a process of its own, as `npm start` runs it. */
export type Backend = {
  url: string;
  process: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Sends the signal and waits for the end. @returns the exit code, null after SIGKILL */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

const PORTS_PER_WORKER = 2000;
/** Test workers that run beside each other take ports from shares of their own. */
const firstPort = 12_000 + PORTS_PER_WORKER * (Number(process.env['VITEST_POOL_ID'] ?? 0) % 10);
let portsGiven = Math.floor(Math.random() * PORTS_PER_WORKER);

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * A port that nobody listens on now, and that nobody is given before it is used: it lies below 32768, where the
 * system takes ports for connections and for port 0 from, and no port is given twice.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS_PER_WORKER; tries++) {
    const port = firstPort + (portsGiven++ % PORTS_PER_WORKER);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port from ${firstPort} to ${firstPort + PORTS_PER_WORKER - 1}`);
}

/**
 * Starts the backend and waits until /readyz says that it is ready.
 * @param env its settings; nothing of this process's environment but PATH and HOME is passed on
 * @throws Error with what it printed when it ends first or is not ready in time
 */
export async function startBackend(
  env: Record<string, string>,
  logFile?: string,
  readyWithinMs = 60_000,
  main = join(root, 'server/main.ts'),
): Promise<Backend> {
  const child = spawn(process.execPath, [...NODE_OPTIONS, main], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  if (logFile) mkdirSync(dirname(logFile), { recursive: true });
  const log = logFile ? createWriteStream(logFile, { flags: 'a' }) : undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-200_000);
      log?.write(chunk);
    });
  const backend: Backend = {
    url: `http://127.0.0.1:${env['PORT']}`,
    process: child,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, 'exit');
      }
      log?.end();
      return child.exitCode;
    },
  };
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The backend ended with ${child.exitCode ?? child.signalCode}:\n${output.slice(-4000)}`);
    const ready = await fetch(`${backend.url}/readyz`, { signal: AbortSignal.timeout(5000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return backend;
    if (Date.now() > deadline) {
      await backend.stop('SIGKILL');
      throw new Error(`The backend was not ready within ${readyWithinMs / 1000} s:\n${output.slice(-4000)}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}
