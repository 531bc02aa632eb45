import type { Response } from 'express';
import { gzipSync } from 'node:zlib';

export const SPOILT_ANSWERS = ['hang', 'cut', 'empty', 'html', 'wrong type', 'broken gzip', 'drip', 'huge'] as const;

/**
 * What becomes of an answer: it never comes (`hang`), ends in the middle with the connection (`cut`), is 200 without a body
 * (`empty`) or with a login page (`html`), calls itself text (`wrong type`), is half a gzip (`broken gzip`), comes a byte a
 * second (`drip`), or is followed by 100 MB of white space (`huge`).
 */
export type SpoiltAnswer = (typeof SPOILT_ANSWERS)[number];

export const isSpoiltAnswer = (value: unknown): value is SpoiltAnswer =>
  (SPOILT_ANSWERS as readonly unknown[]).includes(value);

const PAGE = '<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Log in</form></body></html>';
const PADDING = Buffer.alloc(1_000_000, ' ');
const PADDINGS = 100;

/** Sends `length` bytes of padding as fast as they are taken, and stops when the client has gone. */
function pad(res: Response, left: number): void {
  if (left === 0) return void res.end();
  if (res.destroyed) return;
  if (res.write(PADDING)) setImmediate(pad, res, left - 1);
  else res.once('drain', () => pad(res, left - 1));
}

function drip(res: Response, body: Buffer): void {
  let at = 0;
  const timer = setInterval(() => {
    if (res.destroyed || at >= body.length) {
      clearInterval(timer);
      if (!res.destroyed) res.end();
    } else res.write(body.subarray(at, ++at));
  }, 1000);
  res.once('close', () => clearInterval(timer));
}

function send(res: Response, how: SpoiltAnswer, body: Buffer): void {
  res.removeHeader('content-length');
  res.removeHeader('content-encoding');
  switch (how) {
    case 'hang':
      return;
    case 'cut':
      res.setHeader('content-length', body.length + 1);
      res.write(body.subarray(0, Math.ceil(body.length / 2)), () => res.socket?.destroy());
      return;
    case 'empty':
      res.status(200).removeHeader('content-type');
      res.end();
      return;
    case 'html':
      res.status(200).setHeader('content-type', 'text/html; charset=utf-8');
      res.end(PAGE);
      return;
    case 'wrong type':
      res.setHeader('content-type', 'text/plain');
      res.end(body);
      return;
    case 'broken gzip': {
      const zipped = gzipSync(body);
      res.setHeader('content-encoding', 'gzip');
      res.end(zipped.subarray(0, Math.ceil(zipped.length / 2)));
      return;
    }
    case 'drip':
      drip(res, body);
      return;
    case 'huge':
      res.write(body);
      pad(res, PADDINGS);
  }
}

/** The handlers that follow answer as ever; what leaves is spoilt. */
export function spoil(res: Response, how: SpoiltAnswer): void {
  const parts: Buffer[] = [];
  const { write, end } = res;
  const take = (chunk: unknown): void => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) parts.push(Buffer.from(chunk as Uint8Array));
  };
  res.write = ((chunk: unknown) => {
    take(chunk);
    return true;
  }) as Response['write'];
  res.end = ((chunk: unknown) => {
    take(chunk);
    Object.assign(res, { write, end });
    send(res, how, Buffer.concat(parts));
    return res;
  }) as Response['end'];
}
