import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../../scripts/package/build.ts';
import { startSalesforceSim, type RunningSalesforce } from '../../simulators/salesforce/main.ts';
import { SfHome, stockSf } from '../../support/sfCli.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LWC = 'force-app/main/default/lwc';

let folder: string;
let built: string;
let sf: SfHome;
let sim: RunningSalesforce;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-build-'));
  built = buildPackage({ root: ROOT, out: join(folder, 'package') });
  sf = new SfHome(await stockSf(console.log));
  sim = await startSalesforceSim({ forceApp: null });
}, 600_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  sf.remove();
  await sim.close();
});

describe('the package that is built', { timeout: 180_000 }, () => {
  it('has each bundle in JavaScript alone, with decorators as they were and no line moved', () => {
    const paths = readdirSync(join(built, LWC), { recursive: true, encoding: 'utf8' });
    expect(paths.filter((path) => /\.ts$|__tests__|tsconfig/.test(path))).toEqual([]);
    const source = readFileSync(join(ROOT, LWC, 'billing360/billing360.ts'), 'utf8').split('\n');
    const script = readFileSync(join(built, LWC, 'billing360/billing360.js'), 'utf8').split('\n');
    expect(script).toHaveLength(source.length);
    const decorated = (lines: string[]): number[] =>
      lines.flatMap((line, at) => (/^\s*@(api|wire)/.test(line) ? [at] : []));
    expect(decorated(script)).toEqual(decorated(source));
    expect(decorated(script).length).toBeGreaterThan(0);
  });

  it('has what a package version needs, and names no language of its bundles', () => {
    const project = JSON.parse(readFileSync(join(built, 'sfdx-project.json'), 'utf8')) as Record<string, unknown>;
    expect(project).not.toHaveProperty('defaultLwcLanguage');
    expect(project['packageDirectories']).toMatchObject([
      { path: 'force-app', package: 'Billing360', definitionFile: 'config/project-scratch-def.json' },
      { path: 'unpackaged' },
    ]);
    expect(readdirSync(join(built, 'config'))).toContain('project-scratch-def.json');
  });

  it('is taken by an org that the stock CLI deploys it to, with all that belongs beside it', async () => {
    const token = { SF_ACCESS_TOKEN: sim.tokenFor(sim.usernames.admin) };
    const login = ['org', 'login', 'access-token', '--instance-url', sim.url, '--no-prompt', '--alias', 'org'];
    expect(await sf.json(login, { env: token })).toMatchObject({ status: 0 });
    for (const source of ['force-app', 'unpackaged']) {
      const args = ['project', 'deploy', 'start', '--source-dir', source, '--target-org', 'org', '--wait', '5'];
      expect(await sf.json(args, { cwd: built })).toMatchObject({ code: 0, result: { status: 'Succeeded' } });
    }
    expect(sim.org.object('Usage__c')).toBeDefined();
  });

  it('is built anew over an older one, and never over something else', () => {
    expect(buildPackage({ root: ROOT, out: built })).toBe(built);
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'notes.txt'), 'mine');
    expect(() => buildPackage({ root: ROOT, out: other })).toThrow('holds something else');
    expect(() => buildPackage({ root: ROOT, out: ROOT })).toThrow('holds something else');
    expect(readFileSync(join(other, 'notes.txt'), 'utf8')).toBe('mine');
  });
});
