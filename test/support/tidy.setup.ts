import { afterAll, vi } from 'vitest';

// Files share a process: what one leaves behind, above all after a test that timed out, is not to reach the next.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
