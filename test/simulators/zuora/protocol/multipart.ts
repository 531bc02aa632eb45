import type { Request } from 'express';
import { category, ZuoraError } from './errors.ts';

/** The file of a `multipart/form-data` request, as text; @throws ZuoraError 415 for any other body */
export async function fileOf(req: Request, field: string): Promise<{ name: string; text: string }> {
  if (!req.is('multipart/form-data'))
    throw new ZuoraError(category.method, 'Content type is not supported.', undefined, 415);
  const body = req as unknown as ReadableStream;
  const headers = { 'content-type': req.get('content-type')! };
  const form = await new Response(body, { headers }).formData().catch(() => undefined);
  const file = form?.get(field);
  if (!(file instanceof File)) throw new ZuoraError(category.missingField, `Missing required value: ${field}.`);
  return { name: file.name, text: await file.text() };
}
