import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a server and its Postgres, and cuts a connection at the worst moment. */
export type CutProxy = {
  /** Address of the database through the proxy. */
  url: string;
  /** The next time that a client sends this text, Postgres carries it out and its answer never arrives. */
  cutAfter(text: string): void;
  /** How many connections were cut. */
  cuts(): number;
  close(): Promise<void>;
};

/** @param url of a Postgres that listens on a socket in the `host` parameter, as the embedded one does */
export async function startCutProxy(url: string): Promise<CutProxy> {
  const folder = new URL(url.replace(/@\//, '@localhost/')).searchParams.get('host');
  if (folder === null) throw new Error('The proxy expects the address of an embedded Postgres.');
  let marker: string | null = null;
  let cuts = 0;
  const open = new Set<Socket>();

  const server = createServer((client) => {
    const postgres = connect(`${folder}/.s.PGSQL.5432`);
    let doomed = false;
    for (const socket of [client, postgres]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        postgres.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      if (marker !== null && bytes.includes(marker)) {
        marker = null;
        doomed = true;
      }
      postgres.write(bytes);
    });
    postgres.on('data', (bytes: Buffer) => {
      if (!doomed) return void client.write(bytes);
      // ReadyForQuery outside of a transaction: what was sent is committed.
      if (!bytes.includes(Buffer.from('5a0000000549', 'hex'))) return;
      cuts += 1;
      client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [, user, database] = /^postgresql:\/\/([^@]+)@\/([^?]+)/.exec(url)!;
  return {
    url: `postgresql://${user}@127.0.0.1:${port}/${database}`,
    cutAfter: (text) => void (marker = text),
    cuts: () => cuts,
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
