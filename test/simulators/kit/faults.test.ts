import { fetch, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from './faults.ts';
import { startSim, type RunningSim } from './sim.ts';

describe('faults of a simulator', () => {
  let sim: RunningSim;
  let handled: number;

  beforeEach(async () => {
    handled = 0;
    sim = await startSim(
      {},
      ({ app }) => {
        app.get('/__sim/own', (_req, res) => void res.json({}));
        app.get('/things', (_req, res) => {
          handled++;
          res.json({ things: ['one', 'two', 'three'] });
        });
      },
      { reset() {}, close() {} },
    );
  });
  afterEach(() => sim.close());

  const set = (fault: Fault): void => sim.ctx.faults.set([{ path: '^/things', ...fault }]);
  const get = async (signal?: AbortSignal): Promise<{ status: number; type: string | null; text: string }> => {
    const answer = await fetch(`${sim.url}/things`, signal ? { signal } : {});
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const good = '{"things":["one","two","three"]}';

  it('let as many calls pass and hit as many as was said', async () => {
    set({ skip: 1, times: 1, status: 503, body: {} });
    expect([(await get()).status, (await get()).status, (await get()).status]).toEqual([200, 503, 200]);
    expect(handled).toBe(2);
  });

  it('never hit the switches', async () => {
    sim.ctx.faults.set([{ status: 503 }]);
    expect((await fetch(`${sim.url}/__sim/own`)).status).toBe(200);
    expect((await get()).status).toBe(503);
  });

  it('and a switch whose body is no JSON says so', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${sim.url}/__sim/faults`, { method: 'POST', headers, body: '{' });
    expect([answer.status, await answer.json()]).toEqual([400, { message: expect.stringMatching(/JSON/) as string }]);
  });

  it('can cut the connection before the call or after its effect', async () => {
    set({ times: 1, reset: 'before' });
    await expect(get()).rejects.toThrow();
    expect(handled).toBe(0);
    set({ times: 1, reset: 'after' });
    await expect(get()).rejects.toThrow();
    expect(handled).toBe(1);
  });

  it.each<[Fault['answer'], { status: number; type: string | null; text: string }]>([
    ['empty', { status: 200, type: null, text: '' }],
    [
      'html',
      { status: 200, type: 'text/html; charset=utf-8', text: expect.stringMatching(/^<!DOCTYPE html>/) as string },
    ],
    ['wrong type', { status: 200, type: 'text/plain', text: good }],
  ])('can make the answer %s', async (answer, expected) => {
    set({ answer: answer! });
    expect(await get()).toEqual(expected);
    expect(handled).toBe(1);
  });

  it('can cut an answer in the middle', async () => {
    set({ answer: 'cut' });
    await expect(get()).rejects.toThrow();
    expect(handled).toBe(1);
  });

  it('can send half a gzip, which some clients take for a whole one', async () => {
    set({ answer: 'broken gzip' });
    const { status, text } = await get();
    expect(status).toBe(200);
    expect(good.startsWith(text) && text.length < good.length).toBe(true);
  });

  it.each<Fault['answer']>(['hang', 'drip'])('can let an answer %s', async (answer) => {
    set({ answer: answer! });
    await expect(get(AbortSignal.timeout(300))).rejects.toThrow(/abort|timeout/i);
    expect(handled).toBe(1);
  });

  it('can send far more than was asked for', async () => {
    set({ answer: 'huge' });
    const answer = await request(`${sim.url}/things`);
    let bytes = 0;
    for await (const chunk of answer.body) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(good.length + 100_000_000);
  });

  it('are refused when they say nothing that is known', () => {
    expect(() => set({ answer: 'odd' as 'cut' })).toThrow(/answer must be one of hang, cut/);
    expect(() => set({ path: '(' })).toThrow();
  });
});
