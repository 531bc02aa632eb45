import chromiumPackage from '@sparticuz/chromium';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const INSTALLED = [
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/**
 * Path of a Chrome or Chromium: `CHROME_PATH`, an installed one, else the one that npm installed (Linux only).
 * @throws Error when CHROME_PATH names no file
 */
export async function findBrowser(): Promise<{ path: string; carried: boolean }> {
  const named = process.env['CHROME_PATH'];
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`CHROME_PATH names ${named}, which does not exist`);
    return { path: named, carried: false };
  }
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed, carried: false };
  return { path: await chromiumPackage.executablePath(), carried: true };
}

export async function launchBrowser(): Promise<Browser> {
  const { path, carried } = await findBrowser();
  return chromium.launch({
    executablePath: path,
    headless: true,
    // The carried one was built without a multi-process zygote.
    args: carried ? [...ARGS, '--no-zygote', '--headless=shell'] : ARGS,
  });
}

export type Theme = 'light' | 'dark' | 'classic';

export type PageOptions = {
  /** `classic` is the look of SLDS 1. */
  theme?: Theme;
  /** Of the window, in CSS pixels; 1400 × 1000 when absent. */
  width?: number;
  height?: number;
};

export type OpenPage = {
  page: Page;
  /** Everything that went wrong so far, one line each; a test asserts that it is empty. */
  problems(): string[];
  close(): Promise<void>;
};

/** Opens a page in a session of its own; waits give up after 10 s. What goes wrong, from the first byte on, is in `problems()`. */
export async function openPage(browser: Browser, url: string, options: PageOptions = {}): Promise<OpenPage> {
  const { theme = 'light', width = 1400, height = 1000 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme === 'dark' ? 'dark' : 'light',
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const problems = watch(page);
  await page.goto(themed(url, theme));
  return {
    page,
    problems,
    close: () => context.close(),
  };
}

/** The address of a page of the org in a theme; those of SLDS 2 follow the color scheme of the browser. */
export function themed(url: string, theme: Theme): string {
  return theme === 'classic' ? `${url}${url.includes('?') ? '&' : '?'}theme=classic` : url;
}

/** Collects page errors, console errors and warnings, failed requests and answers of 400 and above. */
export function watch(page: Page): () => string[] {
  const found: string[] = [];
  page.on('pageerror', (error) => found.push(`page error: ${error.message}`));
  page.on('crash', () => found.push('the page crashed'));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) found.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('requestfailed', (request) =>
    found.push(`request failed: ${request.method()} ${request.url()} (${request.failure()?.errorText ?? 'no reason'})`),
  );
  page.on('response', (response) => {
    if (response.status() >= 400)
      found.push(`answer ${response.status()}: ${response.request().method()} ${response.url()}`);
  });
  return () => [...found];
}
