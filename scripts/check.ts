import { spawnSync } from 'node:child_process';
import { readOptions } from './arguments.ts';

const checks: Record<string, [string, string[]][]> = {
  format: [['prettier', ['--check', '--log-level', 'warn', '.']]],
  lint: [['eslint', ['--max-warnings', '0', '.']]],
  types: [
    ['tsc', ['-p', 'tsconfig.json']],
    ['tsc', ['-p', 'force-app/main/default/lwc/tsconfig.json']],
    ['tsc', ['-p', 'test/simulators/salesforce/page/client/tsconfig.json']],
  ],
};
const values = readOptions(
  `npm run check                     format, lint and types
npm run check -- --only types     one of ${Object.keys(checks).join(', ')}
npm run check -- --fix            formats and mends what can be mended, then checks`,
  { only: { type: 'string', multiple: true }, fix: { type: 'boolean' } },
);
if (values.fix) {
  spawnSync('prettier', ['--write', '--log-level', 'warn', '.'], { stdio: 'inherit' });
  spawnSync('eslint', ['--fix', '.'], { stdio: 'inherit' });
}
let failed = false;
for (const name of values.only ?? Object.keys(checks)) {
  const commands = checks[name];
  if (!commands) {
    console.error(`There is no check called ${name}: choose from ${Object.keys(checks).join(', ')}.`);
    process.exit(2);
  }
  for (const [command, args] of commands) {
    const { status } = spawnSync(command, args, { stdio: 'inherit' });
    console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}: ${command} ${args.join(' ')}`);
    if (status !== 0) failed = true;
  }
}
process.exit(failed ? 1 : 0);
