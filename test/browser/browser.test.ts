import express from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openPage } from './browser.ts';

let browser: Browser;
let server: Server;
let url: string;

const page = (script: string): string =>
  `<!doctype html><link rel="icon" href="data:,"><body><p>shown</p><script type="module">${script}</script></body>`;

beforeAll(async () => {
  const app = express();
  app.get('/good', (_req, res) => void res.send(page('console.info("fine"); document.body.dataset.ready = "yes";')));
  app.get('/throws', (_req, res) => void res.send(page('throw new Error("bundle broke");')));
  app.get('/rejects', (_req, res) => void res.send(page('Promise.reject(new Error("nobody caught this"));')));
  app.get('/reports', (_req, res) => void res.send(page('reportError(new Error("reported"));')));
  app.get('/logs', (_req, res) => void res.send(page('console.error("something is off"); console.warn("beware");')));
  app.get('/refused', (_req, res) => void res.send(page('void fetch("/data");')));
  app.get('/cut', (_req, res) => void res.send(page('fetch("/hangup").catch(() => {});')));
  app.get('/data', (_req, res) => void res.status(500).json({}));
  app.get('/hangup', (req) => void req.socket.destroy());
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Problems of a page, once there are as many as expected. */
async function problemsOf(path: string, expected: number): Promise<string[]> {
  const opened = await openPage(browser, url + path);
  try {
    await expect.poll(() => opened.problems().length).toBeGreaterThanOrEqual(expected);
    return opened.problems();
  } finally {
    await opened.close();
  }
}

describe('what a page does wrong is seen', () => {
  test('nothing is reported of a good page', async () => {
    const opened = await openPage(browser, `${url}/good`);
    await opened.page.locator('body[data-ready=yes]').waitFor();
    expect(opened.problems()).toEqual([]);
    await opened.close();
  });

  test.each([
    ['/throws', 'page error: bundle broke'],
    ['/rejects', 'page error: nobody caught this'],
    ['/reports', 'page error: reported'],
  ])('%s', async (path, problem) => {
    expect(await problemsOf(path, 1)).toEqual([problem]);
  });

  test('console errors and warnings', async () => {
    expect(await problemsOf('/logs', 2)).toEqual(['console error: something is off', 'console warning: beware']);
  });

  test('an answer of 500', async () => {
    expect(await problemsOf('/refused', 2)).toContain(`answer 500: GET ${url}/data`);
  });

  test('a request without an answer', async () => {
    expect(await problemsOf('/cut', 2)).toContainEqual(expect.stringContaining(`request failed: GET ${url}/hangup`));
  });
});

test('light and dark are the choice of the reader', async () => {
  for (const theme of ['light', 'dark'] as const) {
    const opened = await openPage(browser, `${url}/good`, { theme, width: 480 });
    expect(await opened.page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches')).toBe(theme === 'dark');
    expect(await opened.page.evaluate('innerWidth')).toBe(480);
    await opened.close();
  }
});
