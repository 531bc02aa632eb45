import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Rooms of the server and what each may import, besides itself (docs/architecture.md). */
const allowed: Record<string, readonly string[]> = {
  domain: [],
  platform: [],
  'workflows/ports': ['domain'],
  workflows: ['domain', 'workflows/ports'],
  connectors: ['domain', 'workflows/ports', 'platform'],
  sync: ['domain', 'workflows/ports', 'platform'],
  governance: ['domain', 'workflows', 'workflows/ports', 'platform'],
  interfaces: ['workflows', 'workflows/ports', 'governance', 'domain', 'platform', 'sync/inbox', 'sync/operate'],
};
const packagesOfDomain = ['fraction.js'];

/** The room of a path below server/; `root` for main.ts, compose.ts and the parts of it. */
function roomOf(path: string): string {
  if (!path.includes('/') || path.startsWith('compose/')) return 'root';
  if (path.startsWith('workflows/ports/')) return 'workflows/ports';
  return path.split('/')[0]!;
}

function allows(from: string, to: string): boolean {
  const fromRoom = roomOf(from);
  const toRoom = roomOf(to);
  if (fromRoom === 'root') return true;
  if (fromRoom === 'connectors' && toRoom === 'connectors') return from.split('/')[1] === to.split('/')[1];
  if (fromRoom === toRoom) return true;
  return (allowed[fromRoom] ?? []).some((room) => room === toRoom || (room.includes('/') && to.startsWith(`${room}/`)));
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => join(folder, file));
}

/** Imports of a file, types too; relative ones as paths from the root of the repository. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? relative(root, resolve(root, dirname(file), fileName)) : fileName,
    );
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts');
}

describe('who imports whom', () => {
  it('knows every room of the server', () => {
    const rooms = new Set(sources('server').map((file) => roomOf(relative('server', file))));
    rooms.delete('root');
    expect([...rooms].filter((room) => !(room in allowed))).toEqual([]);
  });

  it('keeps the direction between the rooms of the server', () => {
    const wrong: string[] = [];
    for (const file of sources('server').filter((one) => !isTest(one)))
      for (const target of importsOf(file)) {
        if (target.startsWith('server/')) {
          if (!allows(relative('server', file), relative('server', target))) wrong.push(`${file} -> ${target}`);
        } else if (target.startsWith('test/') || target.startsWith('scripts/') || target.startsWith('force-app/'))
          wrong.push(`${file} -> ${target}`);
      }
    expect(wrong).toEqual([]);
  });

  it('keeps I/O, clocks and SDKs out of the domain', () => {
    const wrong: string[] = [];
    for (const file of sources('server/domain').filter((one) => !isTest(one))) {
      for (const target of importsOf(file))
        if (!target.startsWith('server/') && !packagesOfDomain.includes(target)) wrong.push(`${file} -> ${target}`);
      const text = readFileSync(join(root, file), 'utf8');
      for (const forbidden of ['Date.now(', 'new Date()', 'Math.random(', 'process.env'])
        if (text.includes(forbidden)) wrong.push(`${file} uses ${forbidden}`);
    }
    expect(wrong).toEqual([]);
  });

  it('keeps simulators and server apart', () => {
    const wrong = sources('test/simulators')
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((to) => to.startsWith('server/'))
          .map((to) => `${file} -> ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('would notice a wrong arrow', () => {
    expect(allows('domain/a.ts', 'platform/b.ts')).toBe(false);
    expect(allows('connectors/stripe/a.ts', 'connectors/zuora/b.ts')).toBe(false);
    expect(allows('interfaces/http/a.ts', 'sync/keys/b.ts')).toBe(false);
    expect(allows('interfaces/http/a.ts', 'sync/inbox/b.ts')).toBe(true);
    expect(allows('interfaces/cli/a.ts', 'sync/operate/b.ts')).toBe(true);
    expect(allows('workflows/mirror/a.ts', 'workflows/ports/b.ts')).toBe(true);
  });
});
