import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readOptions } from './arguments.ts';
import { blockedPorts, demoPorts, portsInUse } from './demo/ports.ts';

const help = `Starts Billing 360 with a simulated Salesforce org, Stripe and Zuora, and opens an Account page.

npm run demo
npm run demo -- --port-base 5000   backend on 5000, org 5100 (TLS 5143), Stripe 5200, Zuora 5300, control page 5900 (default 4000)
npm run demo -- --no-open          leaves the browser shut
npm run demo -- --fresh            forgets what earlier runs left and starts anew
npm run demo -- --empty-org        starts anew with an org without the package, to install it by docs/admin-guide.md
npm run demo -- --data-dir DIR     keeps data, log and demo.json there (default .data)
npm run demo -- --set NAME=VALUE   starts the backend with a setting of the README's table, as often as needed

Ctrl+C stops everything; the data stays for the next start.`;

const options = readOptions(help, {
  'port-base': { type: 'string', default: '4000' },
  'no-open': { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  'empty-org': { type: 'boolean', default: false },
  'data-dir': { type: 'string', default: '.data' },
  set: { type: 'string', multiple: true, default: [] },
});
const base = Number(options['port-base']);
if (!Number.isInteger(base) || base < 1024 || base > 64_000)
  fail(`--port-base takes a whole number from 1024 to 64000, not "${options['port-base']}".`);

const settings = options.set.map((text): [string, string] => {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? fail(`--set takes NAME=VALUE, not "${text}".`);
  return [name!, value!];
});
const ports = demoPorts(base);
const blocked = blockedPorts(ports);
if (blocked.length > 0)
  fail(
    `Browsers refuse to open port ${blocked.join(', port ')}. Choose another base: npm run demo -- --port-base ${base + 10}`,
  );
const taken = await portsInUse(ports);
if (taken.length > 0)
  fail(
    `In use by another program: port ${taken.join(', port ')}. Stop it, or choose others: npm run demo -- --port-base ${base + 1000}`,
  );

// Loaded once the options are known to be right: the simulators take seconds.
const { startStack } = await import('../test/support/stack.ts');
const { assign, connectActions, orgSecret } = await import('./demo/actions.ts');
const { USERS } = await import('../test/simulators/salesforce/org/seed.ts');
const { startControl, curlLine } = await import('./demo/control.ts');
const { describeDemo, installed, listBillingAccounts, printInstall, printTable, seedingEnded } =
  await import('./demo/describe.ts');
const { orderSettings } = await import('./demo/orders.ts');
const { deployRule } = await import('./demo/rule.ts');
const { seedDemo } = await import('./demo/seed.ts');

const dataDir = resolve(options['data-dir']);
const demoDir = join(dataDir, 'demo');
const demoFile = join(dataDir, 'demo.json');
if (options.fresh || options['empty-org']) rmSync(demoDir, { recursive: true, force: true });
mkdirSync(dataDir, { recursive: true });
rmSync(demoFile, { force: true });

const started = Date.now();
const say = (text: string) =>
  console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${text}`);

const stopped = new AbortController();
const whenStopped = once(stopped.signal, 'abort');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());

// A first start that was broken off left half of the customers: begin again.
if (!seedingEnded(demoDir)) rmSync(demoDir, { recursive: true, force: true });

const stack = await startStack({
  ports,
  dataDir: demoDir,
  pagesAtStart: true,
  tls: true,
  ...(options['empty-org'] ? { forceApp: null } : {}),
  env: { ...orderSettings(demoDir), ...Object.fromEntries(settings) },
  onProgress: (text) => say(`Starting: ${text}`),
}).catch((error: Error) =>
  fail(
    `The demo could not start. ${error.message}` +
      (seedingEnded(demoDir) ? '\nTo forget what earlier runs left and start anew: npm run demo -- --fresh' : ''),
  ),
);
try {
  await Promise.race([run(), whenStopped]);
} catch (error) {
  if (!stopped.signal.aborted) {
    console.error(`${(error as Error).message}\nWhat the backend says is in ${join(demoDir, 'backend.log')}.`);
    process.exitCode = 1;
  }
} finally {
  stopped.abort();
  console.log('\nStopping ...');
  rmSync(demoFile, { force: true });
  await stack.stop();
  console.log('Stopped.');
}
process.exit();

/** Operating the demo takes the settings that its backend runs with. */
function keepSettings(): void {
  const lines = Object.entries(stack.env).map(([name, value]) => `${name}="${value.replaceAll('\n', '\\n')}"`);
  writeFileSync(join(demoDir, 'settings.env'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** Makes the data of a first start, says where everything is, and stays until it is stopped. */
async function run(): Promise<void> {
  keepSettings();
  const byHand = async () => {
    printInstall(stack);
    await installed(stack, stopped.signal);
  };
  if (!seedingEnded(demoDir))
    await seedDemo(stack, demoDir, say, stopped.signal, options['empty-org'] ? byHand : undefined);
  stopped.signal.throwIfAborted();
  // Only now: making the data starts the backend anew, with orders switched on.
  keepSettings();
  stack.backend.process.once('exit', (code) => {
    if (stopped.signal.aborted) return;
    console.error(`The backend ended by itself with code ${code}; its log is ${join(demoDir, 'backend.log')}.`);
    process.exitCode = 1;
    stopped.abort();
  });
  if (!options['empty-org']) {
    await connectActions(stack, stack.backend.url, await orgSecret(stack, demoDir));
    await assign(stack, USERS.rep);
  }
  const systems = { Stripe: stack.stripe.url, Zuora: stack.zuora.url };
  const control = await startControl(
    ports.control,
    systems,
    () => listBillingAccounts(stack),
    (active) => deployRule(stack, active),
  );
  const demo = describeDemo(stack, demoDir);
  const accounts = await listBillingAccounts(stack);
  printTable(demo, control.url);
  for (const system of ['Stripe', 'Zuora'] as const) {
    const example = accounts.find((one) => one.system === system);
    if (example)
      console.log(
        `\n  Make a payment fail in ${system} (${example.account}):\n  ${curlLine(systems, 'fail-payment', example)}`,
      );
  }
  writeFileSync(demoFile, JSON.stringify(demo, null, 2));
  say(`Ready. Ctrl+C stops it; the data stays in ${demoDir}.`);
  const first = demo.pages.find((page) => page.situation === 'both') ?? demo.pages[0];
  if (first && !options['no-open'] && process.stdin.isTTY) openInBrowser(first.url);
  await whenStopped;
}

function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  // A machine without a browser is no reason to fail: the address is in the table.
  spawn(command!, args, { stdio: 'ignore', detached: true }).once('error', () => {});
}

function fail(text: string): never {
  console.error(text);
  process.exit(1);
}
