import { createServer } from 'node:net';

export type DemoPorts = {
  backend: number;
  org: number;
  orgTls: number;
  pubsub: number;
  stripe: number;
  zuora: number;
  control: number;
};

/** Ports of the demo from its base (design: backend +0, org +100 with TLS +143 and Pub/Sub +174, Stripe +200, Zuora +300). */
export function demoPorts(base: number): DemoPorts {
  return {
    backend: base,
    org: base + 100,
    orgTls: base + 143,
    pubsub: base + 174,
    stripe: base + 200,
    zuora: base + 300,
    control: base + 900,
  };
}

/** Ports from 1024 that browsers refuse to open (Fetch standard, "port blocking"). */
const blockedByBrowsers = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
]);

/** Ports of the demo that no browser would open. */
export function blockedPorts(ports: DemoPorts): number[] {
  return Object.values(ports).filter((port) => blockedByBrowsers.has(port));
}

/** Names of the ports that another program holds. */
export async function portsInUse(ports: DemoPorts): Promise<string[]> {
  const taken: string[] = [];
  for (const [name, port] of Object.entries(ports)) if (!(await isFree(port))) taken.push(`${port} (${name})`);
  return taken;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
