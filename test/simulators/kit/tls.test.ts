import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from './certificate.ts';
import { startSim, type RunningSim } from './sim.ts';

describe('a simulator over TLS', () => {
  let sim: RunningSim | undefined;
  afterEach(async () => {
    await sim?.close();
    sim = undefined;
  });

  it('serves the same state on both addresses to clients that trust its certificate, by name and by number', async () => {
    const certificate = await makeCertificate();
    sim = await startSim({ tls: { certificate } }, () => undefined, { reset() {}, close() {} });
    const dispatcher = new Agent({ connect: { ca: certificate.cert } });
    const tlsUrl = sim.tlsUrl!;
    const moved = {
      method: 'POST' as const,
      headers: { 'content-type': 'application/json' },
      body: '{"offsetMs":5000}',
    };
    await request(`${tlsUrl}/__sim/clock`, { ...moved, dispatcher });
    for (const url of [sim.url, tlsUrl, tlsUrl.replace('127.0.0.1', 'localhost')]) {
      const answer = await request(`${url}/__sim/clock`, url.startsWith('https') ? { dispatcher } : {});
      expect(await answer.body.json()).toMatchObject({ offsetMs: 5000 });
    }
    await dispatcher.close();
  });

  it('is refused by clients that were not told to trust it', async () => {
    sim = await startSim({ tls: { certificate: await makeCertificate() } }, () => undefined, {
      reset() {},
      close() {},
    });
    await expect(request(`${sim.tlsUrl}/__sim/clock`)).rejects.toThrow(/self-signed/);
  });

  it('keeps its certificate in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
    try {
      const first = await makeCertificate(join(folder, 'sim.pem'));
      expect(await makeCertificate(join(folder, 'sim.pem'))).toEqual(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
