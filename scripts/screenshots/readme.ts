import { PANELS, STATE_NAMES, stateOf, type Panel, type StateName } from '../../test/browser/panelStates.ts';
import { STATES } from './states.ts';

/** @returns name of the file, without `.png` */
export const pictureOf = ({ name }: Panel, state: StateName): string => `${name.toLowerCase()}-${state}`;

/** Names of all pictures. */
export const PICTURES: readonly string[] = [
  ...PANELS.flatMap((panel) => STATE_NAMES.map((state) => pictureOf(panel, state))),
  ...Object.values(STATES).flatMap((states) => states.map(({ name }) => name)),
];

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const thumbnail = (name: string, shows: string) => `[<img src="${name}.png" alt="${shows}" height="140">](${name}.png)`;

/** The index of the pictures, in Markdown. */
export function readme(): string {
  const panels = STATE_NAMES.map((state) => {
    const { shows } = stateOf(state);
    return row([shows, ...PANELS.map((panel) => thumbnail(pictureOf(panel, state), `${panel.name}: ${shows}`))]);
  });
  const chapters = Object.entries(STATES).map(
    ([title, states]) => `## ${title}\n\n${states.map(({ name, shows }) => `- [${shows}](${name}.png)\n`).join('')}`,
  );
  return `# Every state of the pages

Taken by \`npm run screenshots\`.

## Each panel in each state

\`test/browser/panels.test.ts\` brings each panel into the same states, checks what it says, and lets axe look at it.

<!-- prettier-ignore -->
${row(['', ...PANELS.map(({ name }) => name)])}
${row(['---', ...PANELS.map(() => '---')])}
${panels.join('\n')}

${chapters.join('\n')}`;
}
