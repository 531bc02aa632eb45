import type { RequestHandler } from 'express';
import type { Tenant } from '../tenant.ts';

const keptMs = 24 * 3_600_000;

/**
 * `Idempotency-Key` on POST and PATCH: the first answer, failure or not, is replayed for 24 hours; 409 while the first
 * call is still going on; 422 when the key was used for another call; 400 on PUT (Zuora docs, "Idempotent requests").
 */
export function idempotency(tenant: Tenant): RequestHandler {
  const inFlight = new Set<string>();
  return (req, res, next) => {
    const proceed = () => (tenant.options.handlingMs ? setTimeout(next, tenant.options.handlingMs) : next());
    const key = req.get('idempotency-key');
    if (key === undefined || req.method === 'GET' || req.method === 'DELETE') return void proceed();
    if (req.method === 'PUT')
      return void res.status(400).json({ message: "Request method 'PUT' not supported with Idempotency-Key header" });
    if (key.length === 0 || key.length > 255)
      return void res.status(400).json({ message: 'Idempotency-Key must have 1 to 255 characters' });
    if (inFlight.has(key)) return void res.status(409).json({ message: 'A request with this key is in progress' });
    const now = tenant.now();
    const stored = tenant.data.idempotency[key];
    if (stored && now - stored.at < keptMs) {
      if (stored.method !== req.method || stored.url !== req.originalUrl)
        return void res.status(422).json({ message: 'Idempotency-Key was used for another request' });
      return void res.status(stored.status).set(stored.headers).send(stored.body);
    }
    inFlight.add(key);
    res.once('close', () => inFlight.delete(key));
    const send = res.send.bind(res);
    res.send = (body: unknown) => {
      if (typeof body === 'string') {
        const kept = tenant.data.idempotency;
        for (const [old, answer] of Object.entries(kept)) if (now - answer.at >= keptMs) delete kept[old];
        const headers = { 'Content-Type': String(res.getHeader('Content-Type') ?? 'application/json') };
        const { method, originalUrl: url } = req;
        kept[key] = { method, url, status: res.statusCode, headers, body, at: now };
        tenant.touch();
      }
      return send(body);
    };
    proceed();
  };
}
