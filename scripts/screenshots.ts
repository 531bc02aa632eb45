import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readOptions } from './arguments.ts';
import { STATES } from './screenshots/states.ts';

const options = readOptions(
  `Takes a picture of every state of the pages in a demo of its own, for people to look at.

npm run screenshots                          writes them all to docs/ui
npm run screenshots -- --only account-both   those whose name begins so, as often as needed
npm run screenshots -- --out DIR             writes them there`,
  { only: { type: 'string', multiple: true, default: [] }, out: { type: 'string', default: 'docs/ui' } },
);
const isWanted = (name: string) => options.only.length === 0 || options.only.some((start) => name.startsWith(start));
const wanted = STATES.filter(({ name }) => isWanted(name));
if (wanted.length === 0) {
  console.error(`No state is called so. There are: ${STATES.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

// Loaded once the options are known to be right: the simulators take seconds.
const { startStack } = await import('../test/support/stack.ts');
const { launchBrowser } = await import('../test/browser/browser.ts');
const { assign, connectActions, orgSecret } = await import('./demo/actions.ts');
const { seedDemo } = await import('./demo/seed.ts');
const { describeDemo } = await import('./demo/describe.ts');
const { USERS } = await import('../test/simulators/salesforce/org/seed.ts');
const { takePicture } = await import('./screenshots/picture.ts');

const folder = resolve(options.out);
const dataDir = mkdtempSync(join(tmpdir(), 'billing-360-screenshots-'));
const say = (text: string) => console.log(`  ${text}`);
const stack = await startStack({ dataDir, pagesAtStart: true, onProgress: say });
const browser = await launchBrowser();
let failed = 0;
try {
  await connectActions(stack, stack.backend.url, await orgSecret(stack, null));
  await assign(stack, USERS.rep);
  await seedDemo(stack, dataDir, say, new AbortController().signal);
  const { pages } = describeDemo(stack, dataDir);
  mkdirSync(folder, { recursive: true });
  if (options.only.length === 0)
    for (const file of readdirSync(folder)) if (file.endsWith('.png')) rmSync(join(folder, file));
  for (const state of wanted) {
    try {
      await takePicture(browser, stack, pages, state, join(folder, `${state.name}.png`));
      say(state.name);
    } catch (error) {
      failed += 1;
      console.error(`  ${state.name} could not be taken: ${(error as Error).message.split('\n')[0]}`);
    }
  }
} finally {
  await browser.close();
  await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
if (options.only.length === 0 && failed === 0)
  writeFileSync(
    join(folder, 'README.md'),
    `# Every state of the pages\n\nTaken by \`npm run screenshots\`.\n\n${STATES.map(({ name, shows }) => `- [${shows}](${name}.png)\n`).join('')}`,
  );
console.log(`${wanted.length - failed} of ${wanted.length} pictures are in ${folder}.`);
process.exit(failed > 0 ? 1 : 0);
