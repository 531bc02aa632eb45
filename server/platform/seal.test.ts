import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localSealKeys } from './localSealKey.ts';
import { createSealer, readSealKeys, SealError, type SealKey } from './seal.ts';

const key = (id: string): SealKey => ({ id, key: randomBytes(32) });
const [old, current] = [key('k1'), key('k2')];
const sealer = createSealer([current, old]);

describe('a sealed secret', () => {
  it('opens under its name, and tells nothing of what it holds', () => {
    const sealed = sealer.seal('token of stripe', 'tök-secret');
    expect(sealer.open('token of stripe', sealed)).toBe('tök-secret');
    expect(sealed).toMatch(/^k2:[A-Za-z0-9_-]+$/);
    expect(sealed).not.toContain('secret');
    expect(sealer.seal('token of stripe', 'tök-secret')).not.toBe(sealed);
  });

  it('may be empty', () => {
    expect(sealer.open('a', sealer.seal('a', ''))).toBe('');
  });

  it('does not open when any one bit of it is another', () => {
    const sealed = sealer.seal('a', 'secret');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => sealer.open('a', `k2:${changed.toString('base64url')}`)).toThrow(SealError);
    }
  });

  it('does not open under another name, with another key of the same id, or cut short', () => {
    const sealed = sealer.seal('a', 'secret');
    expect(() => sealer.open('b', sealed)).toThrow(/it was changed, or its key was/);
    expect(() => createSealer([key('k2')]).open('a', sealed)).toThrow(SealError);
    for (const text of [sealed.slice(0, -4), 'k2:', 'k2', '', ':'])
      expect(() => sealer.open('a', text)).toThrow(SealError);
  });

  it('does not open when it says that another key sealed it', () => {
    const twin = createSealer([{ id: 'k3', key: current.key }, current]);
    expect(() => twin.open('a', sealer.seal('a', 'secret').replace('k2:', 'k3:'))).toThrow(SealError);
  });

  it('opens with an older key until that is taken away, and names the key that is missing', () => {
    const sealed = createSealer([old]).seal('a', 'secret');
    expect(sealer.open('a', sealed)).toBe('secret');
    expect([sealer.isCurrent(sealed), sealer.isCurrent(sealer.seal('a', 'secret'))]).toEqual([false, true]);
    expect(() => createSealer([current]).open('a', sealed)).toThrow(/key k1, which SEAL_KEYS does not hold/);
  });
});

describe('keys that seal', () => {
  const encoded = (bytes: number) => randomBytes(bytes).toString('base64');

  it('are read in order, by comma or line', () => {
    const keys = readSealKeys(`k2:${encoded(32)}, k1:${encoded(32)}\nk0:${encoded(32)}\n`);
    expect(Array.isArray(keys) && keys.map(({ id }) => id)).toEqual(['k2', 'k1', 'k0']);
  });

  it.each([
    ['', /^It holds no key\./],
    [' , ', /^It holds no key\./],
    [encoded(32), /^Each part must be a short name/],
    [`:${encoded(32)}`, /^Each part must be a short name/],
    [`k1:${encoded(31)}`, /32 bytes in base64/],
    [`k1:${encoded(32)},k1:${encoded(32)}`, /^Two keys have the same name/],
  ])('are refused in words when they are %j', (text, words) => {
    expect(readSealKeys(text)).toMatch(words);
  });

  it('beside the embedded database are made once, for their owner alone', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'billing-360-seal-')), 'data');
    const keys = localSealKeys(folder);
    expect(statSync(join(folder, 'seal.key')).mode & 0o777).toBe(0o600);
    expect(localSealKeys(folder)).toEqual(keys);
    expect(readFileSync(join(folder, 'seal.key'), 'utf8')).toContain(keys[0]!.key.toString('base64'));
    writeFileSync(join(folder, 'seal.key'), 'spoilt');
    expect(() => localSealKeys(folder)).toThrow(/seal\.key cannot be used\. Each part must be/);
  });
});
