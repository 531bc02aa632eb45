import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readOptions } from './arguments.ts';
import { PANELS, STATE_NAMES } from '../test/browser/panelStates.ts';
import { pictureOf, PICTURES, readme } from './screenshots/readme.ts';
import { STATES } from './screenshots/states.ts';

const options = readOptions(
  `Takes a picture of every state of the pages in a demo of its own, for people to look at.

npm run screenshots                          writes them all to docs/ui
npm run screenshots -- --only account-dark   those whose name begins so, as often as needed
npm run screenshots -- --out DIR             writes them there`,
  { only: { type: 'string', multiple: true, default: [] }, out: { type: 'string', default: 'docs/ui' } },
);
const isWanted = (name: string) => options.only.length === 0 || options.only.some((start) => name.startsWith(start));
const wanted = PICTURES.filter(isWanted);
if (wanted.length === 0) {
  console.error(`No picture is called so. There are: ${PICTURES.join(', ')}.`);
  process.exit(2);
}

// Loaded once the options are known to be right: the simulators take seconds.
const { startStack } = await import('../test/support/stack.ts');
const { launchBrowser } = await import('../test/browser/browser.ts');
const { assign, connectActions, orgSecret } = await import('./demo/actions.ts');
const { seedDemo } = await import('./demo/seed.ts');
const { describeDemo } = await import('./demo/describe.ts');
const { USERS } = await import('../test/simulators/salesforce/org/seed.ts');
const { startActionService } = await import('../test/support/actionService.ts');
const { takePanel, takePicture } = await import('./screenshots/picture.ts');
const { sceneOf } = await import('./screenshots/scene.ts');

const folder = resolve(options.out);
const dataDir = mkdtempSync(join(tmpdir(), 'billing-360-screenshots-'));
const say = (text: string) => console.log(`  ${text}`);
const stack = await startStack({ dataDir, pagesAtStart: true, calloutTimeoutMs: 5_000, onProgress: say });
const service = await startActionService();
const browser = await launchBrowser();
let failed = 0;

async function take(name: string, taken: (path: string) => Promise<void>): Promise<void> {
  if (!isWanted(name)) return;
  try {
    await taken(join(folder, `${name}.png`));
    say(name);
  } catch (error) {
    failed += 1;
    console.error(`  ${name} could not be taken: ${(error as Error).message.split('\n')[0]}`);
  }
}

try {
  const client = await orgSecret(stack, null);
  await connectActions(stack, stack.backend.url, client);
  await assign(stack, USERS.rep);
  await seedDemo(stack, dataDir, say, new AbortController().signal);
  const { pages } = describeDemo(stack, dataDir);
  const scene = await sceneOf(stack, pages, service, client);
  mkdirSync(folder, { recursive: true });
  if (options.only.length === 0)
    for (const file of readdirSync(folder)) if (file.endsWith('.png')) rmSync(join(folder, file));
  for (const panel of PANELS)
    for (const state of STATE_NAMES)
      await take(pictureOf(panel, state), (path) => takePanel(browser, scene, panel, state, path));
  for (const state of Object.values(STATES).flat())
    await take(state.name, (path) => takePicture(browser, stack, pages, state, path));
} finally {
  await browser.close();
  await service.close();
  await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
writeFileSync(join(folder, 'README.md'), readme());
console.log(`${wanted.length - failed} of ${wanted.length} pictures are in ${folder}.`);
process.exit(failed > 0 ? 1 : 0);
