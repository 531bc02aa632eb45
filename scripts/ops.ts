import { openOrgTools } from '../server/compose/orgTools.ts';
import { main } from '../server/interfaces/cli/main.ts';

process.exitCode = await main(process.argv.slice(2), { env: process.env, stdin: process.stdin, openOrg: openOrgTools });
