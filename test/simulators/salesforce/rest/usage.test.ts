import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningSalesforce } from '../main.ts';
import { callsOf, connect, startTestOrg } from '../testing.ts';

let sim: RunningSalesforce;
beforeAll(async () => {
  sim = await startTestOrg();
});
afterAll(() => sim.close());

async function setLimits(body: Record<string, number>): Promise<unknown> {
  const response = await fetch(`${sim.url}/__sim/limits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

it('counts data calls, says so in the header and in /limits, and jsforce reads it', async () => {
  expect(await setLimits({ max: 15_000, used: 17 })).toEqual({ max: 15_000, used: 17 });
  const rep = callsOf(sim, 'rep');
  const { headers, body } = await rep.call('GET', '/limits');
  expect(headers.get('Sforce-Limit-Info')).toBe('api-usage=18/15000');
  expect(body).toMatchObject({ DailyApiRequests: { Max: 15_000, Remaining: 14_982 } });
  const connection = await connect(sim, 'rep');
  await connection.query('SELECT Id FROM Account');
  expect(connection.limitInfo.apiUsage).toEqual({ used: 19, limit: 15_000 });
});

it('refuses every call with 403 once the allowance of 24 hours is used up', async () => {
  await setLimits({ max: 100, used: 99 });
  const rep = callsOf(sim, 'rep');
  expect((await rep.query('SELECT Id FROM Account')).status).toBe(200);
  expect(await rep.query('SELECT Id FROM Account')).toMatchObject({
    status: 403,
    body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
  });
  sim.org.clock.setOffset(sim.org.clock.offsetMs + 25 * 3_600_000);
  expect((await rep.query('SELECT Id FROM Account')).headers.get('Sforce-Limit-Info')).toBe('api-usage=1/100');
});

it('takes no allowance that is no number', async () => {
  const wrong = { message: 'max and used must be whole numbers from 0 on' };
  expect(await setLimits({ max: -1 })).toEqual(wrong);
  expect(await setLimits({ used: 1.5 })).toEqual(wrong);
});
