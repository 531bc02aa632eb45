/** Work that a billing system goes on with after it has answered, by keys of ours that begin with the connection. */
export interface JobBook {
  /** @returns the job that was begun last under a key, and how long ago that was; null for none, or one that has ended */
  of(key: string): Promise<{ id: string; ageMs: number } | null>;
  /** Commits which job was begun. */
  keep(key: string, id: string): Promise<void>;
  /** Of jobs that have ended. */
  forget(keys: readonly string[]): Promise<void>;
}

/** @returns a book that lasts as long as the process */
export function ownJobs(): JobBook {
  const jobs = new Map<string, { id: string; at: number }>();
  return {
    async of(key) {
      const job = jobs.get(key);
      return job === undefined ? null : { id: job.id, ageMs: performance.now() - job.at };
    },
    async keep(key, id) {
      jobs.set(key, { id, at: performance.now() });
    },
    async forget(keys) {
      for (const key of keys) jobs.delete(key);
    },
  };
}
