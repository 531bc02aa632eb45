import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { readOptions } from './arguments.ts';
import { REGISTRATION, registrationXml } from './external-service/registration.ts';

const help = `Writes the External Service registration of the package from the server's OpenAPI document.

node scripts/external-service.ts           writes it
node scripts/external-service.ts --check   says whether it is up to date, and changes nothing`;

const { check } = readOptions(help, { check: { type: 'boolean', default: false } });
const name = relative(process.cwd(), REGISTRATION);
const wanted = registrationXml();
if (!check) {
  writeFileSync(REGISTRATION, wanted);
  console.log(`Written: ${name}`);
} else if (readFileSync(REGISTRATION, 'utf8') !== wanted) {
  console.error(`${name} is older than the server's OpenAPI document: run node scripts/external-service.ts`);
  process.exitCode = 1;
} else console.log(`${name} is up to date.`);
