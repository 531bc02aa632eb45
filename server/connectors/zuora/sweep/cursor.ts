import { z } from 'zod';
import { SWEPT_OBJECTS, type SweptObject } from './objects.ts';

/** Up to where the changes of one object have been seen. */
const mark = z.object({
  /** Provider time (ISO). */
  through: z.iso.datetime(),
  /** False while a sweep was cut short: the next one goes on from there, and reads nothing again. */
  whole: z.boolean(),
});
export type Mark = z.infer<typeof mark>;

const deletions = z.object({
  /** Provider time (ISO) up to which deleted rows have been asked for. */
  through: z.iso.datetime(),
  /** Provider time (ISO) before which they are not asked for again; null where nothing failed. */
  notBefore: z.iso.datetime().nullable(),
  /** The round that is under way: up to when, tables still to be asked for, and the job of the first of them. */
  round: z.object({ until: z.iso.datetime(), tables: z.array(z.string()), job: z.string().nullable() }).nullable(),
});
export type Deletions = z.infer<typeof deletions>;

const cursorSchema = z.object({
  marks: z.partialRecord(z.enum(SWEPT_OBJECTS), mark),
  /** Real time of the last round (ISO), by which rounds keep their distance; null before the first. */
  sweptAt: z.iso.datetime().nullable(),
  deletions: deletions.nullable(),
});
export type Cursor = z.infer<typeof cursorSchema>;

/** @param text as the last sweep left it; null before the first one, and the ISO time that earlier builds wrote */
export function readCursor(text: string | null): Cursor {
  if (text === null) return { marks: {}, sweptAt: null, deletions: null };
  if (z.iso.datetime().safeParse(text).success) {
    const marks = SWEPT_OBJECTS.map((object): [SweptObject, Mark] => [object, { through: text, whole: true }]);
    return { marks: Object.fromEntries(marks), sweptAt: null, deletions: null };
  }
  return cursorSchema.parse(JSON.parse(text));
}
