/**
 * Waits until nothing differs any more.
 * @param since moment from which is counted, ms since 1970
 * @param isOver whether to give up after so long, ms
 * @returns how long it took, and what still differed at the end
 */
export async function converge(
  differences: () => string[],
  since: number,
  isOver: (ms: number) => boolean,
): Promise<{ ms: number; left: string[] }> {
  for (;;) {
    const left = differences();
    const ms = Date.now() - since;
    if (left.length === 0 || isOver(ms)) return { ms, left };
    await new Promise((done) => setTimeout(done, 100));
  }
}
