import express from 'express';
import type { SimContext } from '../kit/sim.ts';
import { normalizeId } from './org/ids.ts';
import type { SimulatedOrg } from './org/org.ts';
import { mountSaveSwitches } from './org/switches.ts';
import type { ApiUsage } from './rest/usage.ts';

/** Switches of the simulated org alone, beside those that all simulators have. */
export function mountSwitches({ app }: SimContext, org: SimulatedOrg, usage: ApiUsage): void {
  const sim = express.Router();
  sim.use(express.json());
  sim.post('/session', (req, res) => {
    const { expireAll, lifetimeMs } = req.body as { expireAll?: boolean; lifetimeMs?: number };
    if (lifetimeMs !== undefined) org.sessions.lifetimeMs = lifetimeMs;
    if (expireAll) org.sessions.expireAll();
    res.json({ expired: expireAll === true });
  });
  sim.post('/lock', (req, res) => {
    const { accountId = '', ms = 0 } = req.body as { accountId?: string; ms?: number };
    const id = normalizeId(accountId);
    if (id === null || !(ms > 0)) return void res.status(400).json({ message: 'accountId and ms are needed' });
    org.locks.hold(id, ms);
    res.json({ accountId: id, ms });
  });
  sim.post('/limits', (req, res) => {
    const { max = usage.max, used = usage.used } = req.body as { max?: number; used?: number };
    if (![max, used].every((calls) => Number.isInteger(calls) && calls >= 0))
      return void res.status(400).json({ message: 'max and used must be whole numbers from 0 on' });
    usage.max = max;
    usage.used = used;
    res.json({ max, used });
  });
  sim.post('/merge', (req, res) => {
    const { masterId = '', loserId = '' } = req.body as { masterId?: string; loserId?: string };
    if (!org.get('Account', masterId) || !org.get('Account', loserId) || masterId === loserId)
      return void res.status(400).json({ message: 'masterId and loserId must be two Accounts' });
    org.mergeAccounts(masterId, loserId);
    res.json({ merged: true });
  });
  sim.post('/lightning-web-security', (req, res) => {
    const { on } = req.body as { on?: unknown };
    if (typeof on !== 'boolean') return void res.status(400).json({ message: 'on must be true or false' });
    org.lightningWebSecurity = on;
    res.json({ on });
  });
  mountSaveSwitches(sim, org);
  app.use('/__sim', sim);
}
