import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rows, startTest } from './testClient.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zuora-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is kept between runs and emptied on request', async () => {
  const stateFile = join(folder, 'zuora.json');
  const first = await startTest({ stateFile });
  await first.account({ name: 'Kept' });
  await first.sim.close();
  const second = await startTest({ stateFile });
  expect((await second.get('/v1/accounts/A00000001')).body.basicInfo).toMatchObject({ name: 'Kept' });
  expect((await second.get('/__sim/calls')).body).toMatchObject({ calls: { 'GET /v1/accounts/:key': 1 } });
  await second.post('/__sim/reset');
  expect(rows((await second.get('/object-query/accounts')).body.data)).toEqual([]);
  await second.sim.close();
});

it('cuts the connection after the effect was made, when told to', async () => {
  const zuora = await startTest();
  await zuora.post('/__sim/faults', { faults: [{ path: '^/v1/accounts$', times: 1, reset: 'after' }] });
  await expect(zuora.account()).rejects.toThrow();
  expect(rows((await zuora.get('/object-query/accounts')).body.data)).toHaveLength(1);
  await zuora.sim.close();
});

it('is refused when another version of the simulator wrote it', async () => {
  const stateFile = join(folder, 'zuora.json');
  writeFileSync(stateFile, '{"accounts":[]}');
  await expect(startTest({ stateFile })).rejects.toThrow('was written by another version');
});
