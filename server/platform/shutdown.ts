/** A part of the server that is stopped, in the order given. */
export type Stoppable = { name: string; stop(): Promise<unknown> };

/**
 * Stops parts one after another. One that fails does not keep the others from stopping.
 * @param withinMs time for all of them together; what is not done by then is left as it is
 * @returns names of the parts that failed or were not done in time
 */
export async function stopInOrder(
  parts: readonly Stoppable[],
  withinMs: number,
  onTrouble: (name: string, error: unknown) => void = () => {},
): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  const failed: string[] = [];
  for (const { name, stop } of parts) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('It did not stop in time.')), Math.max(1, deadline - Date.now()));
    });
    try {
      await Promise.race([stop(), late]);
    } catch (error) {
      failed.push(name);
      onTrouble(name, error);
    } finally {
      clearTimeout(timer);
    }
  }
  return failed;
}
