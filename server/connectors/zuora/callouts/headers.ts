import type { WebhookRequest } from '../../../workflows/ports/webhook.ts';

/** @returns a header by its name in any case; the first where it was sent more than once */
export function headerOf({ headers }: WebhookRequest, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}
