import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let clone: string;
/** Stands for npm: leaves a mark where it was called. */
let npm: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  clone = join(folder, 'clone');
  npm = join(folder, 'npm.cjs');
  mkdirSync(join(clone, 'scripts'), { recursive: true });
  cpSync(join(import.meta.dirname, 'bootstrap.mjs'), join(clone, 'scripts/bootstrap.mjs'));
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  writeFileSync(npm, "require('node:fs').writeFileSync('called', '')");
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = () =>
  spawnSync(process.execPath, ['scripts/bootstrap.mjs', '--version'], {
    cwd: clone,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', npm_execpath: npm },
  });
const npmWasCalled = () => existsSync(join(clone, 'called'));

describe('a script that is started where packages are missing', () => {
  it('has npm install them', () => {
    expect(start().stdout).toContain('Installing packages');
    expect(npmWasCalled()).toBe(true);
  });

  it('refuses to install into a linked node_modules, which would empty the folder that it leads to', () => {
    const shared = join(folder, 'shared');
    mkdirSync(shared);
    writeFileSync(join(shared, 'kept'), '');
    symlinkSync(shared, join(clone, 'node_modules'), 'junction');
    const { status, stderr } = start();
    expect(status).toBe(1);
    expect(stderr).toContain(`${join(clone, 'node_modules')} is a link`);
    expect(stderr).toContain('remove the link and try again');
    expect(npmWasCalled()).toBe(false);
    expect(readdirSync(shared)).toEqual(['kept']);
  });
});
