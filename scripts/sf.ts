import { spawn } from 'node:child_process';
import { findSf } from './org/sf.ts';
import { TOOL_PATH } from '../test/support/npmTool.ts';

// Takes what follows as it is: what is understood, and its help, are the CLI's own.
const [command = '', ...first] = await findSf((text) => console.error(text));
const env = { ...process.env, PATH: TOOL_PATH };
const child = spawn(command, [...first, ...process.argv.slice(2)], { stdio: 'inherit', env });
child.once('error', (error) => {
  console.error(`The Salesforce CLI does not start: ${error.message}`);
  process.exitCode = 1;
});
child.once('close', (code) => (process.exitCode = code ?? 1));
