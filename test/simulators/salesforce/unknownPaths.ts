import type { SimContext } from '../kit/sim.ts';

const GONE = `<!DOCTYPE html><html lang="en"><head><title>URL No Longer Exists</title></head><body><h1>URL No Longer Exists</h1>
<p>You have attempted to reach a URL that no longer exists on salesforce.com.</p></body></html>`;

/** Addresses that every org has and this one knowingly has not: the Streaming API, discovery and keys of OpenID Connect. */
const NOT_SIMULATED = /^\/(?:cometd|\.well-known|id\/keys)(?:\/|$)/;

/** The last word: what no family of the org answers is counted and refused, to clients as JSON, to browsers as a page. */
export function mountUnknownPaths({ app, calls }: SimContext): void {
  app.use((req, res) => {
    calls.refuse(`${req.method} ${req.path}`);
    if (NOT_SIMULATED.test(req.path))
      return void res.status(501).json([{ errorCode: 'NOT_IMPLEMENTED', message: `${req.path} is not simulated` }]);
    if (!req.path.startsWith('/services/')) return void res.status(404).type('html').send(GONE);
    res.status(404).json([{ errorCode: 'NOT_FOUND', message: 'Could not find a match for URL' }]);
  });
}
