import { isObject } from '../rest/wire/body.ts';
import { jobFault } from './jobs.ts';

const wrong = (message: string) => jobFault('CLIENTINPUTERROR', `ClientInputError : ${message}`);

/** Parts `job` (JSON) and `content` (CSV) of a request that makes a job and uploads its file at once. @throws RequestFault */
export function partsOf({ text, type }: { text: string; type: string }): {
  job: Record<string, unknown>;
  content: string;
} {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw wrong('the multipart request has no boundary');
  const parts = new Map<string, string>();
  for (const part of text.split(`--${boundary}`).slice(1, -1)) {
    const [, head = '', body = ''] = /^\r?\n(.*?)\r?\n\r?\n(.*?)(?:\r?\n)?$/s.exec(part) ?? [];
    parts.set(/name="?(\w+)"?/i.exec(head)?.[1] ?? '', body);
  }
  const [job, content] = [parts.get('job'), parts.get('content')];
  if (job === undefined || content === undefined) throw wrong('the multipart request needs the parts job and content');
  try {
    const asked: unknown = JSON.parse(job);
    if (isObject(asked)) return { job: asked, content };
  } catch {
    // Answered below, as other values that are no object.
  }
  throw wrong('the part job is no JSON object');
}
