import { resolve } from 'node:path';
import { readOptions } from './arguments.ts';
import { buildPackage } from './package/build.ts';

const help = `Writes a folder that a package version is made from, with bundles in JavaScript.

npm run package:build                 into dist/package
npm run package:build -- --out DIR    elsewhere; what is there is replaced`;

const { out } = readOptions(help, { out: { type: 'string', default: 'dist/package' } });
try {
  const folder = buildPackage({ root: resolve(import.meta.dirname, '..'), out: resolve(out) });
  console.log(`The package is in ${folder}.`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
