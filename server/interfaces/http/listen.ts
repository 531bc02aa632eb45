import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Listening = {
  url: string;
  port: number;
  /** Takes no new connection and waits for the answers under way, for up to `timeoutMs`. */
  close(timeoutMs?: number): Promise<void>;
};

/** The address cannot be listened on; `message` is meant for the terminal, without a stack. */
export class ListenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
  }
}

/** @throws ListenError that names the port and the setting that moves it */
export async function listen(app: RequestListener, { host, port }: { host: string; port: number }): Promise<Listening> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 }, app);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    const problem =
      code === 'EADDRINUSE'
        ? `Port ${port} on ${host} is in use by another program.`
        : `Port ${port} on ${host} cannot be listened on (${String(code)}).`;
    throw new ListenError(`${problem} Set PORT to another port, for example PORT=${port + 10}.`, { cause });
  }
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${actual}`,
    port: actual,
    async close(timeoutMs = 10_000) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
