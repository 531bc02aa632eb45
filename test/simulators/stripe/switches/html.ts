import type { Response } from 'express';

export const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** A plain page; `body` is HTML. */
export function show(res: Response, title: string, body: string): void {
  res
    .type('html')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>` +
        '<style>body{font:15px system-ui;margin:2rem auto;max-width:60rem}pre{background:#f6f8fa;padding:1rem;overflow:auto}</style>' +
        `</head><body><h1>${escaped(title)}</h1><p>Simulated Stripe</p>${body}</body></html>`,
    );
}
