import type { SimContext } from '../kit/sim.ts';

const GONE = `<!DOCTYPE html><html lang="en"><head><title>URL No Longer Exists</title></head><body><h1>URL No Longer Exists</h1>
<p>You have attempted to reach a URL that no longer exists on salesforce.com.</p></body></html>`;

/** The last word: what no family of the org answers is counted and refused, to clients as JSON, to browsers as a page. */
export function mountUnknownPaths({ app, calls }: SimContext): void {
  app.use((req, res) => {
    calls.refuse(`${req.method} ${req.path}`);
    if (!req.path.startsWith('/services/')) return void res.status(404).type('html').send(GONE);
    res.status(404).json([{ errorCode: 'NOT_FOUND', message: 'Could not find a match for URL' }]);
  });
}
